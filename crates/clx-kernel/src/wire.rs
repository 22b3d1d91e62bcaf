//! The way to a kernel's sockets: ZMTP over TCP, and Jupyter's signed messages on top of it.
//!
//! clx speaks the `ZeroMQ` message transport protocol (ZMTP 3.0, mechanism NULL) itself: the
//! client's side of one connection to one peer is small, and owning it gives what a build needs and
//! the general libraries lack. A message has a bounded size however much a cell prints at once, a
//! lost connection is an error instead of a silent reconnect, and reading can be cancelled anywhere.

mod decode;
mod error;
mod message;
mod reader;
mod sign;
mod socket;

pub use error::WireError;
pub use message::Message;
pub use reader::MessageReader;

pub(crate) use message::Session;
pub(crate) use socket::{Role, Socket};
