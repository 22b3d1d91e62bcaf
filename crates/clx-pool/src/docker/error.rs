//! What the container engine refuses. Principal type: [`EngineError`].

use std::error::Error;
use std::io;
use std::time::Duration;

use bollard::errors::Error as ApiError;

use crate::exit::Exit;

/// The oldest version of the engine's interface that clx speaks.
pub(super) const OLDEST_API: (usize, usize) = (1, 41);

/// The container engine cannot be used, or refused something.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// Nobody answers.
    #[error(
        "no container engine answers at {address}; start Docker, or name another engine by \
         `DOCKER_HOST`"
    )]
    NotRunning {
        /// Where it was sought.
        address: String,
        /// What was tried.
        source: ApiError,
    },
    /// It answers others, but not this user.
    #[error(
        "this user may not speak to the container engine at {address}; join the group that owns it"
    )]
    Forbidden {
        /// Where it is.
        address: String,
        /// What was refused.
        source: ApiError,
    },
    /// It takes too long.
    #[error("the container engine at {address} does not answer within {limit_seconds} s")]
    Silent {
        /// Where it is.
        address: String,
        /// How long was waited.
        limit_seconds: u64,
    },
    /// It is older than clx can use.
    #[error(
        "the container engine at {address} speaks version {found} of its interface, and clx needs \
         {}.{}: update Docker to 20.10 or later", OLDEST_API.0, OLDEST_API.1
    )]
    TooOld {
        /// Where it is.
        address: String,
        /// The newest version that it speaks.
        found: String,
    },
    /// The address is of no kind that clx can use.
    #[error("`{address}` is no address of a container engine that clx can use; use `unix://`")]
    UnusableAddress {
        /// The address.
        address: String,
    },
    /// It refused a request.
    #[error("the container engine does not {what}")]
    Refused {
        /// What it was asked, such as `list containers`.
        what: &'static str,
        /// Why not.
        source: ApiError,
    },
}

impl EngineError {
    /// Sorts a failure of the first request to an engine.
    pub(super) fn of_connecting(address: &str, source: ApiError) -> Self {
        let address = address.to_owned();
        if is_permission_denied(&source) {
            return Self::Forbidden { address, source };
        }
        match source {
            ApiError::UnsupportedURISchemeError { .. } => Self::UnusableAddress { address },
            source => Self::NotRunning { address, source },
        }
    }
}

fn is_permission_denied(error: &ApiError) -> bool {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>()
            && error.kind() == io::ErrorKind::PermissionDenied
        {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Why a container did not come to run.
#[derive(Debug, thiserror::Error)]
pub(super) enum BeginError {
    #[error(
        "there is no image `{image}` for {kind} workers; build it by `clx docker build --only {kind}`, \
         or by `cargo xtask build-images` from the sources of clx"
    )]
    NoImage { image: String, kind: String },
    #[error(
        "the image `{image}` would run as root, which clx refuses; build it anew, or name another \
         user"
    )]
    Root { image: String },
    #[error("the gateway is reached over TCP, and the container is given no network")]
    NoNetwork,
    #[error("the container engine cannot {what}: {}", reason(source))]
    Refused { what: &'static str, source: ApiError },
    #[error("the container engine did not start it within {} s", limit.as_secs_f32())]
    TooSlow { limit: Duration },
}

/// What is wrong with the image or the settings is wrong for the next container, too.
impl From<BeginError> for Exit {
    fn from(error: BeginError) -> Self {
        let why = error.to_string();
        match error {
            BeginError::NoImage { .. } | BeginError::Root { .. } | BeginError::NoNetwork => {
                Self::Hopeless(why)
            }
            BeginError::Refused { .. } | BeginError::TooSlow { .. } => Self::Broken(why),
        }
    }
}

/// Says in one line why the engine refused something.
pub(super) fn reason(error: &ApiError) -> String {
    match error {
        ApiError::DockerResponseServerError { message, .. } => message.trim().to_owned(),
        other => {
            let mut text = other.to_string();
            let mut cause = other.source();
            while let Some(error) = cause {
                let more = error.to_string();
                if !text.contains(&more) {
                    text = format!("{text}: {more}");
                }
                cause = error.source();
            }
            text
        }
    }
}

/// Tells whether the engine said that what was named does not exist.
pub(super) const fn is_missing(error: &ApiError) -> bool {
    matches!(error, ApiError::DockerResponseServerError { status_code: 404, .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(kind: io::ErrorKind) -> ApiError {
        ApiError::IOError { err: kind.into() }
    }

    #[test]
    fn engine_that_does_not_run_is_told_from_an_address_of_another_kind() {
        let absent = EngineError::of_connecting("unix:///engine", refused(io::ErrorKind::NotFound));
        assert!(matches!(absent, EngineError::NotRunning { .. }), "{absent}");
        let uri = "gopher://engine".to_owned();
        let unknown = ApiError::UnsupportedURISchemeError { uri };
        let unusable = EngineError::of_connecting("gopher://engine", unknown).to_string();
        assert!(unusable.starts_with("`gopher://engine` is no address"), "{unusable}");
    }

    #[test]
    fn reason_is_what_the_engine_said_or_the_chain_of_causes() {
        let said = "no such image\n".to_owned();
        let answer = ApiError::DockerResponseServerError { status_code: 404, message: said };
        assert_eq!(reason(&answer), "no such image");
        assert!(is_missing(&answer));
        let broken = refused(io::ErrorKind::ConnectionReset);
        assert_eq!(reason(&broken).matches("connection reset").count(), 1, "said once");
        assert!(!is_missing(&broken));
    }

    #[test]
    fn what_the_next_container_would_meet_too_is_hopeless() {
        let image = || "clx-notebook".to_owned();
        assert!(matches!(Exit::from(BeginError::Root { image: image() }), Exit::Hopeless(_)));
        let source = refused(io::ErrorKind::ConnectionReset);
        let begin = BeginError::Refused { what: "create it", source };
        let Exit::Broken(why) = Exit::from(begin) else { panic!("another may start") };
        assert!(why.starts_with("the container engine cannot create it: "), "{why}");
    }
}
