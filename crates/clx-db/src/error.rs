//! What can go wrong with a database file. Principal types: [`DbError`], [`Fault`].

use std::io;
use std::path::{Path, PathBuf};

/// A problem with a database file; every variant names the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DbError {
    /// The directory of the file could not be made.
    #[error("cannot create the directory {}", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// The file lies on a file system that SQLite cannot share safely.
    #[error(
        "{} lies on a network file system ({file_system}), where SQLite loses data; \
         choose a local directory for it",
        path.display()
    )]
    NetworkFileSystem {
        /// The database file.
        path: PathBuf,
        /// Type of the file system, such as `nfs4`.
        file_system: String,
    },
    /// The file was written by a newer clx.
    #[error(
        "{} has schema version {found}, this clx knows {supported} at most; \
         use a newer clx, or move the file away",
        path.display()
    )]
    NewerSchema {
        /// The database file.
        path: PathBuf,
        /// Version of the file.
        found: i32,
        /// Newest version that this program knows.
        supported: i32,
    },
    /// The file is a SQLite database of another program.
    #[error("{} is not a {expected} database of clx ({found})", path.display())]
    ForeignFile {
        /// The database file.
        path: PathBuf,
        /// What was expected, such as `jobs`.
        expected: &'static str,
        /// What was found.
        found: String,
    },
    /// A pragma did not take effect.
    #[error("{}: pragma {pragma} is {found}, wanted {wanted}", path.display())]
    Pragma {
        /// The database file.
        path: PathBuf,
        /// Name of the pragma.
        pragma: &'static str,
        /// The value wanted.
        wanted: String,
        /// The value read back.
        found: String,
    },
    /// The file was deleted or replaced while it was open.
    #[error("{} was deleted or replaced while clx was using it", path.display())]
    Vanished {
        /// The database file.
        path: PathBuf,
    },
    /// No connection of the pool of readers became free in time.
    #[error("no free connection for reading {}", path.display())]
    Pool {
        /// The database file.
        path: PathBuf,
        /// The reason.
        source: r2d2::Error,
    },
    /// Another thread panicked while it was writing.
    #[error("a writer of {} panicked", path.display())]
    Poisoned {
        /// The database file.
        path: PathBuf,
    },
    /// SQLite reported an error.
    #[error("{} ({})", Fault::of(source).sentence(), path.display())]
    Sqlite {
        /// The database file.
        path: PathBuf,
        /// The reason.
        source: rusqlite::Error,
    },
}

impl DbError {
    /// Returns the kind of fault, if SQLite reported it.
    #[must_use]
    pub fn fault(&self) -> Option<Fault> {
        match self {
            Self::Sqlite { source, .. } => Some(Fault::of(source)),
            _ => None,
        }
    }

    pub(crate) fn sqlite(path: &Path) -> impl FnOnce(rusqlite::Error) -> Self + '_ {
        move |source| Self::Sqlite { path: path.to_owned(), source }
    }
}

/// Kinds of SQLite errors that callers and people treat differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Another process held the lock for the whole busy time.
    Busy,
    /// The disk is full.
    DiskFull,
    /// The file or its directory cannot be written.
    ReadOnly,
    /// The file is damaged.
    Corrupt,
    /// The file cannot be opened.
    CannotOpen,
    /// The disk reported an error.
    Io,
    /// Anything else, a fault of the program.
    Other,
}

impl Fault {
    /// Classifies an error of rusqlite.
    #[must_use]
    pub fn of(error: &rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Corrupt,
            Some(ErrorCode::CannotOpen) => Self::CannotOpen,
            Some(ErrorCode::SystemIoFailure) => Self::Io,
            _ => Self::Other,
        }
    }

    /// Returns the sentence that a person reads.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Busy => "the database stayed locked by another process",
            Self::DiskFull => "the disk is full, nothing of this step was saved",
            Self::ReadOnly => "the database cannot be written, it is read-only",
            Self::Corrupt => "the file is damaged or no SQLite database",
            Self::CannotOpen => "the database cannot be opened",
            Self::Io => "the disk reported an error",
            Self::Other => "SQLite refused a statement",
        }
    }
}
