//! Frees what removed blobs take in a pack: the others move to a new one.

use std::path::Path;

use clx_core::ContentHash;
use rusqlite::named_params;

use crate::blob::{InPack, PackId};
use crate::error::StoreError;
use crate::store::{Store, hash_column};

impl Store {
    /// Moves what is left in a pack to a new one and removes the old one; only removes it if nothing
    /// is left.
    pub(crate) fn repack(&self, pack: PackId) -> Result<(), StoreError> {
        let rest = self.blobs_in(pack)?;
        let mut whole: Vec<(ContentHash, Vec<u8>)> = Vec::with_capacity(rest.len());
        for (hash, place) in rest {
            match self.read_packed(&hash, place) {
                Ok(bytes) => whole.push((hash, bytes)),
                // Dropped on the way, to be made again.
                Err(error) if error.is_lost_blob() => {}
                Err(error) => return Err(error),
            }
        }
        if !whole.is_empty() {
            let texts: Vec<&[u8]> = whole.iter().map(|(_, bytes)| bytes.as_slice()).collect();
            let places = self.packs.write(&texts)?;
            self.write(|transaction| {
                let mut statement = transaction.prepare_cached(
                    "UPDATE blobs SET pack = :pack, pack_offset = :pack_offset
                     WHERE hash = :hash AND pack = :old_pack",
                )?;
                for ((hash, _), place) in whole.iter().zip(places) {
                    statement.execute(named_params! {
                        ":hash": hash.as_bytes(),
                        ":pack": place.pack.0,
                        ":pack_offset": place.offset,
                        ":old_pack": pack.0,
                    })?;
                }
                Ok(())
            })?;
        }
        self.packs.remove(pack)
    }

    /// Tells whether a file is a pack in which a blob lies.
    pub(crate) fn is_used_pack(&self, path: &Path) -> Result<bool, StoreError> {
        match self.packs.id_of(path) {
            Some(pack) => Ok(!self.blobs_in(pack)?.is_empty()),
            None => Ok(false),
        }
    }

    fn blobs_in(&self, pack: PackId) -> Result<Vec<(ContentHash, InPack)>, StoreError> {
        self.read(|transaction| {
            transaction
                .prepare_cached(
                    "SELECT hash, size, pack_offset, pack_crc FROM blobs WHERE pack = :pack
                     ORDER BY pack_offset",
                )?
                .query_map(named_params! { ":pack": pack.0 }, |row| {
                    Ok((hash_column(row, "hash")?, InPack::in_row(pack, row)?))
                })?
                .collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use clx_core::{ActionResult, Artifact};

    use super::*;
    use crate::prune::PrunePolicy;
    use crate::store::tests::TestStore;

    #[test]
    fn blobs_that_stay_move_and_a_reader_finds_them() {
        let fixture = TestStore::new();
        let texts = [vec![1; 5000], vec![2; 6000]];
        let hashes = fixture.store.put_many(&[&texts[0], &texts[1]]).unwrap();
        let artifacts = vec![Artifact { name: "a".to_owned(), hash: hashes[1], size: 6000 }];
        let result = ActionResult { artifacts, ..ActionResult::default() };
        fixture.store.record(&ContentHash::of("key"), &result).unwrap();
        let reader = fixture.open_again();
        let directory = fixture.dir.path().join("store/blobs/packs");
        let lengths = || {
            let files = std::fs::read_dir(&directory).unwrap();
            files.map(|file| file.unwrap().metadata().unwrap().len()).collect::<Vec<_>>()
        };
        assert_eq!(lengths(), [11_000]);
        fixture.clock.advance(std::time::Duration::from_secs(7200));
        let report = fixture.store.prune(&PrunePolicy::default()).unwrap();
        assert_eq!((report.n_blobs, report.bytes), (1, 5000));
        assert_eq!(lengths(), [6000]);
        assert_eq!(reader.get(&hashes[1]).unwrap(), texts[1]);
        assert!(reader.get(&hashes[0]).is_err());
    }
}
