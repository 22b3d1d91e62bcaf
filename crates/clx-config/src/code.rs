//! Codes of diagnostics about the configuration. They are stable and listed in
//! `docs/reference/errors.md`.

/// A configuration file cannot be read.
///
/// The message has the reason. If the file is not to be used, move it away; `clx config locate` lists
/// the files that are looked at.
pub const UNREADABLE: &str = "CLX0901";

/// A configuration file is no TOML.
///
/// Line and column say where reading ended. Texts need quotes, a section is a line such as
/// `[worker_management]`, and a key stands in one place only.
pub const SYNTAX: &str = "CLX0902";

/// A key has a value that it cannot have.
///
/// It has the wrong type, or is out of its range; the hint says what is wanted. Nothing is done
/// until it is right, because a build with other limits or programs than you asked for might do harm.
/// [The reference](config.md) lists all keys.
pub const WRONG_VALUE: &str = "CLX0903";

/// A warning: nobody knows the key.
///
/// It has no effect. Mostly it is misspelt, or stands in another section than it should. `clx config
/// show` lists all keys.
pub const UNKNOWN_KEY: &str = "CLX0904";

/// A warning: clx has no use for the key.
///
/// It is a key of the predecessor; the message says what does its work. Remove it, by `clx config
/// unset` or by hand.
pub const UNUSED_KEY: &str = "CLX0905";

/// A warning: the file of a course may not set the key.
///
/// Courses are cloned from others. So their files may choose no program, nor a path outside the
/// course, and widen nothing that their code can reach. The value is ignored. If you want it, set it in
/// your own file: `clx config set` without `--location project`.
pub const NOT_FOR_COURSES: &str = "CLX0906";

/// A configuration file could not be written.
///
/// The message has the reason. The file is what it was before.
pub const UNWRITABLE: &str = "CLX0907";
