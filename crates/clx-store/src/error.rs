//! What can go wrong with a store. Principal type: [`StoreError`].

use std::io;
use std::path::{Path, PathBuf};

use clx_core::ContentHash;
use clx_db::DbError;

/// A problem with a store; every variant names the file or the blob.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database of the store failed.
    #[error(transparent)]
    Database(#[from] DbError),
    /// A file or directory could not be read or written.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried, such as `read`.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// No blob has this hash.
    #[error("the store has no blob {hash}")]
    MissingBlob {
        /// The hash asked for.
        hash: ContentHash,
    },
    /// The bytes of a blob did not match its hash; it was dropped, so that it is made again.
    #[error("blob {hash} of the store was damaged; it was dropped and will be made again")]
    DamagedBlob {
        /// The hash asked for.
        hash: ContentHash,
    },
    /// The result of an action cannot be written as JSON.
    #[error("cannot store the result of action {key}")]
    Encode {
        /// Key of the action.
        key: ContentHash,
        /// The reason.
        source: serde_json::Error,
    },
    /// A store that is reached over a network did not answer, or refused.
    #[error("{store} cannot be used: {message}")]
    Remote {
        /// Which one, such as `the store behind the gateway`.
        store: String,
        /// What happened, or what the other side said.
        message: String,
    },
    /// Another thread panicked while it was changing the digests of files.
    #[error("a thread panicked while it was changing the table of files of {}", path.display())]
    Poisoned {
        /// The database file.
        path: PathBuf,
    },
}

impl StoreError {
    /// Tells whether making the blob again cures the problem.
    #[must_use]
    pub const fn is_lost_blob(&self) -> bool {
        matches!(self, Self::MissingBlob { .. } | Self::DamagedBlob { .. })
    }

    /// Tells whether a file that was named by the caller does not exist.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}

/// Adds the path to an error of the file system.
pub(crate) trait At<T> {
    fn at(self, action: &'static str, path: &Path) -> Result<T, StoreError>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, action: &'static str, path: &Path) -> Result<T, StoreError> {
        self.map_err(|source| StoreError::Io { action, path: path.to_owned(), source })
    }
}
