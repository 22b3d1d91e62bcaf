//! Which blobs the outputs are made of: pruning keeps them, so that a build right after it makes
//! nothing again. And where they lie, for people who look for what a job made.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clx_core::ContentHash;

use crate::error::StoreError;
use crate::stat::path_column;
use crate::store::{Store, hash_column};

/// A place in an output tree where clx wrote a blob.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BlobPlace {
    /// The output root.
    pub root: PathBuf,
    /// Relative to the root.
    pub path: PathBuf,
    /// The blob.
    pub hash: ContentHash,
}

impl Store {
    /// Returns the blobs that lie in output trees, by what clx wrote there last.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn current_blobs(&self) -> Result<BTreeSet<ContentHash>, StoreError> {
        self.read(|transaction| {
            transaction
                .prepare("SELECT hash FROM outputs")?
                .query_map((), |row| hash_column(row, "hash"))?
                .collect()
        })
    }

    /// Returns where clx wrote some blobs last, by root and path. Looks at all outputs once, however many
    /// blobs are asked for.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn places_of(&self, blobs: &BTreeSet<ContentHash>) -> Result<Vec<BlobPlace>, StoreError> {
        if blobs.is_empty() {
            return Ok(Vec::new());
        }
        let hashes: String = blobs.iter().map(|hash| format!("x'{}',", hash.to_hex())).collect();
        let sql = format!(
            "SELECT root, path, hash FROM outputs
             WHERE hash IN ({})
             ORDER BY root, path",
            hashes.trim_end_matches(',')
        );
        self.read(|transaction| {
            transaction
                .prepare(&sql)?
                .query_map((), |row| {
                    Ok(BlobPlace {
                        root: path_column(row, "root")?,
                        path: path_column(row, "path")?,
                        hash: hash_column(row, "hash")?,
                    })
                })?
                .collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::store::tests::TestStore;

    #[test]
    fn what_is_written_anew_takes_the_place_of_the_old() {
        let fixture = TestStore::new();
        let [old, new] = ["old", "new"].map(ContentHash::of);
        for hash in [old, new] {
            let claims = [(Path::new("a.html"), hash)];
            fixture.store.note_outputs(fixture.dir.path(), &[], &claims).unwrap();
        }
        assert_eq!(fixture.store.current_blobs().unwrap(), BTreeSet::from([new]));
    }

    #[test]
    fn one_blob_may_lie_in_many_places() {
        let fixture = TestStore::new();
        let [page, other] = ["page", "other"].map(ContentHash::of);
        let claims = [("b.html", page), ("a.html", page), ("c.html", other)];
        let claims = claims.map(|(path, hash)| (Path::new(path), hash));
        fixture.store.note_outputs(Path::new("/out"), &[], &claims).unwrap();
        let places = fixture.store.places_of(&BTreeSet::from([page])).unwrap();
        let place = |path: &str| BlobPlace { root: "/out".into(), path: path.into(), hash: page };
        assert_eq!(places, ["a.html", "b.html"].map(place));
        assert_eq!(fixture.store.places_of(&BTreeSet::new()).unwrap(), []);
    }
}
