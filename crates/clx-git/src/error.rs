//! What can go wrong. Principal types: [`GitError`], [`RemoteError`].

use std::path::PathBuf;

use clx_process::ProcessError;

/// Why nothing was done with a repository.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GitError {
    /// There is no Git.
    #[error("the program `git` was not found")]
    NotInstalled,
    /// Git could not be run.
    #[error("`{command}` could not be run")]
    Process {
        /// The command, as one would type it.
        command: String,
        /// The reason.
        source: ProcessError,
    },
    /// Git refused.
    #[error("`{command}` failed: {output}")]
    Failed {
        /// The command, as one would type it.
        command: String,
        /// What Git said.
        output: String,
    },
    /// Git did not end in time.
    #[error("`{command}` did not end within {minutes} minutes")]
    TimedOut {
        /// The command, as one would type it.
        command: String,
        /// The limit.
        minutes: u64,
    },
    /// A link or a file is where a directory is expected, or it leads out of the output root.
    #[error("{} {fault}", path.display())]
    Unsafe {
        /// The path.
        path: PathBuf,
        /// What is wrong with it.
        fault: &'static str,
    },
}

/// What Git says when something is wrong that a person can mend, and how.
const REMEDIES: &[(&[&str], &str)] = &[
    (
        &["fetch first", "non-fast-forward", "[rejected]"],
        "the remote has commits that are not here; `clx git reset` takes them over and drops what is \
         only here, then build and sync again",
    ),
    (
        &[
            "could not read Username",
            "could not read Password",
            "Authentication failed",
            "Permission denied",
        ],
        "clx asks for no passwords: set up a credential helper or an SSH key for this host",
    ),
    (&["Host key verification failed"], "connect to the host once with `ssh`, to accept its key"),
    (
        &["does not appear to be a git repository", "not found", "does not exist"],
        "make the repository at its host first, and check `repository-base` and `project-slug` in the spec",
    ),
    (&["Could not resolve host", "unable to access"], "check the address and the network"),
    (
        &["tell me who you are", "empty ident name", "unable to auto-detect email"],
        "tell Git who you are: `git config --global user.name NAME` and `user.email ADDRESS`",
    ),
    (&["transport", "not allowed"], "only https, ssh, git and file addresses are used"),
    (&["index.lock"], "another Git works there, or was killed; if none runs, remove the lock file"),
];

impl GitError {
    /// Says what helps, if anything is known to.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NotInstalled => Some("install Git with the package manager of the system"),
            Self::Failed { output, .. } => {
                let fits =
                    |(words, _): &&(&[&str], _)| words.iter().any(|word| output.contains(word));
                REMEDIES.iter().find(fits).map(|(_, hint)| *hint)
            }
            Self::Unsafe { .. } => Some("remove it; repositories are real directories"),
            Self::Process { .. } | Self::TimedOut { .. } => None,
        }
    }
}

/// Why the repositories of a course are refused: what its spec says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteError {
    /// The address is none that clx uses.
    #[error("the address `{address}` is refused: {fault}")]
    Address {
        /// The address, without a password.
        address: String,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// A part of the name of a repository cannot be used.
    #[error("`{part}` cannot be part of the name of a repository")]
    Name {
        /// The part: a slug, a target.
        part: String,
    },
    /// Two repositories would be pushed to one address.
    #[error("the targets `{first}` and `{second}` would both be pushed to `{address}`")]
    Shared {
        /// A target.
        first: String,
        /// Another one.
        second: String,
        /// The address.
        address: String,
    },
}

impl RemoteError {
    /// Says what helps.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Address { .. } => {
                "use an address such as `https://git.example.org/courses` or `git@git.example.org:courses` \
                 as `repository-base`"
            }
            Self::Name { .. } => "use letters, digits, `-`, `_` and `.`",
            Self::Shared { .. } => {
                "the first target, `public` and `default` have no suffix: rename one of them"
            }
        }
    }
}
