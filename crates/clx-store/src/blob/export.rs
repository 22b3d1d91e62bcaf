//! Writes a blob to a path outside the store. A reader of that path sees the old or the new bytes,
//! never a part: the file is written beside its place and renamed.

use std::io::Write;
use std::path::Path;

use clx_core::ContentHash;

use crate::blob::file::{copy_hashing, temporary_in};
use crate::blob::get::Place;
use crate::error::{At, StoreError};
use crate::store::Store;

impl Store {
    /// Writes a blob to `path`, replacing what is there; its directory must exist. A large blob is
    /// copied piece by piece.
    ///
    /// # Errors
    /// [`StoreError::MissingBlob`]; [`StoreError::DamagedBlob`], and then `path` is as it was;
    /// [`StoreError::Io`] if `path` cannot be written.
    pub fn copy_to(&self, hash: &ContentHash, path: &Path) -> Result<(), StoreError> {
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let mut target = temporary_in(directory.unwrap_or(Path::new(".")))?;
        self.stream(hash, target.as_file_mut(), path)?;
        target.persist(path).map_err(|error| error.error).at("write", path)?;
        Ok(())
    }

    /// Writes the bytes of a blob to `target`, which `path` names in errors. What was written is
    /// worth nothing if an error is returned.
    pub(crate) fn stream(
        &self,
        hash: &ContentHash,
        target: &mut impl Write,
        path: &Path,
    ) -> Result<(), StoreError> {
        let found = match self.place(hash)? {
            Place::Row(bytes) => write_hashing(&bytes, target).at("write", path)?,
            Place::Pack(place) => {
                write_hashing(&self.read_packed(hash, place)?, target).at("write", path)?
            }
            Place::File => {
                let missing = || StoreError::MissingBlob { hash: *hash };
                let source = self.blob_files.open(hash)?.ok_or_else(missing)?;
                copy_hashing(source, target).at("write", path)?.0
            }
        };
        if found == *hash {
            return Ok(());
        }
        self.drop_blob(hash)?;
        Err(StoreError::DamagedBlob { hash: *hash })
    }
}

fn write_hashing(bytes: &[u8], target: &mut impl Write) -> std::io::Result<ContentHash> {
    target.write_all(bytes)?;
    Ok(ContentHash::of(bytes))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use crate::store::tests::TestStore;

    #[test]
    fn damaged_blob_leaves_the_target_as_it_was() {
        let fixture = TestStore::new();
        let path = fixture.dir.path().join("out.html");
        std::fs::write(&path, "old").unwrap();
        let hash = fixture.store.put(b"new").unwrap();
        fixture.execute("UPDATE blobs SET bytes = x'00'");
        let error = fixture.store.copy_to(&hash, &path).unwrap_err();
        assert!(error.is_lost_blob());
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(fixture.dir.path()).unwrap().count(), 2);
    }

    #[test]
    fn reader_during_write_sees_old_or_new_bytes() {
        let fixture = TestStore::new();
        let path = fixture.dir.path().join("out.bin");
        let contents = [vec![1; 300_000], vec![2; 40_000]];
        let hashes = contents.each_ref().map(|bytes| fixture.store.put(bytes).unwrap());
        fixture.store.copy_to(&hashes[0], &path).unwrap();
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for round in 0..200 {
                    fixture.store.copy_to(&hashes[round % 2], &path).unwrap();
                }
                done.store(true, Ordering::SeqCst);
            });
            while !done.load(Ordering::SeqCst) {
                let seen = std::fs::read(&path).unwrap();
                assert!(contents.contains(&seen), "{} bytes", seen.len());
            }
        });
    }
}
