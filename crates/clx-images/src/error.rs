//! Why something with images failed. Principal type: [`ImageError`].

use std::io;
use std::path::{Path, PathBuf};

use clx_core::Diagnostic;
use clx_process::ProcessError;
use clx_setup::SetupError;

use crate::code;
use crate::kind::ImageKind;

/// Why something with images failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// No engine answers.
    #[error("no Docker engine answers")]
    EngineNotRunning {
        /// The reason.
        source: bollard::errors::Error,
    },
    /// The engine speaks an older protocol than is needed.
    #[error("the Docker engine {version} is too old: it speaks API {api}, 1.41 is needed")]
    EngineTooOld {
        /// Version of the engine.
        version: String,
        /// Newest version of the protocol that it speaks.
        api: String,
    },
    /// The engine refused a request.
    #[error("the Docker engine cannot {action}")]
    Engine {
        /// What was tried, such as `list images`.
        action: &'static str,
        /// The reason.
        source: bollard::errors::Error,
    },
    /// The image to build on is not there.
    #[error("there is no base image {reference}: {reason}")]
    BaseMissing {
        /// Its name.
        reference: String,
        /// Why it could not be pulled.
        reason: String,
    },
    /// A base cannot be made here.
    #[error("cannot make a base image: {reason}")]
    Bootstrap {
        /// What lacks, or the last line of what `debootstrap` said.
        reason: String,
    },
    /// A step of a build failed.
    #[error("building {reference} failed: {message}")]
    Build {
        /// The image.
        reference: String,
        /// What the engine said.
        message: String,
        /// The last lines of the log.
        log: String,
    },
    /// Something for the image could not be fetched.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// A file for the image is not the one that was tested.
    #[error("{} has not the expected hash: {found}", path.display())]
    ArtefactWrong {
        /// The file.
        path: PathBuf,
        /// Its SHA-256.
        found: String,
    },
    /// The worker needs libraries.
    #[error("{} is not statically linked", path.display())]
    WorkerNotStatic {
        /// The program.
        path: PathBuf,
    },
    /// The engine has no such image.
    #[error("there is no image for {kind}")]
    Missing {
        /// What for.
        kind: ImageKind,
    },
    /// The engine has images of other versions only.
    #[error("the image {reference} is of clx {found}, this is clx {wanted}")]
    OtherVersion {
        /// What for.
        kind: ImageKind,
        /// The one that is there.
        reference: String,
        /// Its version.
        found: String,
        /// The version that was wanted.
        wanted: String,
    },
    /// The image is for this site only.
    #[error("{reference} is for this site only: it holds its addresses and certificates")]
    PushRefused {
        /// The image.
        reference: String,
    },
    /// An image could not be moved.
    #[error("cannot {action} {reference}: {message}")]
    Transfer {
        /// `pull` or `push`.
        action: &'static str,
        /// The image.
        reference: String,
        /// What the engine said.
        message: String,
    },
    /// A job that must succeed did not.
    #[error("{reference} does not work: its check {how}")]
    Check {
        /// The image.
        reference: String,
        /// How it ended, such as `ended with status 1`.
        how: String,
        /// The last lines of what it said.
        output: String,
    },
    /// A file could not be read or written.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried, such as `read`.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// A process could not be started or watched.
    #[error(transparent)]
    Process(#[from] ProcessError),
}

impl ImageError {
    /// Returns the code, as documented in [`code`].
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::EngineNotRunning { .. } => code::ENGINE_NOT_RUNNING,
            Self::EngineTooOld { .. } => code::ENGINE_TOO_OLD,
            Self::Engine { .. } => code::ENGINE_FAILED,
            Self::BaseMissing { .. } => code::BASE_MISSING,
            Self::Bootstrap { .. } | Self::Process(_) => code::BOOTSTRAP_FAILED,
            Self::Build { .. } => code::BUILD_FAILED,
            Self::Setup(error) => error.code(),
            Self::ArtefactWrong { .. } => code::ARTEFACT_WRONG,
            Self::WorkerNotStatic { .. } => code::WORKER_NOT_STATIC,
            Self::Missing { .. } => code::IMAGE_MISSING,
            Self::OtherVersion { .. } => code::IMAGE_OF_OTHER_VERSION,
            Self::PushRefused { .. } => code::PUSH_REFUSED,
            Self::Transfer { .. } => code::TRANSFER_FAILED,
            Self::Check { .. } => code::CHECK_FAILED,
            Self::Io { .. } => code::FILE_FAILED,
        }
    }

    /// Tells whether there is no engine that can be used, so that nothing about images can be done.
    #[must_use]
    pub const fn is_about_engine(&self) -> bool {
        matches!(self, Self::EngineNotRunning { .. } | Self::EngineTooOld { .. })
    }

    /// Returns what helps, if that is known.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::EngineNotRunning { .. } => {
                "start Docker, such as by `systemctl start docker`, or name an engine by DOCKER_HOST"
            }
            Self::EngineTooOld { .. } => "update Docker to 20.10 or newer",
            Self::BaseMissing { .. } => {
                "name one that is there by `--base`, or make one by `--bootstrap` as root"
            }
            Self::Bootstrap { .. } => "name a base image that is there by `--base`",
            Self::Build { .. } => "the log above has the step; `--no-cache` repeats all steps",
            Self::Setup(error) => return error.hint(),
            Self::ArtefactWrong { .. } => "remove it, so that it is fetched again",
            Self::WorkerNotStatic { .. } => {
                "build one by `RUSTFLAGS=\"-C target-feature=+crt-static\" cargo build --release \
                 --target x86_64-unknown-linux-gnu -p clx-cli`, and name it by `--worker`"
            }
            Self::Missing { kind } | Self::OtherVersion { kind, .. } => {
                return Some(format!("build it by `{}`", kind.build_command()));
            }
            Self::PushRefused { .. } => {
                "build it on a base that everybody may see, such as `--base debian:bookworm-slim`"
            }
            Self::Transfer { action, reference, .. } => {
                return Some(format!(
                    "look whether the registry answers and has it; where it asks for a password, use `docker \
                     login` and `docker {action} {reference}`"
                ));
            }
            Self::Engine { .. } | Self::Check { .. } | Self::Io { .. } | Self::Process(_) => {
                return None;
            }
        };
        Some(hint.to_owned())
    }

    /// Returns the problem as it is reported: with its reasons, a hint and the last lines of a log.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        if let Self::Setup(error) = self {
            return error.diagnostic();
        }
        let mut message = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(source) = cause {
            message = format!("{message}: {source}");
            cause = source.source();
        }
        let mut problem = Diagnostic::error(self.code(), "images", message);
        problem.hint = self.hint();
        problem.frame = match self {
            Self::Build { log, .. } => Some(log.clone()),
            Self::Check { output, .. } => Some(output.clone()),
            _ => None,
        };
        problem
    }
}

/// Adds the path to an error of the file system.
pub(crate) trait At<T> {
    fn at(self, action: &'static str, path: &Path) -> Result<T, ImageError>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, action: &'static str, path: &Path) -> Result<T, ImageError> {
        self.map_err(|source| ImageError::Io { action, path: path.to_owned(), source })
    }
}

/// Adds what was tried to an error of the engine.
pub(crate) trait Trying<T> {
    fn trying(self, action: &'static str) -> Result<T, ImageError>;
}

impl<T> Trying<T> for Result<T, bollard::errors::Error> {
    fn trying(self, action: &'static str) -> Result<T, ImageError> {
        self.map_err(|source| ImageError::Engine { action, source })
    }
}
