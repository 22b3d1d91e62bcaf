//! Which blobs the outputs are made of: pruning keeps them, so that a build right after it makes
//! nothing again.

use std::collections::BTreeSet;

use clx_core::ContentHash;

use crate::error::StoreError;
use crate::store::{Store, hash_column};

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
}
