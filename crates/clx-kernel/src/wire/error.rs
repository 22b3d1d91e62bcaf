//! What can go wrong between clx and a kernel's sockets. Principal type: [`WireError`].

use std::io;

/// The connection to a kernel broke, or the kernel broke the protocol. Always a fault of the kernel.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// A socket could not be read or written.
    #[error("the connection to the kernel broke")]
    Io {
        /// The reason.
        #[from]
        source: io::Error,
    },
    /// The kernel closed a socket.
    #[error("the kernel closed its connection")]
    Closed,
    /// The other side speaks no ZMTP 3, or refused the connection.
    #[error("what listens at the kernel's port did not shake hands")]
    Handshake,
    /// The bytes of the kernel are no frame.
    #[error("the kernel sends something else than messages")]
    Frame,
    /// A message has more frames than any kernel sends.
    #[error("a message of the kernel has too many frames")]
    TooManyFrames,
    /// A message lacks the delimiter, the signature or one of the four JSON parts.
    #[error("a message of the kernel is incomplete")]
    Incomplete,
    /// The signature of a message is wrong.
    #[error("a message of the kernel has a wrong signature")]
    Signature,
    /// A part of a message is no JSON object, or has no `msg_type`.
    #[error("the {part} of a message of the kernel cannot be read")]
    Unreadable {
        /// `header`, `parent header` or `content`.
        part: &'static str,
        /// The reason.
        source: serde_json::Error,
    },
}
