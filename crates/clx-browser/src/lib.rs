//! A headless Chromium, driven over its `DevTools` protocol. Knows nothing of what its pages are for.
//!
//! | type | what for |
//! |---|---|
//! | [`BrowserOptions`] | which program, where its profile lies |
//! | [`Browser`] | a running browser; ends with its last handle and page |
//! | [`Page`] | a tab: load, evaluate, screenshot, print, emulate |
//! | [`Answer`] | what becomes of a request of a page: served by us, passed, refused |
//! | [`BrowserError`] | what went wrong, and whether the browser is gone |
//!
//! The protocol is spoken over two pipes, as NUL-ended JSON: no port that others could find, and the
//! browser ends when the pipes close. A dozen methods are enough for diagrams and tests of pages, so
//! there is no library between: those that exist generate the whole protocol, and compile for
//! minutes.
//!
//! # No network
//!
//! A page loads nothing that its [`PageOptions::requests`] do not serve or pass. Every other request
//! is refused and remembered ([`Page::take_refused`]). Behind that, no name resolves and no proxy is
//! used. [`Reach::Loopback`] lets requests that are passed go to servers of this machine.
//!
//! # Ends
//!
//! The browser runs in a guarded process group, so it ends with this process however that ends. Each
//! call has a limit. A page that hangs or crashes is dropped, and with it its process; other pages go
//! on. When the browser itself ends, every call returns [`BrowserError::Ended`] at once.
//!
//! All calls belong to one tokio runtime, that of [`Browser::launch`].

mod browser;
mod connection;
mod error;
mod launch;
mod message;
mod options;
mod page;
mod request;
mod version;

pub use browser::Browser;
pub use error::BrowserError;
pub use options::{BrowserOptions, FLAGS, Reach, Sandbox, find_program};
pub use page::{Page, PageOptions, Paper, Viewport};
pub use request::{Answer, Requests};
pub use version::program_version;
