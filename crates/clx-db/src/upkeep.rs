//! What is done to a whole file by hand: check it, shrink it, copy it.

use std::path::{Path, PathBuf};

use crate::database::Database;
use crate::error::DbError;

/// Bytes of the files of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FileSizes {
    /// The file itself.
    pub database: u64,
    /// Its write-ahead log.
    pub wal: u64,
}

impl Database {
    /// Checks every page and index; returns what is wrong, at most 100 findings, empty if nothing is.
    ///
    /// # Errors
    /// [`DbError::Pool`], [`DbError::Sqlite`].
    pub fn integrity(&self) -> Result<Vec<String>, DbError> {
        let reader = self.reader()?;
        let check = || -> rusqlite::Result<Vec<String>> {
            let mut statement = reader.prepare("PRAGMA integrity_check(100)")?;
            let rows = statement.query_map((), |row| row.get(0))?;
            rows.filter(|row| !matches!(row, Ok(text) if text == "ok")).collect()
        };
        check().map_err(|error| self.error(error))
    }

    /// Writes the file anew without free pages and cuts the write-ahead log; returns how large the
    /// files were and are. Other processes wait meanwhile.
    ///
    /// # Errors
    /// [`DbError::Poisoned`], [`DbError::Sqlite`]: also if somebody else keeps the file busy.
    pub fn vacuum(&self) -> Result<(FileSizes, FileSizes), DbError> {
        let before = self.file_sizes();
        let writer = self.writer()?;
        writer
            .execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")
            .map_err(|error| self.error(error))?;
        Ok((before, self.file_sizes()))
    }

    /// Copies the database to a new file, as it is at one moment, while others go on writing.
    ///
    /// # Errors
    /// [`DbError::Poisoned`], [`DbError::Sqlite`]: also if the file exists already.
    pub fn backup(&self, to: &Path) -> Result<(), DbError> {
        // Readers may write nothing, not even a copy.
        let writer = self.writer()?;
        let copied = writer.execute("VACUUM INTO ?1", [to.to_string_lossy()]);
        copied.map(|_| ()).map_err(|error| self.error(error))
    }

    /// Returns how large the files are.
    #[must_use]
    pub fn file_sizes(&self) -> FileSizes {
        let size = |path: PathBuf| std::fs::metadata(path).map_or(0, |metadata| metadata.len());
        let mut wal = self.path().as_os_str().to_owned();
        wal.push("-wal");
        FileSizes { database: size(self.path().to_owned()), wal: size(wal.into()) }
    }
}
