//! Opens SQLite well: every connection gets the same pragmas, each read back; the schema is brought
//! to its newest version by numbered migrations; files of others, of newer versions or on network
//! file systems are refused. Knows no tables.
//!
//! Principal types: [`Database`] (one file, its writing connection and its pool of readers) and
//! [`DbError`].
//!
//! ```
//! use clx_db::{Database, Migration, Schema};
//! const SCHEMA: Schema = Schema {
//!     name: "notes",
//!     application_id: 0x6e6f_7465,
//!     migrations: &[Migration { version: 1, sql: "CREATE TABLE note(text TEXT) STRICT;" }],
//! };
//! let dir = tempfile::tempdir()?;
//! let db = Database::open(&dir.path().join("notes.db"), &SCHEMA, &Default::default())?;
//! db.writer()?.execute("INSERT INTO note VALUES ('hello')", ())?;
//! let count: i64 = db.reader()?.query_row("SELECT count(*) FROM note", (), |row| row.get(0))?;
//! assert_eq!(count, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod database;
mod error;
mod migrate;
mod mount;
mod pragma;
mod upkeep;

pub use database::{Database, OpenOptions, Reader, WriterGuard};
pub use error::{DbError, Fault};
pub use migrate::{Migration, Schema};
pub use pragma::Durability;
pub use upkeep::FileSizes;
