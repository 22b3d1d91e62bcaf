//! What is served where. Principal type: [`ServeOptions`].

use std::path::PathBuf;

/// What is served, and where.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    /// The port on loopback.
    pub port: Port,
    /// What pages that list something have as their heading.
    pub title: String,
    /// What is served.
    pub roots: Vec<Root>,
}

/// A port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    /// This one and no other.
    Exactly(u16),
    /// This one, or any that is free.
    Rather(u16),
}

/// A directory that is served under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// First part of its addresses; has no slash.
    pub name: String,
    /// The directory; absolute. It need not exist.
    pub path: PathBuf,
}
