//! Where values come from. Principal types: [`Layer`], [`Origin`].

use std::fmt;
use std::path::PathBuf;

/// A kind of configuration file, the one that wins first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// That of a course.
    Project,
    /// That of the user.
    User,
    /// That of the machine.
    System,
}

impl Layer {
    /// All kinds, the one that wins first.
    pub const ALL: [Self; 3] = [Self::Project, Self::User, Self::System];

    /// Returns the name that is typed: `project`, `user`, `system`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::User => "user",
            Self::System => "system",
        }
    }
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A variable of this name.
    Variable(String),
    /// A line of a file; lines begin at 1.
    File {
        /// Which kind.
        layer: Layer,
        /// The file.
        path: PathBuf,
        /// The line.
        line: u32,
    },
    /// Nothing sets it.
    Default,
}

impl Origin {
    /// Returns the kind of origin: `variable`, `project`, `user`, `system`, `default`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Variable(_) => "variable",
            Self::File { layer, .. } => layer.name(),
            Self::Default => "default",
        }
    }
}

/// The variable, `file:line`, or `default`.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "{name}"),
            Self::File { path, line, .. } => write!(f, "{}:{line}", path.display()),
            Self::Default => write!(f, "default"),
        }
    }
}
