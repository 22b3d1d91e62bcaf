//! The queue and the store over HTTP/1.1, for workers that must not or cannot open the files:
//! containers, and other hosts. The files are opened by one process, which serves what is here.
//!
//! ```text
//! worker ── Queue, ArtifactStore ──▶ GatewayClient ── HTTP ──▶ Gateway ──▶ SqliteQueue, Store
//! ```
//!
//! Each worker gets a way in of its own: a socket in a directory that only its container sees, or a
//! token. Whatever comes that way is that worker's, so no worker can speak for another, and a
//! worker is told of no blobs but those that its jobs name. The session's owner has a way in
//! that may call everything.
//!
//! | module | part |
//! |---|---|
//! | [`protocol`] | paths, headers, bodies, limits |
//! | `server` | ways in, who may do what, calls |
//! | `client` | the same traits on the other side |
//!
//! Principal types: [`Gateway`], [`GatewayClient`].

mod client;
pub mod protocol;
mod refusal;
mod server;

pub use client::{Address, ClientSettings, GatewayClient, GatewayError};
pub use server::{Admission, Gateway, Token, Traffic};
