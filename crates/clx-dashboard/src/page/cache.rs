//! What the cache holds.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use clx_serve::{encode, form_values};
use clx_status::unix_seconds;
use clx_store::{ListedResult, Stats};
use serde::Serialize;
use serde_json::json;

use super::Page;
use crate::dashboard::Site;
use crate::problem::Problem;

/// Results on a page.
const SIZE: usize = 100;

/// Digits of a key that tell results apart.
const SHORT_KEY: usize = 12;

/// What is shown of the cache, and in which order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
struct CacheQuery {
    kind: Option<String>,
    source: Option<String>,
    sort: Sort,
    /// From 1.
    page: usize,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Sort {
    #[default]
    Used,
    Size,
    Duration,
    Source,
}

/// A result.
#[derive(Serialize)]
struct Row {
    key: String,
    kind: String,
    source: String,
    variant: String,
    bytes: u64,
    seconds: f64,
    last_used: i64,
    is_current: bool,
}

/// Makes a page of the cache.
pub(crate) fn cache(site: &Site, query: &str) -> Result<String, Problem> {
    let query = CacheQuery::read(query)?;
    let page = Page { template: "cache", title: "Cache", section: "cache", is_live: false };
    let Some(store) = site.stock.store()? else {
        return page.render(site, json!({ "query": query, "is_there": false }));
    };
    let mut results = store.list()?;
    let kinds: BTreeSet<String> = results
        .iter()
        .filter_map(|result| result.subject.as_ref().map(|subject| subject.kind.clone()))
        .collect();
    results.retain(|result| query.wants(result));
    query.sort.apply(&mut results);
    let (found, current) = (results.len(), store.current_blobs()?);
    let shown = results.iter().skip((query.page - 1) * SIZE).take(SIZE);
    let rows: Vec<Row> = shown
        .map(|result| Row::of(result, result.blobs.iter().any(|blob| current.contains(blob))))
        .collect();
    let Stats { n_actions, n_blobs, blob_bytes, file_bytes, n_files, n_outputs, database_bytes } =
        store.stats()?;
    let address = |number: usize| CacheQuery { page: number, ..query.clone() }.address();
    let content = json!({
        "query": query,
        "is_there": true,
        "kinds": kinds,
        "sorts": ["used", "size", "duration", "source"],
        "results": rows,
        "found": found,
        "n_pages": found.div_ceil(SIZE).max(1),
        "previous": (query.page > 1).then(|| address(query.page - 1)),
        "next": (query.page * SIZE < found).then(|| address(query.page + 1)),
        "stats": json!({
            "results": n_actions, "blobs": n_blobs, "blob_bytes": blob_bytes, "sources": n_files,
            "outputs": n_outputs, "on_disk": file_bytes + database_bytes,
        }),
    });
    page.render(site, content)
}

impl CacheQuery {
    fn read(query: &str) -> Result<Self, Problem> {
        let mut read = Self { page: 1, ..Self::default() };
        for (name, value) in form_values(query) {
            let value = value.trim();
            match name.as_str() {
                "kind" if !value.is_empty() => read.kind = Some(value.to_owned()),
                "source" if !value.is_empty() => read.source = Some(value.to_owned()),
                "sort" => read.sort = Sort::read(value)?,
                "page" => {
                    let page =
                        value.parse().ok().filter(|&page: &usize| page > 0 && page < 1 << 32);
                    read.page = page.ok_or_else(|| {
                        let message = format!("`page` is a number from 1, not `{value}`");
                        Problem::bad(message, "leave it out for the first page")
                    })?;
                }
                _ => {}
            }
        }
        Ok(read)
    }

    fn wants(&self, result: &ListedResult) -> bool {
        let subject = result.subject.as_ref();
        let is_kind = self
            .kind
            .as_ref()
            .is_none_or(|kind| subject.is_some_and(|subject| subject.kind == *kind));
        let has_source = self.source.as_ref().is_none_or(|text| {
            subject.is_some_and(|subject| subject.source.contains(text.as_str()))
        });
        is_kind && has_source
    }

    fn address(&self) -> String {
        let Self { kind, source, sort, page } = self;
        let field = |name, value: &Option<String>| {
            value.as_ref().map(|value| format!("{name}={}&", encode(value))).unwrap_or_default()
        };
        let (kind, source) = (field("kind", kind), field("source", source));
        format!("/cache?{kind}{source}sort={}&page={page}", sort.name())
    }
}

impl Sort {
    const fn name(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Size => "size",
            Self::Duration => "duration",
            Self::Source => "source",
        }
    }

    fn read(text: &str) -> Result<Self, Problem> {
        let all = [Self::Used, Self::Size, Self::Duration, Self::Source];
        all.into_iter().find(|sort| sort.name() == text).ok_or_else(|| {
            let hint = "results are sorted by used, size, duration or source";
            Problem::bad(format!("`sort` cannot be `{text}`"), hint)
        })
    }

    /// Sorts results that are sorted by their last use.
    fn apply(self, results: &mut [ListedResult]) {
        match self {
            Self::Used => {}
            Self::Size => results.sort_by_key(|result| Reverse(result.bytes)),
            Self::Duration => results.sort_by_key(|result| Reverse(result.duration)),
            Self::Source => results.sort_by_cached_key(|result| {
                let subject = result.subject.as_ref();
                subject.map(|subject| {
                    (subject.source.clone(), subject.kind.clone(), subject.variant.clone())
                })
            }),
        }
    }
}

impl Row {
    fn of(result: &ListedResult, is_current: bool) -> Self {
        let subject = result.subject.clone();
        let (kind, source, variant) = subject
            .map(|subject| (subject.kind, subject.source, subject.variant))
            .unwrap_or_default();
        Self {
            key: result.key.to_hex()[..SHORT_KEY].to_owned(),
            kind,
            source,
            variant,
            bytes: result.bytes,
            seconds: result.duration.as_secs_f64(),
            last_used: unix_seconds(result.last_used),
            is_current,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_is_read_and_written_again() {
        let query = CacheQuery::read("kind=html&source=a%20b&sort=size&page=3&x=y").unwrap();
        assert_eq!((query.sort, query.page), (Sort::Size, 3));
        assert_eq!(query.address(), "/cache?kind=html&source=a%20b&sort=size&page=3");
        let usual = CacheQuery::read("kind=&source=").unwrap();
        assert_eq!(usual, CacheQuery { page: 1, ..CacheQuery::default() });
    }

    #[test]
    fn nonsense_is_refused() {
        for query in ["sort=colour", "page=0", "page=-1", "page=99999999999999999999"] {
            assert!(CacheQuery::read(query).is_err(), "{query}");
        }
    }
}
