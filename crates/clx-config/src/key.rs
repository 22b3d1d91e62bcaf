//! What is known of a key. Principal types: [`Key`], [`Setting`].

use std::marker::PhantomData;

use crate::kind::Kind;
use crate::typed::Typed;

/// A key of the configuration: its name, what it may be, and what it is for.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Sections and name, joined by dots, such as `worker_management.notebook.count`.
    pub name: &'static str,
    /// Documentation, a line for each.
    pub(crate) about: &'static [&'static str],
    /// What it may be.
    pub kind: Kind,
    /// What holds when nothing sets it.
    pub default: Preset,
    /// The flag that overrides it, such as `--workers`.
    pub flag: Option<&'static str>,
    /// A variable that sets it beside the one that follows from its name.
    pub variable: Option<&'static str>,
    /// Whether the file of a course may set it.
    pub project: Project,
}

/// What holds when nothing sets a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// A value, as a person would type it.
    Value(&'static str),
    /// What clx finds out by itself; in words.
    Otherwise(&'static str),
}

/// Whether the file of a course, which may come from strangers, may set a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Project {
    /// It may.
    Allowed,
    /// It may name a path inside the course.
    InCourse,
    /// It may not, because a course could do this by it.
    Refused(&'static str),
}

impl Key {
    /// Returns what the key is for, as one paragraph.
    #[must_use]
    pub fn about(&self) -> String {
        self.about.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
    }

    /// Returns the section, such as `worker_management.notebook`.
    #[must_use]
    pub fn section(&self) -> &'static str {
        self.name.rsplit_once('.').map_or("", |(section, _)| section)
    }

    /// Returns the name within the section.
    #[must_use]
    pub fn short_name(&self) -> &'static str {
        self.name.rsplit_once('.').map_or(self.name, |(_, name)| name)
    }

    /// Returns the variable that follows from the name, such as `CLX_PATHS__STATE_DIR`.
    #[must_use]
    pub fn own_variable(&self) -> String {
        variable_of(self.name)
    }
}

/// Returns the variable for a key of this name.
pub(crate) fn variable_of(name: &str) -> String {
    format!("{PREFIX}{}", name.replace('.', SEPARATOR).to_ascii_uppercase())
}

/// Begins the variables of keys.
pub(crate) const PREFIX: &str = "CLX_";

/// Separates sections and name in variables.
pub(crate) const SEPARATOR: &str = "__";

/// A key whose values are read as `T`.
#[derive(Debug, Clone, Copy)]
pub struct Setting<T> {
    /// The key.
    pub key: Key,
    read: PhantomData<fn() -> T>,
}

impl<T: Typed> Setting<T> {
    pub(crate) const fn new(key: Key) -> Self {
        Self { key, read: PhantomData }
    }
}
