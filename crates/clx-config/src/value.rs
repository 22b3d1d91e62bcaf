//! The value of a key. Principal type: [`Value`].

use std::path::PathBuf;
use std::time::Duration;

/// A value that its key may have.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Yes or no.
    Switch(bool),
    /// A count, or a number of bytes.
    Number(u64),
    /// A number of seconds or days.
    Time(Duration),
    /// A limit that is switched off.
    Off,
    /// A word or name.
    Text(String),
    /// A path, absolute unless it was set from a relative one that cannot be resolved.
    Path(PathBuf),
}
