//! How a worker reaches the gateway. Principal type: [`Admission`].

use std::fmt;
use std::path::{Path, PathBuf};

/// Where the gateway's things are in a container.
pub(super) const GATEWAY_DIRECTORY: &str = "/run/clx";

/// The leave of one worker to speak to the gateway. It is dropped when the worker has ended, and
/// with it the guard that the caller gave.
pub struct Admission {
    way: Way,
    _guard: Box<dyn Send + Sync>,
}

#[derive(Debug)]
enum Way {
    Socket { directory: PathBuf },
    Tcp { address: String, token_directory: PathBuf },
}

impl fmt::Debug for Admission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.way.fmt(f)
    }
}

impl Admission {
    /// Admits by a socket `gateway.sock` in a directory of the host that holds nothing else.
    /// Dropping `guard` revokes the leave.
    pub fn socket(directory: impl Into<PathBuf>, guard: impl Send + Sync + 'static) -> Self {
        Self { way: Way::Socket { directory: directory.into() }, _guard: Box::new(guard) }
    }

    /// Admits by an address `host:port` and a token, which is read from a file `token` in a
    /// directory of the host that holds nothing else. The container needs [`Network::Bridge`](super::Network::Bridge).
    pub fn tcp(
        address: impl Into<String>,
        token_directory: impl Into<PathBuf>,
        guard: impl Send + Sync + 'static,
    ) -> Self {
        let (address, token_directory) = (address.into(), token_directory.into());
        Self { way: Way::Tcp { address, token_directory }, _guard: Box::new(guard) }
    }

    /// Returns the directory of the host that is shown in the container.
    pub(super) fn directory(&self) -> &Path {
        match &self.way {
            Way::Socket { directory } => directory,
            Way::Tcp { token_directory, .. } => token_directory,
        }
    }

    /// Returns the arguments that tell the worker where the gateway is.
    pub(super) fn arguments(&self) -> Vec<String> {
        match &self.way {
            Way::Socket { .. } => {
                vec!["--gateway".to_owned(), format!("{GATEWAY_DIRECTORY}/gateway.sock")]
            }
            Way::Tcp { address, .. } => vec![
                "--gateway".to_owned(),
                format!("http://{address}"),
                "--token-file".to_owned(),
                format!("{GATEWAY_DIRECTORY}/token"),
            ],
        }
    }

    /// Tells whether the worker needs a network to reach the gateway.
    pub(super) const fn is_over_tcp(&self) -> bool {
        matches!(self.way, Way::Tcp { .. })
    }
}
