//! Serves directories to browsers on this machine, and tells open pages what changed. Knows nothing of
//! courses.
//!
//! | type | what for |
//! |---|---|
//! | [`LiveServer`] | serves until it is dropped; takes announcements |
//! | [`ServeOptions`], [`Root`], [`Port`] | where, and which directories under which names |
//! | [`Announcement`] | files that changed, problems that there are |
//! | [`ServeError`] | why nothing is served |
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
//! Only loopback is listened on. A request whose `Host` is another name than that of this machine is
//! refused, so that no page of the network can read along by letting its own name resolve to us. No
//! path leads out of a root, by `..` or by a link.

mod announce;
mod body;
mod connection;
mod error;
mod file;
mod html;
mod hub;
mod listing;
mod media_type;
mod options;
mod path;
mod reply;
mod route;
mod server;

pub use announce::Announcement;
pub use error::ServeError;
pub use options::{Port, Root, ServeOptions};
pub use server::LiveServer;
