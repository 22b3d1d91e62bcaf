//! Reads blobs, checking each: against its hash, or in a pack against its checksum.

use std::io::Read;

use clx_core::ContentHash;
use rusqlite::{OptionalExtension, Row, named_params};

use crate::blob::{InPack, PackId};
use crate::error::{At, StoreError};
use crate::store::Store;

/// Where the bytes of a blob are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Row(Vec<u8>),
    Pack(InPack),
    File,
}

impl Store {
    /// Returns the bytes of a blob.
    ///
    /// # Errors
    /// [`StoreError::MissingBlob`]; [`StoreError::DamagedBlob`] if the bytes are not those that were put,
    /// and then the blob is dropped, so that actions that name it are misses from now on.
    pub fn get(&self, hash: &ContentHash) -> Result<Vec<u8>, StoreError> {
        if let Some(bytes) = self.lock_recent().get(hash) {
            return Ok(bytes);
        }
        let (bytes, is_whole) = match self.place(hash)? {
            Place::Row(bytes) => checked(hash, bytes),
            Place::Pack(place) => {
                let bytes = self.read_packed(hash, place)?;
                let is_whole = place.is_whole(hash, &bytes);
                (bytes, is_whole)
            }
            Place::File => checked(hash, self.read_file(hash)?),
        };
        if is_whole {
            return Ok(bytes);
        }
        self.drop_blob(hash)?;
        Err(StoreError::DamagedBlob { hash: *hash })
    }

    /// Finds the row of a blob.
    pub(crate) fn place(&self, hash: &ContentHash) -> Result<Place, StoreError> {
        if let Some(place) = self.deferred.get(hash) {
            return Ok(Place::Pack(place));
        }
        let row = self.read_one(|connection| {
            connection
                .prepare_cached(
                    "SELECT bytes, size, pack, pack_offset, pack_crc FROM blobs WHERE hash = :hash",
                )?
                .query_row(named_params! { ":hash": hash.as_bytes() }, place_of_row)
                .optional()
        })?;
        row.ok_or(StoreError::MissingBlob { hash: *hash })
    }

    /// Reads a blob from its pack. The pack may be gone because pruning has just moved what was left
    /// in it to another one.
    pub(crate) fn read_packed(
        &self,
        hash: &ContentHash,
        place: InPack,
    ) -> Result<Vec<u8>, StoreError> {
        if let Some(bytes) = self.packs.read(place)? {
            return Ok(bytes);
        }
        let moved = match self.place(hash)? {
            Place::Pack(other) if other != place => self.packs.read(other)?,
            Place::Row(_) | Place::Pack(_) | Place::File => None,
        };
        if moved.is_none() {
            self.drop_blob(hash)?;
        }
        moved.ok_or(StoreError::DamagedBlob { hash: *hash })
    }

    fn read_file(&self, hash: &ContentHash) -> Result<Vec<u8>, StoreError> {
        let Some(mut file) = self.blob_files.open(hash)? else {
            return Err(StoreError::MissingBlob { hash: *hash });
        };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).at("read", &self.blob_files.path(hash))?;
        Ok(bytes)
    }

    /// Forgets a blob, so that it is made again. Another process may have made it again since it
    /// was found damaged; then it is made once more, nothing worse.
    pub(crate) fn drop_blob(&self, hash: &ContentHash) -> Result<(), StoreError> {
        self.deferred.forget(hash);
        self.write(|transaction| {
            transaction
                .prepare_cached("DELETE FROM blobs WHERE hash = :hash")?
                .execute(named_params! { ":hash": hash.as_bytes() })
        })?;
        self.blob_files.remove(hash)
    }
}

fn place_of_row(row: &Row<'_>) -> rusqlite::Result<Place> {
    if let Some(bytes) = row.get("bytes")? {
        return Ok(Place::Row(bytes));
    }
    Ok(match row.get("pack")? {
        None => Place::File,
        Some(pack) => Place::Pack(InPack::in_row(PackId(pack), row)?),
    })
}

impl InPack {
    /// Reads the columns `pack_offset`, `size` and `pack_crc`.
    pub(crate) fn in_row(pack: PackId, row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            pack,
            offset: row.get("pack_offset")?,
            size: row.get("size")?,
            crc: row.get("pack_crc")?,
        })
    }
}

