//! `clx cache list`: results as a table or JSON. Principal function: [`list`].

use std::cmp::Reverse;
use std::collections::BTreeSet;

use clx_core::{Clock, ContentHash, Subject, SystemClock, Timestamp};
use clx_store::{ListedResult, Store};
use serde_json::{Value, json};

use super::counted;
use crate::args::ListFormat;
use crate::args::cache::{ListResultsArgs, SortArg};
use crate::command::failure::Failure;
use crate::display::{amount, stdout_line, stdout_text, table};
use crate::exit::Exit;

/// Rows of a table unless another number is asked for.
const USUAL_ROWS: usize = 50;

/// Digits of keys in tables.
const SHORT_KEY: usize = 12;

const SECONDS_A_DAY: u64 = 24 * 60 * 60;

pub(super) fn list(store: &Store, args: &ListResultsArgs) -> Result<Exit, Failure> {
    let mut results = store.list()?;
    results.retain(|result| is_wanted(result, args));
    sort(&mut results, args.sort);
    let n_found = results.len();
    match args.cache.format {
        ListFormat::Json => {
            results.truncate(args.limit.unwrap_or(usize::MAX));
            let current = store.current_blobs()?;
            let objects: Vec<Value> =
                results.iter().map(|result| object(result, &current)).collect();
            stdout_line(&json!({ "results": objects, "found": n_found }).to_string());
        }
        ListFormat::Table => {
            results.truncate(args.limit.unwrap_or(USUAL_ROWS));
            let now = SystemClock.now();
            let rows: Vec<_> = results.iter().map(|result| row(result, now)).collect();
            stdout_text(&table(["KEY", "KIND", "SOURCE", "VARIANT", "SIZE", "USED"], &rows));
            stdout_line(&closing_line(results.len(), n_found));
        }
    }
    Ok(Exit::Built)
}

fn is_wanted(result: &ListedResult, args: &ListResultsArgs) -> bool {
    let subject = result.subject.as_ref();
    let has = |wanted: &Option<String>, is: &dyn Fn(&Subject, &str) -> bool| match wanted {
        None => true,
        Some(wanted) => subject.is_some_and(|subject| is(subject, wanted)),
    };
    has(&args.kind, &|subject, kind| subject.kind == kind)
        && has(&args.source, &|subject, text| subject.source.contains(text))
}

/// Sorts results that are sorted by their last use; those that are equal stay in that order.
fn sort(results: &mut [ListedResult], by: SortArg) {
    match by {
        SortArg::Used => {}
        SortArg::Size => results.sort_by_key(|result| Reverse(result.bytes)),
        SortArg::Duration => results.sort_by_key(|result| Reverse(result.duration)),
        SortArg::Source => results.sort_by_cached_key(|result| {
            let subject = result.subject.as_ref();
            subject.map(|Subject { kind, source, variant }| {
                (source.clone(), kind.clone(), variant.clone())
            })
        }),
    }
}

fn row(result: &ListedResult, now: Timestamp) -> [String; 6] {
    let unknown =
        || Subject { kind: "?".to_owned(), source: String::new(), variant: String::new() };
    let Subject { kind, source, variant } = result.subject.clone().unwrap_or_else(unknown);
    let key = result.key.to_hex()[..SHORT_KEY].to_owned();
    [key, kind, source, variant, amount(result.bytes), ago(result.last_used, now)]
}

/// Writes how long ago a result was used, which is known to a day.
fn ago(then: Timestamp, now: Timestamp) -> String {
    match now.since(then).as_secs() / SECONDS_A_DAY {
        0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        n => format!("{n} days ago"),
    }
}

fn closing_line(n_shown: usize, n_found: usize) -> String {
    let found = counted(n_found as u64, "result");
    if n_shown == n_found {
        format!("\n{found}.")
    } else {
        format!("\n{n_shown} of {found}; `--limit {n_found}` lists all.")
    }
}

fn object(result: &ListedResult, current: &BTreeSet<ContentHash>) -> Value {
    let subject = result.subject.as_ref();
    json!({
        "key": result.key,
        "kind": subject.map(|subject| &subject.kind),
        "source": subject.map(|subject| &subject.source),
        "variant": subject.map(|subject| &subject.variant),
        "bytes": result.bytes,
        "duration_seconds": result.duration.as_secs_f64(),
        "last_used": result.last_used.as_us().div_euclid(1_000_000),
        "current": result.blobs.iter().any(|blob| current.contains(blob)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_in_words() {
        let now = SystemClock.now();
        let then = |days: i64| Timestamp::from_us(now.as_us() - days * 86_400_000_000);
        let words: Vec<_> = [0, 1, 2, 90].map(|days| ago(then(days), now)).into();
        assert_eq!(words, ["today", "yesterday", "2 days ago", "90 days ago"]);
    }

    #[test]
    fn what_is_left_out_is_told() {
        assert_eq!(closing_line(1, 1), "\n1 result.");
        assert_eq!(closing_line(50, 60), "\n50 of 60 results; `--limit 60` lists all.");
    }
}
