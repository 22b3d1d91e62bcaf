//! Which files of an output root clx wrote, so that it never deletes or overwrites a file of
//! somebody else. Principal type: [`OwnedOutput`].
//!
//! A file is claimed before it is written and confirmed with the next claim. If clx is killed in between,
//! the file is still owned, in an unknown state. Clearing the cache keeps this table: it is no
//! cache, what it says cannot be found out again.

use std::collections::HashMap;
use std::fs::Metadata;
use std::path::{Path, PathBuf};

use clx_core::ContentHash;
use rusqlite::{OptionalExtension, Row, Transaction, named_params};
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::stat::{FileStat, path_bytes, path_column};
use crate::store::{Store, hash_column};

/// A file that clx wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedOutput {
    /// The blob that was written there.
    pub hash: ContentHash,
    /// What the file was after writing; `None` if that was not confirmed.
    pub(crate) written: Option<Written>,
}

/// What a file is after it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Written {
    pub(crate) size: u64,
    pub(crate) mtime_ns: i64,
    pub(crate) inode: i64,
}

impl From<FileStat> for Written {
    fn from(stat: FileStat) -> Self {
        Self { size: stat.size, mtime_ns: stat.mtime_ns, inode: stat.inode }
    }
}

impl OwnedOutput {
    /// Describes a file that was just written.
    #[must_use]
    pub fn new(hash: ContentHash, stat: FileStat) -> Self {
        Self { hash, written: Some(stat.into()) }
    }

    /// Describes a file of which it is not known whether it is as it was written.
    #[must_use]
    pub const fn unconfirmed(hash: ContentHash) -> Self {
        Self { hash, written: None }
    }

    /// Tells whether the file still is what clx wrote, without reading it. False if writing it was
    /// never confirmed.
    #[must_use]
    pub fn is_unchanged(&self, metadata: &Metadata) -> bool {
        metadata.is_file() && self.written == Some(FileStat::from(metadata).into())
    }
}

impl TryFrom<&Row<'_>> for OwnedOutput {
    type Error = rusqlite::Error;

    fn try_from(row: &Row<'_>) -> Result<Self, Self::Error> {
        let written = match row.get("size")? {
            None => None,
            Some(size) => {
                Some(Written { size, mtime_ns: row.get("mtime_ns")?, inode: row.get("inode")? })
            }
        };
        Ok(Self { hash: hash_column(row, "hash")?, written })
    }
}

impl Store {
    /// Notes, in one transaction, what files below `root` are that were written since the last call,
    /// and claims those that are about to be written. Paths are relative to the root.
    ///
    /// # Errors
    /// [`StoreError::Database`], and then nothing is noted.
    pub fn note_outputs(
        &self,
        root: &Path,
        written: &[(PathBuf, FileStat)],
        claimed: &[(&Path, ContentHash)],
    ) -> Result<(), StoreError> {
        if written.is_empty() && claimed.is_empty() {
            return Ok(());
        }
        self.write(|transaction| {
            confirm(transaction, root, written)?;
            claim(transaction, root, claimed)
        })
    }

    /// Returns the files that clx owns below `root`, by their relative paths.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn owned(&self, root: &Path) -> Result<HashMap<PathBuf, OwnedOutput>, StoreError> {
        self.read(|transaction| {
            transaction
                .prepare_cached(
                    "SELECT path, hash, size, mtime_ns, inode FROM outputs WHERE root = :root",
                )?
                .query_map(named_params! { ":root": path_bytes(root) }, |row| {
                    Ok((path_column(row, "path")?, OwnedOutput::try_from(row)?))
                })?
                .collect()
        })
    }

    /// Returns those of some files, relative to `root`, that clx owns.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn owned_among<'p>(
        &self,
        root: &Path,
        paths: impl Iterator<Item = &'p Path>,
    ) -> Result<HashMap<PathBuf, OwnedOutput>, StoreError> {
        self.read(|transaction| {
            let mut statement = transaction.prepare_cached(
                "SELECT hash, size, mtime_ns, inode FROM outputs WHERE root = :root AND path = :path",
            )?;
            let mut owned = HashMap::new();
            for path in paths {
                let key = named_params! { ":root": path_bytes(root), ":path": path_bytes(path) };
                let output = statement.query_row(key, |row| OwnedOutput::try_from(row)).optional()?;
                owned.extend(output.map(|output| (path.to_owned(), output)));
            }
            Ok(owned)
        })
    }

    /// Returns every root below which clx owns a file.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn output_roots(&self) -> Result<Vec<PathBuf>, StoreError> {
        self.read(|transaction| {
            transaction
                .prepare_cached("SELECT DISTINCT root FROM outputs ORDER BY root")?
                .query_map((), |row| path_column(row, "root"))?
                .collect()
        })
    }

    /// Gives up files below `root`, after they were deleted, in one transaction.
    ///
    /// # Errors
    /// [`StoreError::Database`], and then nothing is given up.
    pub fn release_outputs(&self, root: &Path, paths: &[&Path]) -> Result<(), StoreError> {
        if paths.is_empty() {
            return Ok(());
        }
        self.write(|transaction| {
            let mut statement = transaction
                .prepare_cached("DELETE FROM outputs WHERE root = :root AND path = :path")?;
            for path in paths {
                statement.execute(named_params! {
                    ":root": path_bytes(root),
                    ":path": path_bytes(path),
                })?;
            }
            Ok(())
        })
    }
}

