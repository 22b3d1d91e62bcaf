//! Whether anything changed in the file, without looking at any table.

use rusqlite::Connection;

use super::SqliteQueue;
use crate::error::QueueError;

impl SqliteQueue {
    /// Does as [`crate::QueueView::change_counter`] says.
    pub(super) fn count_changes(&self) -> Result<u64, QueueError> {
        let database = self.committer.database();
        database.check_identity()?;
        // `data_version` counts what others commit, as one connection sees it: always the same one
        // must be asked. What that connection itself changes is counted apart.
        let writer = database.writer()?;
        let others = data_version(&writer).map_err(|error| database.error(error))?;
        Ok(others.wrapping_add(writer.total_changes()))
    }
}

fn data_version(connection: &Connection) -> rusqlite::Result<u64> {
    connection.pragma_query_value(None, "data_version", |row| row.get(0))
}
