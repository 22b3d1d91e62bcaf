//! Keeps the WAL short. Principal function: [`cut`].
//!
//! SQLite starts the WAL over only when all of it is copied back, and the checkpoints that it makes
//! by itself wait for nobody: while many processes write, something new is always behind them. So
//! one that waits is made now and then.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

/// Size from which the WAL is cut; above what a checkpoint by SQLite itself leaves.
const LIMIT: u64 = 32 << 20;

/// How long other writers, and then readers, are waited for. Writers wait meanwhile, so whoever
/// fails must not try again soon.
pub(crate) const PATIENCE: Duration = Duration::from_millis(500);

/// Tells whether the WAL of a database file is so long that it should be cut.
pub(crate) fn is_long(database: &Path) -> bool {
    std::fs::metadata(path_of(database)).is_ok_and(|metadata| metadata.len() > LIMIT)
}

/// Copies the WAL back into the file and cuts it to nothing; does not if another process is doing
/// the same, or if somebody stays in its way for longer than [`PATIENCE`]. Must be called outside a
/// transaction.
pub(crate) fn cut(connection: &Connection) -> rusqlite::Result<()> {
    let usual_ms: u64 = connection.query_row("PRAGMA busy_timeout", (), |row| row.get(0))?;
    connection.busy_timeout(PATIENCE)?;
    let cut = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(()));
    connection.busy_timeout(Duration::from_millis(usual_ms))?;
    cut
}

fn path_of(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}
