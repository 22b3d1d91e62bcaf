//! Why nobody watches. Principal type: [`WatchError`].

use std::io;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

/// Why changes cannot be told, or not all of them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WatchError {
    /// The user's limit of watched directories is reached.
    #[error(
        "{} cannot be watched: with {n_watched} directories watched here, the limit of the system is reached",
        path.display()
    )]
    Limit {
        /// The first directory that is not watched.
        path: PathBuf,
        /// How many are.
        n_watched: usize,
    },
    /// The user's limit of watching programs is reached.
    #[error("files cannot be watched: too many programs of this user do so")]
    Instances,
    /// A tree, or the directory of a file, is not there any more.
    #[error("{} is gone, so its changes cannot be watched", path.display())]
    Gone {
        /// The directory.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("{} cannot be watched", path.display())]
    Io {
        /// The directory.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// The thread or what it waits on cannot be made.
    #[error("files cannot be watched")]
    Start {
        /// The reason.
        source: io::Error,
    },
}

impl WatchError {
    /// Says what helps, if anything does.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Limit { .. } => Some(
                "raise the limit, such as with `sudo sysctl fs.inotify.max_user_watches=524288`, or move \
                 large trees that are no sources out of the course root",
            ),
            Self::Instances => Some(
                "raise the limit, such as with `sudo sysctl fs.inotify.max_user_instances=512`",
            ),
            Self::Gone { .. } | Self::Io { .. } | Self::Start { .. } => None,
        }
    }

    /// Explains why a directory is not watched.
    pub(crate) fn of_directory(path: &Path, n_watched: usize, errno: Errno) -> Self {
        let path = path.to_owned();
        match errno {
            Errno::NOSPC => Self::Limit { path, n_watched },
            errno => Self::Io { path, source: errno.into() },
        }
    }

    /// Explains why nothing can be watched at all.
    pub(crate) fn of_start(errno: Errno) -> Self {
        match errno {
            Errno::MFILE => Self::Instances,
            errno => Self::Start { source: errno.into() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limit_names_the_setting_that_raises_it() {
        let error = WatchError::of_directory(Path::new("slides"), 8192, Errno::NOSPC);
        assert_eq!(
            error.to_string(),
            "slides cannot be watched: with 8192 directories watched here, the limit of the system is reached"
        );
        assert!(error.hint().unwrap().contains("fs.inotify.max_user_watches"));
        let error = WatchError::of_start(Errno::MFILE);
        assert!(error.hint().unwrap().contains("fs.inotify.max_user_instances"));
        let error = WatchError::of_directory(Path::new("slides"), 1, Errno::ACCESS);
        assert_eq!(error.hint(), None);
    }
}
