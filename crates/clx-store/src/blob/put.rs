//! Puts blobs into the store. A blob that is there is not written again.

use std::fs::File;
use std::path::Path;

use clx_core::ContentHash;
use rusqlite::{OptionalExtension, Transaction, named_params};

use crate::blob::file::UnnamedBlob;
use crate::blob::{InPack, PACK_LIMIT, PackId, ROW_LIMIT};
use crate::error::{At, StoreError};
use crate::store::{Sharing, Store};

/// A row that is to be written.
pub(crate) struct NewBlob<'a> {
    pub(crate) hash: ContentHash,
    pub(crate) size: u64,
    pub(crate) bytes: NewBytes<'a>,
}

/// Where the bytes of a new blob are; files are written before their rows.
#[derive(Clone, Copy)]
pub(crate) enum NewBytes<'a> {
    Row(&'a [u8]),
    Pack(InPack),
    File,
}

impl Store {
    /// Puts bytes into the store and returns their hash.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Io`].
    pub fn put(&self, bytes: &[u8]) -> Result<ContentHash, StoreError> {
        let hash = ContentHash::of(bytes);
        self.put_hashed(&[(hash, bytes)])?;
        Ok(hash)
    }

    /// Puts many blobs into the store in one transaction and returns their hashes in order.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Io`].
    pub fn put_many(&self, blobs: &[&[u8]]) -> Result<Vec<ContentHash>, StoreError> {
        let blobs: Vec<_> = blobs.iter().map(|&bytes| (ContentHash::of(bytes), bytes)).collect();
        self.put_hashed(&blobs)?;
        Ok(blobs.into_iter().map(|(hash, _)| hash).collect())
    }

    /// Puts the contents of a file into the store, a large one piece by piece.
    ///
    /// # Errors
    /// [`StoreError::Io`] if the file cannot be read, [`StoreError::Database`].
    pub fn put_file(&self, path: &Path) -> Result<ContentHash, StoreError> {
        let file = File::open(path).at("open", path)?;
        let size = file.metadata().at("read", path)?.len();
        if size <= PACK_LIMIT as u64 {
            return self.put(&std::fs::read(path).at("read", path)?);
        }
        let blob = self.blob_files.write(file, path)?;
        let hash = blob.hash;
        self.publish_file(blob)?;
        Ok(hash)
    }

    fn put_hashed(&self, blobs: &[(ContentHash, &[u8])]) -> Result<(), StoreError> {
        let hashes: Vec<_> = blobs.iter().map(|&(hash, _)| hash).collect();
        let present = self.contains_many(&hashes)?;
        let missing = blobs.iter().zip(present).filter(|(_, present)| !present);
        let (small, large): (Vec<_>, Vec<_>) =
            missing.map(|(&blob, _)| blob).partition(|(_, bytes)| bytes.len() <= PACK_LIMIT);
        let mut rows = self.pack(&small)?;
        for (hash, bytes) in large {
            self.blob_files.publish(self.blob_files.write(bytes, self.blob_files.root())?)?;
            rows.push(NewBlob { hash, size: bytes.len() as u64, bytes: NewBytes::File });
        }
        self.insert_blobs(&rows)?;
        let mut recent = self.lock_recent();
        for &(hash, bytes) in blobs.iter().filter(|(_, bytes)| bytes.len() <= PACK_LIMIT) {
            recent.keep(hash, bytes);
        }
        Ok(())
    }

    /// Finds a place for small blobs; returns the rows that are to be written now.
    fn pack<'a>(&self, blobs: &[(ContentHash, &'a [u8])]) -> Result<Vec<NewBlob<'a>>, StoreError> {
        let new =
            |hash, bytes: &'a [u8], place| NewBlob { hash, size: bytes.len() as u64, bytes: place };
        if blobs.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() <= ROW_LIMIT {
            let rows = blobs.iter().map(|&(hash, bytes)| new(hash, bytes, NewBytes::Row(bytes)));
            return Ok(rows.collect());
        }
        let texts: Vec<&[u8]> = blobs.iter().map(|&(_, bytes)| bytes).collect();
        let places = self.packs.write(&texts)?;
        if self.sharing == Sharing::Deferred {
            self.deferred.add(blobs.iter().map(|&(hash, _)| hash).zip(places));
            return Ok(Vec::new());
        }
        let rows = blobs.iter().zip(places);
        Ok(rows.map(|(&(hash, bytes), place)| new(hash, bytes, NewBytes::Pack(place))).collect())
    }

    pub(crate) fn publish_file(&self, blob: UnnamedBlob) -> Result<(), StoreError> {
        if self.contains(&blob.hash)? {
            return Ok(());
        }
        let row = NewBlob { hash: blob.hash, size: blob.size, bytes: NewBytes::File };
        self.blob_files.publish(blob)?;
        self.insert_blobs(&[row])
    }

    fn insert_blobs(&self, blobs: &[NewBlob<'_>]) -> Result<(), StoreError> {
        if blobs.is_empty() {
            return Ok(());
        }
        let now_us = self.now().as_us();
        self.write(|transaction| insert(transaction, blobs, now_us))
    }

    /// Tells whether the store has a blob; does not read its bytes.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn contains(&self, hash: &ContentHash) -> Result<bool, StoreError> {
        self.read(|transaction| self.has_blob(transaction, hash))
    }

    /// Tells which of some blobs the store has, in order.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn contains_many(&self, hashes: &[ContentHash]) -> Result<Vec<bool>, StoreError> {
        self.read(|transaction| {
            hashes.iter().map(|hash| self.has_blob(transaction, hash)).collect()
        })
    }

    /// Tells whether a blob has its row and its file, if its bytes are in one.
    pub(crate) fn has_blob(
        &self,
        transaction: &Transaction<'_>,
        hash: &ContentHash,
    ) -> rusqlite::Result<bool> {
        if self.deferred.get(hash).is_some() {
            return Ok(true);
        }
        let row: Option<(bool, Option<i64>)> = transaction
            .prepare_cached(
                "SELECT bytes IS NOT NULL AS is_row, pack FROM blobs WHERE hash = :hash",
            )?
            .query_row(named_params! { ":hash": hash.as_bytes() }, |row| {
                Ok((row.get("is_row")?, row.get("pack")?))
            })
            .optional()?;
        Ok(row.is_some_and(|(is_row, pack)| match pack {
            _ if is_row => true,
            Some(pack) => self.packs.contains(PackId(pack)),
            None => self.blob_files.contains(hash),
        }))
    }
}

