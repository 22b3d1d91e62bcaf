//! Reads blobs, checking each against its hash.

use std::io::Read;

use clx_core::ContentHash;
use rusqlite::{OptionalExtension, named_params};

use crate::error::{At, StoreError};
use crate::store::Store;

/// Where the bytes of a blob are.
pub(crate) enum Place {
    Inline(Vec<u8>),
    File,
}

impl Store {
    /// Returns the bytes of a blob.
    ///
    /// # Errors
    /// [`StoreError::MissingBlob`]; [`StoreError::DamagedBlob`] if the bytes do not match the hash,
    /// and then the blob is dropped, so that actions that name it are misses from now on.
    pub fn get(&self, hash: &ContentHash) -> Result<Vec<u8>, StoreError> {
        if let Some(bytes) = self.lock_recent().get(hash) {
            return Ok(bytes);
        }
        let bytes = match self.place(hash)? {
            Place::Inline(bytes) => bytes,
            Place::File => self.read_file(hash)?,
        };
        if ContentHash::of(&bytes) == *hash {
            return Ok(bytes);
        }
        self.drop_blob(hash)?;
        Err(StoreError::DamagedBlob { hash: *hash })
    }

    /// Finds the row of a blob.
    pub(crate) fn place(&self, hash: &ContentHash) -> Result<Place, StoreError> {
        let row = self.read(|transaction| {
            transaction
                .prepare_cached("SELECT bytes FROM blobs WHERE hash = :hash")?
                .query_row(named_params! { ":hash": hash.as_bytes() }, |row| row.get("bytes"))
                .optional()
        })?;
        match row {
            None => Err(StoreError::MissingBlob { hash: *hash }),
            Some(Some(bytes)) => Ok(Place::Inline(bytes)),
            Some(None) => Ok(Place::File),
        }
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
        self.write(|transaction| {
            transaction
                .prepare_cached("DELETE FROM blobs WHERE hash = :hash")?
                .execute(named_params! { ":hash": hash.as_bytes() })
        })?;
        self.blob_files.remove(hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blob::INLINE_LIMIT;
    use crate::store::tests::TestStore;

    #[test]
    fn unknown_blob_is_missing() {
        let fixture = TestStore::new();
        let error = fixture.store.get(&ContentHash::of("nothing")).unwrap_err();
        assert!(matches!(error, StoreError::MissingBlob { .. }));
    }

    #[test]
    fn damaged_inline_blob_is_named_dropped_and_made_again() {
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
    fn damaged_or_torn_file_is_dropped_and_made_again() {
        let large = vec![3; INLINE_LIMIT + 1];
        for damage in [&large[..100], &[4; INLINE_LIMIT + 1], b""] {
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