fn claim(
    transaction: &Transaction<'_>,
    root: &Path,
    outputs: &[(&Path, ContentHash)],
) -> rusqlite::Result<()> {
    let mut statement = transaction.prepare_cached(
        "INSERT OR REPLACE INTO outputs (root, path, hash, size, mtime_ns, inode)
         VALUES (:root, :path, :hash, NULL, NULL, NULL)",
    )?;
    for (path, hash) in outputs {
        statement.execute(named_params! {
            ":root": path_bytes(root),
            ":path": path_bytes(path),
            ":hash": hash.as_bytes(),
        })?;
    }
    Ok(())
}

fn confirm(
    transaction: &Transaction<'_>,
    root: &Path,
    outputs: &[(PathBuf, FileStat)],
) -> rusqlite::Result<()> {
    let mut statement = transaction.prepare_cached(
        "UPDATE outputs
         SET size = :size, mtime_ns = :mtime_ns, inode = :inode
         WHERE root = :root AND path = :path",
    )?;
    for (path, stat) in outputs {
        statement.execute(named_params! {
            ":root": path_bytes(root),
            ":path": path_bytes(path),
            ":size": stat.size,
            ":mtime_ns": stat.mtime_ns,
            ":inode": stat.inode,
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::store::tests::TestStore;

    fn claim(fixture: &TestStore) -> ContentHash {
        let hash = ContentHash::of("text");
        let claimed = [(Path::new("a.html"), hash)];
        fixture.store.note_outputs(fixture.dir.path(), &[], &claimed).unwrap();
        hash
    }

    fn confirm(fixture: &TestStore) {
        let root = fixture.dir.path();
        let stat = FileStat::from(&fs::metadata(root.join("a.html")).unwrap());
        fixture.store.note_outputs(root, &[("a.html".into(), stat)], &[]).unwrap();
    }

    fn owned(fixture: &TestStore) -> OwnedOutput {
        fixture.store.owned(fixture.dir.path()).unwrap().remove(Path::new("a.html")).unwrap()
    }

    #[test]
    fn claimed_file_is_owned_before_it_exists() {
        let fixture = TestStore::new();
        let hash = claim(&fixture);
        assert_eq!(owned(&fixture), OwnedOutput { hash, written: None });
        let paths = ["b.html", "a.html"].map(Path::new);
        let among = fixture.store.owned_among(fixture.dir.path(), paths.into_iter()).unwrap();
        assert_eq!(among, [("a.html".into(), owned(&fixture))].into());
    }

    #[test]
    fn confirmed_file_is_unchanged_until_it_is_written() {
        let fixture = TestStore::new();
        let path = fixture.dir.path().join("a.html");
        claim(&fixture);
        fs::write(&path, "text").unwrap();
        assert!(!owned(&fixture).is_unchanged(&fs::metadata(&path).unwrap()));
        confirm(&fixture);
        assert!(owned(&fixture).is_unchanged(&fs::metadata(&path).unwrap()));
        fs::write(&path, "edited").unwrap();
        assert!(!owned(&fixture).is_unchanged(&fs::metadata(&path).unwrap()));
    }

    #[test]
    fn claiming_again_unconfirms() {
        let fixture = TestStore::new();
        claim(&fixture);
        fs::write(fixture.dir.path().join("a.html"), "text").unwrap();
        confirm(&fixture);
        claim(&fixture);
        assert_eq!(owned(&fixture).written, None);
    }

    #[test]
    fn roots_are_separate() {
        let fixture = TestStore::new();
        claim(&fixture);
        let (root, other) = (fixture.dir.path(), fixture.dir.path().join("other"));
        assert!(fixture.store.owned(&other).unwrap().is_empty());
        fixture.store.release_outputs(&other, &[Path::new("a.html")]).unwrap();
        assert_eq!(fixture.store.output_roots().unwrap(), [root]);
        fixture.store.release_outputs(root, &[Path::new("a.html")]).unwrap();
        assert!(fixture.store.output_roots().unwrap().is_empty());
    }
}
