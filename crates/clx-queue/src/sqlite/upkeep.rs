//! What is done to the whole file by hand.

use std::path::Path;

use clx_db::FileSizes;

use super::SqliteQueue;
use crate::error::QueueError;

impl SqliteQueue {
    /// Checks the whole file; returns what is wrong, empty if nothing is.
    ///
    /// # Errors
    /// [`QueueError::Database`], as for every call below.
    pub fn integrity(&self) -> Result<Vec<String>, QueueError> {
        Ok(self.committer.database().integrity()?)
    }

    /// Writes the file anew without free space; returns the sizes before and after.
    ///
    /// # Errors
    /// As [`SqliteQueue::integrity`].
    pub fn vacuum(&self) -> Result<(FileSizes, FileSizes), QueueError> {
        Ok(self.committer.database().vacuum()?)
    }

    /// Copies the file to a new one, as it is at one moment.
    ///
    /// # Errors
    /// As [`SqliteQueue::integrity`]; also if the file exists.
    pub fn backup(&self, to: &Path) -> Result<(), QueueError> {
        Ok(self.committer.database().backup(to)?)
    }

    /// Returns how large the files are.
    #[must_use]
    pub fn file_sizes(&self) -> FileSizes {
        self.committer.database().file_sizes()
    }
}