/// Writes rows of blobs.
pub(crate) fn insert(
    transaction: &Transaction<'_>,
    blobs: &[NewBlob<'_>],
    now_us: i64,
) -> rusqlite::Result<()> {
    let mut statement = transaction.prepare_cached(
        "INSERT INTO blobs (hash, size, bytes, pack, pack_offset, pack_crc, created_us)
         VALUES (:hash, :size, :bytes, :pack, :pack_offset, :pack_crc, :now_us)
         -- Its file may have been lost.
         ON CONFLICT (hash) DO UPDATE
         SET bytes = excluded.bytes, pack = excluded.pack, pack_offset = excluded.pack_offset,
             pack_crc = excluded.pack_crc",
    )?;
    for blob in blobs {
        let (bytes, place) = match blob.bytes {
            NewBytes::Row(bytes) => (Some(bytes), None),
            NewBytes::Pack(place) => (None, Some(place)),
            NewBytes::File => (None, None),
        };
        statement.execute(named_params! {
            ":hash": blob.hash.as_bytes(),
            ":size": blob.size,
            ":bytes": bytes,
            ":pack": place.map(|place| place.pack.0),
            ":pack_offset": place.map(|place| place.offset),
            ":pack_crc": place.and_then(|place| place.crc),
            ":now_us": now_us,
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;
    use crate::store::tests::TestStore;

    fn count(fixture: &TestStore) -> u64 {
        fixture
            .store
            .read(|db| db.query_row("SELECT count(*) AS n FROM blobs", (), |row| row.get("n")))
            .unwrap()
    }

    #[test]
    fn ten_thousand_small_blobs_are_one_transaction() {
        let fixture = TestStore::new();
        let texts: Vec<_> = (0..10_000).map(|n| format!("text {n}").into_bytes()).collect();
        let slices: Vec<_> = texts.iter().map(Vec::as_slice).collect();
        let hashes = fixture.store.put_many(&slices).unwrap();
        assert_eq!(count(&fixture), 10_000);
        assert_eq!(fixture.store.get(&hashes[9_999]).unwrap(), texts[9_999]);
    }

    #[test]
    fn existing_blob_is_not_written_again() {
        let fixture = TestStore::new();
        let changes = |store: &Store| store.db.writer().unwrap().total_changes();
        let large = vec![7; PACK_LIMIT + 1];
        let hash = fixture.store.put(&large).unwrap();
        fixture.store.put(b"small").unwrap();
        let path = fixture.store.blob_files.path(&hash);
        let written = std::fs::metadata(&path).unwrap().modified().unwrap();
        let before = changes(&fixture.store);
        fixture.store.put_many(&[&large, b"small"]).unwrap();
        assert_eq!(changes(&fixture.store), before);
        assert_eq!(std::fs::metadata(&path).unwrap().modified().unwrap(), written);
    }

    #[test]
    fn threads_and_a_second_store_put_the_same_blobs() {
        let fixture = TestStore::new();
        let other = fixture.open_again();
        let texts: Vec<Vec<u8>> = vec![vec![1; 100], vec![2; PACK_LIMIT], vec![3; 200_000]];
        let barrier = Barrier::new(8);
        std::thread::scope(|scope| {
            for number in 0..8 {
                let store = if number % 2 == 0 { &fixture.store } else { &other };
                let (texts, barrier) = (&texts, &barrier);
                scope.spawn(move || {
                    barrier.wait();
                    for text in texts {
                        let hash = store.put(text).unwrap();
                        assert_eq!(&store.get(&hash).unwrap(), text);
                    }
                });
            }
        });
        assert_eq!(count(&fixture), 3);
    }

    #[test]
    fn file_of_any_size_has_the_hash_of_its_bytes() {
        let fixture = TestStore::new();
        for length in [0, 1, PACK_LIMIT, PACK_LIMIT + 1, 1_000_000] {
            let bytes = vec![9; length];
            let path = fixture.dir.path().join("file");
            std::fs::write(&path, &bytes).unwrap();
            let hash = fixture.store.put_file(&path).unwrap();
            assert_eq!(hash, ContentHash::of(&bytes));
            assert_eq!(fixture.store.get(&hash).unwrap(), bytes, "{length}");
        }
    }

    #[test]
    fn leftover_of_a_killed_process_is_no_blob_and_no_obstacle() {
        let fixture = TestStore::new();
        let large = vec![5; PACK_LIMIT + 1];
        let hash = fixture.store.put(&large).unwrap();
        fixture.store.blob_files.remove(&hash).unwrap();
        let torn = fixture.store.blob_files.root().join(".tmp-torn");
        std::fs::write(torn, &large[..10]).unwrap();
        assert!(!fixture.store.contains(&hash).unwrap());
        fixture.store.put(&large).unwrap();
        assert_eq!(fixture.store.get(&hash).unwrap(), large);
    }
}
