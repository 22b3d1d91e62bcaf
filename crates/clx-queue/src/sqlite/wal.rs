//! Keeps the WAL short. Principal function: [`cut`].
//!
//! SQLite starts the WAL over only when all of it is copied back, and the checkpoints that it makes
//! by itself wait for nobody: while many processes write, something new is always behind them. So
//! one that waits is made now and then.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rusqlite::Connection;

/// Size from which the WAL is cut; above what a checkpoint by SQLite itself leaves.
const LIMIT: u64 = 32 << 20;

/// Size from which the WAL is cut when there is time: the next process that opens the file reads all of
/// it first, 1 ms for 4 MB.
const IDLE_LIMIT: u64 = 1 << 20;

/// How long other writers, and then readers, are waited for. Writers wait meanwhile, so whoever
/// fails must not try again soon.
pub(crate) const PATIENCE: Duration = Duration::from_millis(500);

/// Tells whether the WAL of a database file is so long that it should be cut.
pub(crate) fn is_long(database: &Path) -> bool {
    exceeds(database, LIMIT)
}

/// Tells whether the WAL of a database file should be cut when there is time.
pub(crate) fn is_worth_cutting(database: &Path) -> bool {
    exceeds(database, IDLE_LIMIT)
}

fn exceeds(database: &Path, limit: u64) -> bool {
    std::fs::metadata(path_of(database)).is_ok_and(|metadata| metadata.len() > limit)
}

/// Copies the WAL back into the file and cuts it to nothing. False at once if another process is
/// copying, and after [`PATIENCE`] if somebody stays in the way. Must be called outside a
/// transaction.
pub(crate) fn cut(connection: &Connection) -> rusqlite::Result<bool> {
    let usual_ms: u64 = connection.query_row("PRAGMA busy_timeout", (), |row| row.get(0))?;
    connection.busy_timeout(PATIENCE)?;
    let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |row| row.get(0));
    connection.busy_timeout(Duration::from_millis(usual_ms))?;
    busy.map(|busy: bool| !busy)
}

/// Whether the commits of a connection copy a WAL back that has grown past the usual length.
#[derive(Debug, Default)]
pub(crate) struct Copies {
    /// Pages from which they do usually; 0 while they do.
    suspended_pages: AtomicU32,
}

impl Copies {
    /// Lets commits copy, or suspends it.
    pub(crate) fn set(&self, connection: &Connection, on: bool) -> rusqlite::Result<()> {
        let suspended = self.suspended_pages.load(Ordering::Relaxed);
        if on == (suspended == 0) {
            return Ok(());
        }
        let usual = connection.query_row("PRAGMA wal_autocheckpoint", (), |row| row.get(0))?;
        let wanted = if on { suspended } else { 0 };
        connection.pragma_update(None, "wal_autocheckpoint", wanted)?;
        self.suspended_pages.store(if on { 0 } else { usual }, Ordering::Relaxed);
        Ok(())
    }
}

fn path_of(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}
