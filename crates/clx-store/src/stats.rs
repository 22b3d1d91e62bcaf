//! Counts what a store holds. Principal type: [`Stats`].

use std::path::Path;

use clx_db::FileSizes;

use crate::error::StoreError;
use crate::store::Store;

/// What a store holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Blobs.
    pub n_blobs: u64,
    /// Bytes of all blobs.
    pub blob_bytes: u64,
    /// Bytes of those blobs that are files.
    pub file_bytes: u64,
    /// Results of actions.
    pub n_actions: u64,
    /// Files whose digest is known.
    pub n_files: u64,
    /// Outputs that clx owns, over all roots.
    pub n_outputs: u64,
    /// Bytes of the database file, without its write-ahead log.
    pub database_bytes: u64,
}

impl Store {
    /// Checks the whole database file; returns what is wrong, empty if nothing is. The blobs are
    /// checked by [`Store::verify`].
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn integrity(&self) -> Result<Vec<String>, StoreError> {
        Ok(self.db.integrity()?)
    }

    /// Writes the database file anew without free space; returns the sizes before and after.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn vacuum(&self) -> Result<(FileSizes, FileSizes), StoreError> {
        Ok(self.db.vacuum()?)
    }

    /// Copies the database to a new file, as it is at one moment; blobs that are files of their own are
    /// not in it.
    ///
    /// # Errors
    /// [`StoreError::Database`]; also if the file exists.
    pub fn backup(&self, to: &Path) -> Result<(), StoreError> {
        Ok(self.db.backup(to)?)
    }

    /// Returns how large the files of the database are.
    #[must_use]
    pub fn file_sizes(&self) -> FileSizes {
        self.db.file_sizes()
    }

    /// Counts what the store holds.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn stats(&self) -> Result<Stats, StoreError> {
        self.read(|transaction| {
            transaction.query_row(
                "SELECT
                     (SELECT count(*) FROM blobs) AS n_blobs,
                     (SELECT coalesce(sum(size), 0) FROM blobs) AS blob_bytes,
                     (SELECT coalesce(sum(size), 0) FROM blobs WHERE bytes IS NULL) AS file_bytes,
                     (SELECT count(*) FROM actions) AS n_actions,
                     (SELECT count(*) FROM files) AS n_files,
                     (SELECT count(*) FROM outputs) AS n_outputs,
                     (SELECT page_count * page_size
                      FROM pragma_page_count, pragma_page_size) AS database_bytes",
                (),
                |row| {
                    Ok(Stats {
                        n_blobs: row.get("n_blobs")?,
                        blob_bytes: row.get("blob_bytes")?,
                        file_bytes: row.get("file_bytes")?,
                        n_actions: row.get("n_actions")?,
                        n_files: row.get("n_files")?,
                        n_outputs: row.get("n_outputs")?,
                        database_bytes: row.get("database_bytes")?,
                    })
                },
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::TestStore;

    #[test]
    fn small_and_large_blobs_are_counted() {
        let fixture = TestStore::new();
        fixture.store.put_many(&[b"abc", &[1; 100_000]]).unwrap();
        let stats = fixture.store.stats().unwrap();
        assert!(stats.database_bytes > 0);
        let expected = Stats {
            n_blobs: 2,
            blob_bytes: 100_003,
            file_bytes: 100_000,
            database_bytes: stats.database_bytes,
            ..Stats::default()
        };
        assert_eq!(stats, expected);
    }
}
