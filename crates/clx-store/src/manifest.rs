//! Digests of files by their stat, so that a build in which nothing changed reads no contents.
//! Principal type: [`Manifest`]; callers use [`Store::digest_of`].
//!
//! The table is loaded with one query, kept in memory and written back by [`Store::flush`].
//!
//! A file that was changed shortly before its digest was taken may be changed once more without
//! any difference in its stat, since the clocks of file systems have steps, see [`FileStat::tick`]. The
//! digest of such a file is used for nothing but the answer at hand: next time the file is read again.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use clx_core::{ContentHash, Timestamp};
use rusqlite::named_params;

use crate::blob::copy_hashing;
use crate::error::{At, StoreError};
use crate::stat::{FileStat, path_bytes, path_column};
use crate::store::{Store, hash_column};

/// One file as it was when it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    stat: FileStat,
    /// When the reading began.
    recorded: Timestamp,
    hash: ContentHash,
}

impl Entry {
    fn is_racy(&self) -> bool {
        self.stat.is_racy(self.recorded.as_us().saturating_mul(1000))
    }
}

/// The table of files in memory.
#[derive(Debug, Default)]
pub(crate) struct Manifest {
    /// `None` until the first question.
    entries: Option<HashMap<PathBuf, Entry>>,
    /// What the next flush writes; `None` removes a row.
    changes: BTreeMap<PathBuf, Option<Entry>>,
}

impl Manifest {
    fn get(&self, path: &Path) -> Option<&Entry> {
        self.entries.as_ref()?.get(path)
    }

    fn set(&mut self, path: &Path, entry: Entry) {
        self.entries.get_or_insert_default().insert(path.to_owned(), entry);
        self.changes.insert(path.to_owned(), Some(entry));
    }

    fn remove(&mut self, path: &Path) {
        if self.entries.as_mut().is_some_and(|entries| entries.remove(path).is_some()) {
            self.changes.insert(path.to_owned(), None);
        }
    }

    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }
}

impl Store {
    /// Returns the digest of a file; reads its contents only if its stat is new or racy.
    ///
    /// # Errors
    /// [`StoreError::Io`] if the file cannot be read, see [`StoreError::is_not_found`].
    pub fn digest_of(&self, path: &Path) -> Result<ContentHash, StoreError> {
        self.load_manifest()?;
        let stat = match fs::metadata(path) {
            Ok(metadata) => FileStat::from(&metadata),
            Err(error) => {
                if error.kind() == io::ErrorKind::NotFound {
                    self.lock_manifest()?.remove(path);
                }
                return Err(error).at("read", path);
            }
        };
        let known = self.lock_manifest()?.get(path).copied();
        match known {
            Some(entry) if entry.stat == stat && !entry.is_racy() => Ok(entry.hash),
            Some(_) | None => self.read_digest(path),
        }
    }

    /// Returns the digests of files, in order; each file has an error of its own.
    ///
    /// # Errors
    /// [`StoreError::Database`] if the table of files cannot be read.
    pub fn digests_of(
        &self,
        paths: &[PathBuf],
    ) -> Result<Vec<Result<ContentHash, StoreError>>, StoreError> {
        self.load_manifest()?;
        Ok(paths.iter().map(|path| self.digest_of(path)).collect())
    }

    fn read_digest(&self, path: &Path) -> Result<ContentHash, StoreError> {
        let recorded = self.now();
        let file = File::open(path).at("open", path)?;
        // The stat before reading: a change while we read differs from it.
        let stat = FileStat::from(&file.metadata().at("read", path)?);
        let (hash, _) = copy_hashing(file, &mut io::sink()).at("read", path)?;
        self.lock_manifest()?.set(path, Entry { stat, recorded, hash });
        Ok(hash)
    }

    fn load_manifest(&self) -> Result<(), StoreError> {
        let mut manifest = self.lock_manifest()?;
        if manifest.entries.is_none() {
            let known = if self.reads_digests { self.read_manifest()? } else { HashMap::new() };
            manifest.entries = Some(known);
        }
        Ok(())
    }

    fn read_manifest(&self) -> Result<HashMap<PathBuf, Entry>, StoreError> {
        self.read(|transaction| {
            transaction
                .prepare_cached(
                    "SELECT path, size, mtime_ns, ctime_ns, inode, recorded_us, hash FROM files",
                )?
                .query_map((), |row| {
                    let stat = FileStat {
                        size: row.get("size")?,
                        mtime_ns: row.get("mtime_ns")?,
                        ctime_ns: row.get("ctime_ns")?,
                        inode: row.get("inode")?,
                    };
                    let recorded = Timestamp::from_us(row.get("recorded_us")?);
                    let hash = hash_column(row, "hash")?;
                    Ok((path_column(row, "path")?, Entry { stat, recorded, hash }))
                })?
                .collect()
        })
    }