fn checked(hash: &ContentHash, bytes: Vec<u8>) -> (Vec<u8>, bool) {
    let is_whole = ContentHash::of(&bytes) == *hash;
    (bytes, is_whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blob::PACK_LIMIT;
    use crate::store::tests::TestStore;

    #[test]
    fn unknown_blob_is_missing() {
        let fixture = TestStore::new();
        let error = fixture.store.get(&ContentHash::of("nothing")).unwrap_err();
        assert!(matches!(error, StoreError::MissingBlob { .. }));
    }

    #[test]
    fn damaged_row_is_named_dropped_and_made_again() {
        let fixture = TestStore::new();
        let hash = fixture.store.put(b"text").unwrap();
        fixture.execute("UPDATE blobs SET bytes = x'00'");
        // Another process, which has not the good bytes in memory.
        let error = fixture.open_again().get(&hash).unwrap_err();
        assert!(error.to_string().contains(&hash.to_hex()), "{error}");
        assert!(!fixture.store.contains(&hash).unwrap());
        assert_eq!(fixture.store.put(b"text").unwrap(), hash);
        assert_eq!(fixture.store.get(&hash).unwrap(), b"text");
    }

    #[test]
    fn blobs_that_were_put_together_lie_in_one_file() {
        let fixture = TestStore::new();
        let texts = [vec![1; 3000], vec![], vec![2; 60_000]];
        let slices = texts.each_ref().map(Vec::as_slice);
        let hashes = fixture.store.put_many(&slices).unwrap();
        let other = fixture.open_again();
        let place = |hash| match other.place(hash).unwrap() {
            Place::Pack(place) => (place.pack, place.offset),
            elsewhere => panic!("{elsewhere:?}"),
        };
        let pack = place(&hashes[0]).0;
        assert_eq!(
            [&hashes[0], &hashes[1], &hashes[2]].map(place),
            [(pack, 0), (pack, 3000), (pack, 3000)]
        );
        for (hash, text) in hashes.iter().zip(&texts) {
            assert_eq!(&other.get(hash).unwrap(), text);
        }
    }

    #[test]
    fn torn_or_lost_pack_costs_what_was_in_it_and_no_more() {
        let fixture = TestStore::new();
        let texts = [vec![1; 3000], vec![2; 3000]];
        let hashes = fixture.store.put_many(&[&texts[0], &texts[1]]).unwrap();
        let other = fixture.open_again();
        let Place::Pack(place) = other.place(&hashes[0]).unwrap() else { panic!("not packed") };
        let path = other.packs.path(place.pack);
        std::fs::File::options().write(true).open(&path).unwrap().set_len(4000).unwrap();
        assert_eq!(other.get(&hashes[0]).unwrap(), texts[0]);
        let error = other.get(&hashes[1]).unwrap_err();
        assert!(matches!(error, StoreError::DamagedBlob { .. }), "{error}");
        std::fs::remove_file(&path).unwrap();
        let third = fixture.open_again();
        assert!(!third.contains(&hashes[0]).unwrap());
        assert!(third.get(&hashes[0]).unwrap_err().is_lost_blob());
        third.put_many(&[&texts[0], &texts[1]]).unwrap();
        assert_eq!(fixture.open_again().get(&hashes[1]).unwrap(), texts[1]);
    }

    #[test]
    fn damage_in_a_pack_is_found_with_and_without_a_checksum() {
        for has_checksum in [true, false] {
            let fixture = TestStore::new();
            let texts = [vec![1; 3000], vec![2; 3000]];
            let hashes = fixture.store.put_many(&[&texts[0], &texts[1]]).unwrap();
            if !has_checksum {
                fixture.execute("UPDATE blobs SET pack_crc = NULL");
            }
            let other = fixture.open_again();
            let Place::Pack(place) = other.place(&hashes[0]).unwrap() else { panic!("not packed") };
            let path = other.packs.path(place.pack);
            let mut bytes = std::fs::read(&path).unwrap();
            bytes[1500] ^= 1;
            std::fs::write(&path, bytes).unwrap();
            let error = other.get(&hashes[0]).unwrap_err();
            assert!(matches!(error, StoreError::DamagedBlob { .. }), "{error}");
            assert!(!other.contains(&hashes[0]).unwrap());
            assert_eq!(other.get(&hashes[1]).unwrap(), texts[1]);
        }
    }

    #[test]
    fn damaged_or_torn_file_is_dropped_and_made_again() {
        let large = vec![3; PACK_LIMIT + 1];
        for damage in [&large[..100], &[4; PACK_LIMIT + 1], b""] {
            let fixture = TestStore::new();
            let hash = fixture.store.put(&large).unwrap();
            std::fs::write(fixture.store.blob_files.path(&hash), damage).unwrap();
            let error = fixture.store.get(&hash).unwrap_err();
            assert!(matches!(error, StoreError::DamagedBlob { .. }), "{error}");
            assert!(!fixture.store.blob_files.contains(&hash));
            fixture.store.put(&large).unwrap();
            assert_eq!(fixture.store.get(&hash).unwrap(), large);
        }
    }
}
