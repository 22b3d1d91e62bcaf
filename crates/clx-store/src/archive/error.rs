//! What can go wrong with an archive. Principal type: [`ArchiveError`].

use std::io;
use std::path::{Path, PathBuf};

use clx_core::ContentHash;

use crate::error::StoreError;

/// Why an archive could not be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The name of the file to be written ends like a format that is not written.
    #[error("{} names a kind of archive that clx does not write", path.display())]
    UnknownKind {
        /// The name.
        path: PathBuf,
    },
    /// The directory to be written holds something.
    #[error("the directory {} is not empty", path.display())]
    NotEmpty {
        /// The directory.
        path: PathBuf,
    },
    /// A file of the archive could not be read or written.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried, such as `read`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// What is there is something else.
    #[error("{} is no archive of a clx cache", path.display())]
    NotAnArchive {
        /// The archive.
        path: PathBuf,
    },
    /// A later clx wrote it.
    #[error(
        "{} has version {found} of the format, this clx reads version {}", path.display(),
        super::format::VERSION
    )]
    NewerVersion {
        /// The archive.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
    /// It ends early.
    #[error("{} ends early", path.display())]
    Torn {
        /// The archive.
        path: PathBuf,
    },
    /// A part is not what it was when it was written, or what no clx writes.
    #[error("{} is damaged: {entry} {problem}", path.display())]
    Damaged {
        /// The archive.
        path: PathBuf,
        /// The part.
        entry: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A result names a blob that did not come before it.
    #[error("{} is incomplete: a blob of result {key} is missing", path.display())]
    Incomplete {
        /// The archive.
        path: PathBuf,
        /// The key of the result.
        key: ContentHash,
    },
}

impl ArchiveError {
    /// Says what an error of reading an archive means.
    pub(super) fn reading(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::UnexpectedEof => Self::Torn { path },
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
                let (entry, problem) = ("its compression".to_owned(), "cannot be undone");
                Self::Damaged { path, entry, problem }
            }
            _ => Self::Io { action: "read", path, source },
        }
    }

    /// Says what helps, where that is known.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Store(_) | Self::Io { .. } => None,
            Self::UnknownKind { .. } => {
                Some("end the name with `.tar` or `.tar.gz`, or name a directory")
            }
            Self::NotEmpty { .. } => Some("name another directory, or remove this one"),
            Self::NotAnArchive { .. } => Some("name what `clx cache export` wrote"),
            Self::NewerVersion { .. } => Some("update clx, or export with this version"),
            Self::Torn { .. } => Some("copy it again, and import again: nothing is done twice"),
            Self::Damaged { .. } | Self::Incomplete { .. } => {
                Some("export it again, and import again: nothing is done twice")
            }
        }
    }
}
