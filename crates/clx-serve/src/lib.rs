//! A small HTTP server for browsers on this machine, and what it serves: directories, with announcements
//! of what changed in them, or whatever a handler answers. Knows nothing of courses.
//!
//! | type | what for |
//! |---|---|
//! | [`LiveServer`] | serves until it is dropped; takes announcements |
//! | [`ServeOptions`], [`Root`], [`Port`] | where, and which directories under which names |
//! | [`Announcement`] | files that changed, problems that there are |
//! | [`ServeError`] | why nothing is served |
//! | [`Server`], [`Handler`], [`Request`], [`Reply`] | a server of pages of one's own |
//! | [`Broadcast`] | server-sent events to all who listen |
//! | [`Tree`] | directories as a part of such pages |
//!
//! ```text
//! /                   the roots, if there are several
//! /NAME/…             files below a root, read-only; a page that lists a directory
//! /_clx/events        server-sent events: `reload` with paths, `problems`
//! /_clx/live.js       the script that takes them
//! ```
//!
//! HTML gets the script as it is served; files are never changed. A page says with which number of
//! change it was served, and is told what came since, also after it was out of sight or without
//! connection for a while.
//!
//! # Who may ask
//!
//! [`LiveServer`] listens on loopback only. A request whose `Host` is another name than that of this machine is
//! refused, so that no page of the network can read along by letting its own name resolve to us. No
//! path leads out of a root, by `..` or by a link.

mod announce;
mod body;
mod broadcast;
mod connection;
mod error;
mod file;
mod host;
mod html;
mod hub;
mod listing;
mod live;
mod media_type;
mod options;
mod path;
mod reply;
mod request;
mod route;
mod server;
mod tree;

pub use announce::Announcement;
pub use broadcast::{Broadcast, EVENT_STREAM, event, heartbeat};
pub use error::ServeError;
pub use host::Hosts;
pub use hyper::body::Bytes;
pub use hyper::{Method, StatusCode};
pub use live::LiveServer;
pub use options::{Port, Root, ServeOptions};
pub use path::encode;
pub use reply::Reply;
pub use request::{Handler, Request, form_values};
pub use server::Server;
pub use tree::Tree;
