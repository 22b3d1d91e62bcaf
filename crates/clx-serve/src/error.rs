//! Why nothing is served. Principal type: [`ServeError`].

use std::io;

/// Why a server cannot be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The port that was asked for is in use or reserved.
    #[error("port {port} cannot be served on")]
    Port {
        /// The port; 0 is any.
        port: u16,
        /// The reason.
        source: io::Error,
    },
}
