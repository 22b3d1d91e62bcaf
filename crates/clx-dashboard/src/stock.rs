//! The store of the course, as soon as there is one. Principal type: [`Stock`].

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use clx_core::ContentHash;
use clx_serve::{Root, encode};
use clx_store::{Store, StoreError, StoreOptions};
use serde::Serialize;

/// What addresses of built outputs begin with.
pub(crate) const TREE: &str = "/tree";

/// Opens a store when it is first needed, and never makes one.
pub(crate) struct Stock {
    dir: PathBuf,
    opened: Mutex<Option<Arc<Store>>>,
}

/// A built file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Place {
    /// Its path, with that of its root.
    pub(crate) path: String,
    /// Its address on the dashboard.
    pub(crate) address: String,
}

impl Stock {
    pub(crate) fn new(dir: PathBuf) -> Self {
        Self { dir, opened: Mutex::default() }
    }

    /// Returns the store; `None` if nothing was built yet.
    pub(crate) fn store(&self) -> Result<Option<Arc<Store>>, StoreError> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if opened.is_none() && self.dir.join("cache.db").is_file() {
            *opened = Some(Arc::new(Store::open(&self.dir, &StoreOptions::default())?));
        }
        Ok(opened.clone())
    }

    /// Returns the output roots under the names that addresses have for them.
    pub(crate) fn roots(&self) -> Result<Vec<Root>, StoreError> {
        let roots = self.store()?.map(|store| store.output_roots()).transpose()?;
        Ok(named(roots.unwrap_or_default()))
    }

    /// Returns where some blobs lie, each of them under its hash.
    pub(crate) fn places(
        &self,
        blobs: &BTreeSet<ContentHash>,
    ) -> Result<BTreeMap<ContentHash, Vec<Place>>, StoreError> {
        let mut places: BTreeMap<_, Vec<Place>> = BTreeMap::new();
        let Some(store) = self.store()? else { return Ok(places) };
        let roots = named(store.output_roots()?);
        for found in store.places_of(blobs)? {
            let root = roots.iter().find(|root| root.path == found.root);
            places.entry(found.hash).or_default().extend(root.map(|root| place(root, &found.path)));
        }
        Ok(places)
    }
}

fn place(root: &Root, path: &Path) -> Place {
    let path = path.display().to_string();
    let address = format!("{TREE}/{}/{}", encode(&root.name), encode(&path));
    Place { path: format!("{}/{path}", root.name), address }
}

/// Names roots by their last directory; a second one of the same name gets a number.
fn named(paths: Vec<PathBuf>) -> Vec<Root> {
    let mut roots: Vec<Root> = Vec::new();
    for path in paths {
        let last = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let numbered = (2..).map(|n| format!("{last}-{n}"));
        let mut names = std::iter::once(last.clone()).chain(numbered);
        let name = names.find(|name| roots.iter().all(|root| root.name != *name));
        roots.extend(name.map(|name| Root { name, path }));
    }
    roots
}

/// Tells whether an address below [`TREE`] names something that begins with a dot: state, version
/// control and the like are no outputs, also if they lie in an output root.
pub(crate) fn is_hidden(path: &str) -> bool {
    path.split('/').any(|part| {
        part.starts_with('.') || part.get(..3).is_some_and(|dot| dot.eq_ignore_ascii_case("%2e"))
    }) || path.to_ascii_lowercase().contains("%2f")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_have_names_of_their_own() {
        let paths = ["/c/output/public", "/c/output/speaker", "/d/public"].map(PathBuf::from);
        let roots = named(paths.into());
        let names: Vec<_> = roots.iter().map(|root| root.name.as_str()).collect();
        assert_eq!(names, ["public", "speaker", "public-2"]);
        let place = place(&roots[2], Path::new("En/01 a.html"));
        assert_eq!(place.address, "/tree/public-2/En/01%20a.html");
    }

    #[test]
    fn what_begins_with_a_dot_is_no_output() {
        for path in [
            "/tree/x/.clx/jobs.db",
            "/tree/x/%2Eclx/jobs.db",
            "/tree/../x",
            "/tree/x/a%2f.clx/jobs.db",
        ] {
            assert!(is_hidden(path), "{path}");
        }
        assert!(!is_hidden("/tree/x/a.b/c%20.html"));
    }

    #[test]
    fn store_that_is_not_there_is_not_made() {
        let dir = tempfile::tempdir().unwrap();
        let stock = Stock::new(dir.path().join("state"));
        assert!(stock.store().unwrap().is_none());
        assert_eq!(stock.roots().unwrap(), []);
        assert!(!dir.path().join("state").exists());
    }
}
