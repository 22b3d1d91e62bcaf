//! Tells which files below some directories changed, many at once. Knows nothing of what the files are
//! for, and reads none of them.
//!
//! | type | what for |
//! |---|---|
//! | [`WatchOptions`] | which trees and files, what is left out, how long changes are gathered |
//! | [`Watcher`] | a thread that calls back with changes until it is dropped |
//! | [`Change`] | paths that changed, or everything |
//! | [`WatchError`] | why nobody watches, and what helps |
//!
//! # What counts
//!
//! A file counts when it is closed after writing, not with every write; so do a rename onto its path,
//! a deletion and a change of its rights. Directories that appear are watched at once. Files that editors
//! make for themselves (swap files, backups, locks) never count.
//!
//! Changes are gathered: a [`Change`] is told when nothing more came for [`WatchOptions::quiet`], at the
//! latest [`WatchOptions::most`] after its first.
//!
//! # inotify, without a library between
//!
//! Libraries for this watch a tree as a whole, with everything in it. Here most of what changes is
//! what a build itself writes, in trees that lie below the course: they must not even be watched. That
//! leaves one system call for each directory, which `rustix` has.

mod batch;
mod change;
mod error;
mod ignore;
mod options;
mod tree;
mod watcher;

pub use change::Change;
pub use error::WatchError;
pub use options::WatchOptions;
pub use watcher::{News, Watcher};
