//! Hosts that share a folder and an index: what one has made the others find, and what the folder has
//! lost nobody believes in.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall panic")]

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use clx_core::{ActionResult, Artifact, ContentHash};
use clx_store::{ArtifactStore, ResultIndex, Store, StoreError, StoreOptions};
use clx_store_shared::{Objects, SharedStore};
use tempfile::TempDir;

/// An index in memory, for all hosts of a test.
#[derive(Debug, Default)]
struct Index(Mutex<HashMap<ContentHash, ActionResult>>);

impl ResultIndex for Index {
    fn lookup(&self, keys: &[ContentHash]) -> Result<Vec<Option<ActionResult>>, StoreError> {
        let known = self.0.lock().unwrap();
        Ok(keys.iter().map(|key| known.get(key).cloned()).collect())
    }

    fn record(&self, results: &[(ContentHash, &ActionResult)]) -> Result<(), StoreError> {
        let results = results.iter().map(|(key, result)| (*key, (*result).clone()));
        self.0.lock().unwrap().extend(results);
        Ok(())
    }
}

/// What all hosts share.
struct Site {
    directory: TempDir,
    index: Arc<Index>,
}

impl Site {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap(), index: Arc::default() }
    }

    /// Returns what a host sees that has nothing of its own yet, unless it was there before.
    fn host(&self, name: &str) -> SharedStore {
        let local = Store::open(&self.directory.path().join(name), &StoreOptions::default());
        let address = format!("file://{}", self.directory.path().join("shared").display());
        let objects = Objects::open(address.parse().unwrap()).unwrap();
        SharedStore::new(Arc::new(local.unwrap()), objects, Arc::clone(&self.index) as _)
    }

    fn object(&self, hash: &ContentHash) -> PathBuf {
        let name = hash.to_hex();
        self.directory.path().join("shared/blobs").join(&name[..2]).join(name)
    }
}

/// Makes a result with one artifact, as a job does, and returns the hash of that.
fn make(host: &SharedStore, key: &ContentHash, bytes: &[u8]) -> ContentHash {
    let hash = host.put(bytes).unwrap();
    let artifact = Artifact { name: "page".to_owned(), hash, size: bytes.len() as u64 };
    let result = ActionResult { artifacts: vec![artifact], ..ActionResult::default() };
    host.record(key, &result).unwrap();
    hash
}

fn knows(host: &SharedStore, key: &ContentHash) -> bool {
    host.lookup(&[*key]).unwrap()[0].is_some()
}

#[test]
fn results_of_one_host_are_found_by_another() {
    let site = Site::new();
    let key = ContentHash::of("key");
    let hash = make(&site.host("a"), &key, b"page");
    let other = site.host("b");
    assert!(knows(&other, &key));
    // It has the bytes now, whatever becomes of the folder.
    fs::remove_file(site.object(&hash)).unwrap();
    assert_eq!(other.get(&hash).unwrap(), b"page");
    assert!(knows(&site.host("b"), &key));
}

#[test]
fn blob_is_fetched_when_a_copy_is_wanted() {
    let site = Site::new();
    let hash = site.host("a").put(b"page").unwrap();
    let copy = site.directory.path().join("copy");
    let other = site.host("b");
    other.copy_to(&hash, &copy).unwrap();
    assert_eq!(fs::read(&copy).unwrap(), b"page");
    let lost = other.copy_to(&ContentHash::of("never put"), &copy).unwrap_err();
    assert!(lost.is_lost_blob(), "{lost}");
    assert_eq!(fs::read(&copy).unwrap(), b"page");
}

#[test]
fn result_whose_blob_is_lost_or_damaged_is_unknown_until_it_is_made_again() {
    let lose: [fn(&PathBuf); 2] = [
        |object| fs::remove_file(object).unwrap(),
        |object| fs::write(object, "something else").unwrap(),
    ];
    for lose in lose {
        let site = Site::new();
        let (key, whole) = (ContentHash::of("key"), ContentHash::of("whole"));
        let maker = site.host("a");
        let hash = make(&maker, &key, b"page");
        make(&maker, &whole, b"another page");
        lose(&site.object(&hash));
        let other = site.host("b");
        let found = other.lookup(&[key, whole]).unwrap();
        assert!(found[0].is_none() && found[1].is_some(), "{found:?}");
        // Who made it has it.
        assert!(knows(&maker, &key));

        assert_eq!(make(&other, &key, b"page"), hash);
        assert!(knows(&site.host("c"), &key), "the folder has it again");
    }
}
