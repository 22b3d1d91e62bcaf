//! The pragmas of every connection, set and read back. Principal function: [`apply`].
//!
//! Only `journal_mode` and `auto_vacuum` belong to the file; all others belong to a connection and
//! are lost with it, and SQLite accepts a misspelt pragma in silence. Hence the reading back.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use crate::error::DbError;

/// How long a statement waits for another process's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// What a COMMIT waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// The operating system has the data (`synchronous = NORMAL`): a power loss may undo the last
    /// transactions but never damages the file; a crash of the program undoes nothing.
    #[default]
    Normal,
    /// The disk has the data (`synchronous = FULL`).
    Full,
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Writer,
    Reader,
}

/// Does what changes nothing in the file, not even when the connection is closed.
///
/// The last close would otherwise copy the WAL back into the file and wait for the disk twice, which
/// short commands should not pay; the next open reads the WAL, which `wal_autocheckpoint` bounds.
pub(crate) fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    // Without it every new value bound to an indexed column plans the statement anew (SQLite is
    // built with STAT4), a tenth of the queue's time; the plans that we test are the plans that run.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// Value of `auto_vacuum`: free pages are given back when one asks for it.
const INCREMENTAL: i64 = 2;

/// Configures a connection; fails if a pragma reads back differently.
pub(crate) fn apply(
    connection: &Connection,
    path: &Path,
    role: Role,
    durability: Durability,
) -> Result<(), DbError> {
    let sqlite = |source| DbError::Sqlite { path: path.to_owned(), source };
    prepare(connection).map_err(sqlite)?;
    connection.set_prepared_statement_cache_capacity(128);
    let pragma = Pragmas { connection, path };
    if role == Role::Writer {
        // Only has an effect before the first table; later it would write a page all the same, and wait for the disk.
        let found: i64 =
            connection.pragma_query_value(None, "auto_vacuum", |row| row.get(0)).map_err(sqlite)?;
        if found != INCREMENTAL {
            connection.pragma_update(None, "auto_vacuum", INCREMENTAL).map_err(sqlite)?;
        }
        pragma.set("journal_mode", "wal")?;
        // 16 MB, taken as needed: the pages of a queue of 20,000 jobs are not read again and again.
        pragma.set("cache_size", "-16000")?;
    }
    pragma.set("synchronous", if durability == Durability::Full { "2" } else { "1" })?;
    pragma.set("foreign_keys", "1")?;
    // 28 MB: whoever commits at that moment copies the WAL back and waits for the disk, so rather
    // seldom (a tenth more jobs per second than with 4000); still read in some 20 ms by the next open.
    pragma.set("wal_autocheckpoint", "7000")?;
    pragma.set("journal_size_limit", "67108864")?;
    pragma.set("temp_store", "2")?;
    pragma.set("query_only", if role == Role::Reader { "1" } else { "0" })
}

struct Pragmas<'a> {
    connection: &'a Connection,
    path: &'a Path,
}

impl Pragmas<'_> {
    fn set(&self, pragma: &'static str, wanted: &str) -> Result<(), DbError> {
        let sqlite = |source| DbError::Sqlite { path: self.path.to_owned(), source };
        // Some pragmas answer when they are set, some do not: read back by a second statement.
        self.connection.query_row(&format!("PRAGMA {pragma} = {wanted}"), (), |_| Ok(())).or_else(
            |error| match error {
                rusqlite::Error::QueryReturnedNoRows => Ok(()),
                other => Err(sqlite(other)),
            },
        )?;
        let found: rusqlite::types::Value =
            self.connection.pragma_query_value(None, pragma, |row| row.get(0)).map_err(sqlite)?;
        let found = match found {
            rusqlite::types::Value::Integer(number) => number.to_string(),
            rusqlite::types::Value::Text(text) => text,
            other => format!("{other:?}"),
        };
        if found == wanted {
            return Ok(());
        }
        Err(DbError::Pragma {
            path: self.path.to_owned(),
            pragma,
            wanted: wanted.to_owned(),
            found,
        })
    }
}
