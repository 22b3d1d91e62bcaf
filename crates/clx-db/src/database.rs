//! One database file: a single writing connection behind a lock, a pool of readers. Principal type:
//! [`Database`].
//!
//! SQLite allows one writer at a time, so a pool of writers would only queue inside SQLite, where
//! waiting is unfair; readers run beside the writer (WAL) and come from the r2d2 pool.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use r2d2_sqlite::SqliteConnectionManager;
use rusqlite::{Connection, OpenFlags};

use crate::error::DbError;
use crate::migrate::Schema;
use crate::mount;
use crate::pragma::{self, Durability, Role};

/// How to open a file.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// What a COMMIT waits for, default [`Durability::Normal`].
    pub durability: Durability,
    /// Readers at the same time, default 4, at least 1.
    pub readers: u32,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self { durability: Durability::Normal, readers: 4 }
    }
}

/// A connection for reading, given back to the pool when dropped.
pub type Reader = r2d2::PooledConnection<SqliteConnectionManager>;

/// The connection for writing, for as long as the guard lives.
pub type WriterGuard<'a> = MutexGuard<'a, Connection>;

/// One open database file.
#[derive(Debug)]
pub struct Database {
    path: PathBuf,
    /// Device and inode at opening, to notice that the file was replaced.
    identity: (u64, u64),
    writer: Mutex<Connection>,
    readers: r2d2::Pool<SqliteConnectionManager>,
}

impl Database {
    /// Opens the file, creating it and its directory if they are missing, and migrates it.
    ///
    /// # Errors
    /// [`DbError::NetworkFileSystem`], [`DbError::ForeignFile`], [`DbError::NewerSchema`] for files
    /// that must not be used; they are left as they are. [`DbError::Pragma`] if SQLite did not take
    /// a setting, [`DbError::Sqlite`] for the rest.
    pub fn open(path: &Path, schema: &Schema, options: &OpenOptions) -> Result<Self, DbError> {
        let path = std::path::absolute(path)
            .map_err(|source| DbError::Directory { path: path.to_owned(), source })?;
        prepare_directory(&path)?;
        let writer = open_writer(&path, schema, options.durability)?;
        let metadata = std::fs::metadata(&path)
            .map_err(|source| DbError::Directory { path: path.clone(), source })?;
        let readers = reader_pool(&path, options)?;
        let identity = (metadata.dev(), metadata.ino());
        Ok(Self { path, identity, writer: Mutex::new(writer), readers })
    }

    /// Returns the absolute path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Locks the writing connection.
    ///
    /// # Errors
    /// [`DbError::Poisoned`] if a thread panicked while holding it.
    pub fn writer(&self) -> Result<WriterGuard<'_>, DbError> {
        self.writer.lock().map_err(|_| DbError::Poisoned { path: self.path.clone() })
    }

    /// Takes a reading connection from the pool, waiting up to 30 s for one.
    ///
    /// # Errors
    /// [`DbError::Pool`] if none became free.
    pub fn reader(&self) -> Result<Reader, DbError> {
        self.readers.get().map_err(|source| DbError::Pool { path: self.path.clone(), source })
    }

    /// Fails if the file at this path is no longer the one that was opened.
    ///
    /// # Errors
    /// [`DbError::Vanished`].
    pub fn check_identity(&self) -> Result<(), DbError> {
        match std::fs::metadata(&self.path) {
            Ok(metadata) if (metadata.dev(), metadata.ino()) == self.identity => Ok(()),
            Ok(_) | Err(_) => Err(DbError::Vanished { path: self.path.clone() }),
        }
    }

    /// Names the file in an error of rusqlite.
    pub fn error(&self, source: rusqlite::Error) -> DbError {
        DbError::Sqlite { path: self.path.clone(), source }
    }
}

fn prepare_directory(path: &Path) -> Result<(), DbError> {
    let directory = path.parent().unwrap_or(Path::new("/"));
    std::fs::create_dir_all(directory)
        .map_err(|source| DbError::Directory { path: directory.to_owned(), source })?;
    // A machine without a mount table is taken as local.
    let table = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let real = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
    match mount::network_type(&real, &table) {
        Some(file_system) => Err(DbError::NetworkFileSystem { path: path.to_owned(), file_system }),
        None => Ok(()),
    }
}

fn open_writer(
    path: &Path,
    schema: &Schema,
    durability: Durability,
) -> Result<Connection, DbError> {
    let mut connection = Connection::open(path).map_err(DbError::sqlite(path))?;
    pragma::prepare(&connection).map_err(DbError::sqlite(path))?;
    // Before any pragma: a foreign file must not even become a WAL file.
    schema.check(&connection, path)?;
    // SQLite opens what it may not write for reading only, and says so at the first write.
    if connection.is_readonly("main").map_err(DbError::sqlite(path))? {
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_READONLY);
        return Err(DbError::sqlite(path)(rusqlite::Error::SqliteFailure(code, None)));
    }
    pragma::apply(&connection, path, Role::Writer, durability)?;
    schema.migrate(&mut connection, path)?;
    Ok(connection)
}

fn reader_pool(
    path: &Path,
    options: &OpenOptions,
) -> Result<r2d2::Pool<SqliteConnectionManager>, DbError> {
    let manager = SqliteConnectionManager::file(path)
        .with_flags(OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX);
    r2d2::Pool::builder()
        .max_size(options.readers.max(1))
        .min_idle(Some(0))
        .connection_timeout(Duration::from_secs(30))
        .test_on_check_out(false)
        .connection_customizer(Box::new(Customizer {
            path: path.to_owned(),
            durability: options.durability,
        }))
        .build(manager)
        .map_err(|source| DbError::Pool { path: path.to_owned(), source })
}

/// Configures each connection of the pool as it is made.
#[derive(Debug)]
struct Customizer {
    path: PathBuf,
    durability: Durability,
}

impl r2d2::CustomizeConnection<Connection, rusqlite::Error> for Customizer {
    fn on_acquire(&self, connection: &mut Connection) -> Result<(), rusqlite::Error> {
        pragma::apply(connection, &self.path, Role::Reader, self.durability).map_err(|error| {
            match error {
                DbError::Sqlite { source, .. } => source,
                other => rusqlite::Error::ToSqlConversionFailure(Box::new(other)),
            }
        })
    }
}