    /// Writes the digests that are new since the last flush.
    pub(crate) fn flush_manifest(&self) -> Result<(), StoreError> {
        let mut manifest = self.lock_manifest()?;
        if manifest.changes.is_empty() {
            return Ok(());
        }
        self.write(|transaction| {
            for (path, entry) in &manifest.changes {
                match entry {
                    Some(entry) => write_entry(transaction, path, entry)?,
                    None => remove_entry(transaction, path)?,
                }
            }
            Ok(())
        })?;
        manifest.changes.clear();
        Ok(())
    }
}

fn write_entry(
    transaction: &rusqlite::Transaction<'_>,
    path: &Path,
    entry: &Entry,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO files
                 (path, size, mtime_ns, ctime_ns, inode, recorded_us, hash)
             VALUES (:path, :size, :mtime_ns, :ctime_ns, :inode, :recorded_us, :hash)",
        )?
        .execute(named_params! {
            ":path": path_bytes(path),
            ":size": entry.stat.size,
            ":mtime_ns": entry.stat.mtime_ns,
            ":ctime_ns": entry.stat.ctime_ns,
            ":inode": entry.stat.inode,
            ":recorded_us": entry.recorded.as_us(),
            ":hash": entry.hash.as_bytes(),
        })?;
    Ok(())
}

pub(crate) fn remove_entry(
    transaction: &rusqlite::Transaction<'_>,
    path: &Path,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("DELETE FROM files WHERE path = :path")?
        .execute(named_params! { ":path": path_bytes(path) })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::StoreOptions;
    use crate::store::tests::TestStore;

    /// Replaces the stored digest, so that a hit shows itself.
    fn mark(fixture: &TestStore) {
        fixture.store.flush().unwrap();
        let n_rows = fixture.execute("UPDATE files SET hash = zeroblob(32)");
        assert_eq!(n_rows, 1);
    }

    fn file(fixture: &TestStore, text: &str) -> PathBuf {
        let path = fixture.dir.path().join("a.py");
        fs::write(&path, text).unwrap();
        path
    }

    #[test]
    fn unchanged_file_is_not_read() {
        let fixture = TestStore::new();
        let path = file(&fixture, "text");
        fixture.clock.advance(Duration::from_secs(60));
        assert_eq!(fixture.store.digest_of(&path).unwrap(), ContentHash::of("text"));
        mark(&fixture);
        let hit = ContentHash::from_bytes([0; 32]);
        assert_eq!(fixture.open_again().digest_of(&path).unwrap(), hit);
    }

    #[test]
    fn changed_file_is_read_again() {
        let fixture = TestStore::new();
        let path = file(&fixture, "text");
        fixture.clock.advance(Duration::from_secs(60));
        fixture.store.digest_of(&path).unwrap();
        file(&fixture, "more text");
        assert_eq!(fixture.store.digest_of(&path).unwrap(), ContentHash::of("more text"));
    }

    #[test]
    fn known_digest_is_not_used_by_a_store_that_reads_none() {
        let fixture = TestStore::new();
        let path = file(&fixture, "text");
        fixture.clock.advance(Duration::from_secs(60));
        fixture.store.digest_of(&path).unwrap();
        mark(&fixture);
        let clock = fixture.clock.clone();
        let options = StoreOptions { reads_digests: false, clock, ..StoreOptions::default() };
        let store = Store::open(&fixture.dir.path().join("store"), &options).unwrap();
        assert_eq!(store.digest_of(&path).unwrap(), ContentHash::of("text"));
        store.flush().unwrap();
        assert_eq!(fixture.open_again().digest_of(&path).unwrap(), ContentHash::of("text"));
    }

    #[test]
    fn racy_file_is_read_again_until_it_has_rested() {
        let fixture = TestStore::new();
        let path = file(&fixture, "text");
        fixture.store.digest_of(&path).unwrap();
        mark(&fixture);
        let later = fixture.open_again();
        fixture.clock.advance(Duration::from_secs(10));
        assert_eq!(later.digest_of(&path).unwrap(), ContentHash::of("text"));
        later.flush().unwrap();
        mark(&fixture);
        let hit = ContentHash::from_bytes([0; 32]);
        assert_eq!(fixture.open_again().digest_of(&path).unwrap(), hit);
    }

    #[test]
    fn each_file_has_an_error_of_its_own() {
        let fixture = TestStore::new();
        let path = file(&fixture, "text");
        let missing = fixture.dir.path().join("missing");
        let digests = fixture.store.digests_of(&[missing, path]).unwrap();
        assert!(digests[0].as_ref().unwrap_err().is_not_found());
        assert_eq!(*digests[1].as_ref().unwrap(), ContentHash::of("text"));
    }

    #[test]
    fn removed_file_leaves_the_table() {
        let fixture = TestStore::new();
        let path = file(&fixture, "text");
        fixture.store.digest_of(&path).unwrap();
        fixture.store.flush().unwrap();
        fs::remove_file(&path).unwrap();
        assert!(fixture.store.digest_of(&path).unwrap_err().is_not_found());
        fixture.store.flush().unwrap();
        assert_eq!(fixture.execute("DELETE FROM files"), 0);
    }
}
