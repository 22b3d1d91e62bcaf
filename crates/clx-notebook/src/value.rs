//! Metadata values: what JSON and Python literals can say.
//!
//! Principal type: [`Value`]. Numbers keep the spelling that Python would print, because outputs
//! are compared byte by byte. Submodules read JSON and Python
//! literals, and print.

use std::collections::BTreeMap;

pub(crate) mod json;
pub(crate) mod literal;
pub(crate) mod print;

/// Metadata of a cell or notebook; keys are sorted by code point, as outputs want them.
pub type Metadata = BTreeMap<String, Value>;

/// One metadata value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null` or `None`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Int(i128),
    /// A floating point number, possibly infinite or not a number.
    Float(f64),
    /// A text.
    Text(String),
    /// A list or tuple.
    List(Vec<Self>),
    /// An object with text keys.
    Map(Metadata),
    /// A Python value that JSON cannot express, by the name of its type: a set, bytes, or a complex
    /// number. Scripts ignore it, notebooks cannot hold it.
    Foreign(&'static str),
}

impl Value {
    /// Returns the text, if this is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// Returns the items, if this is a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Self]> {
        if let Self::List(items) = self { Some(items) } else { None }
    }

    /// Returns the entries, if this is an object.
    #[must_use]
    pub fn as_map(&self) -> Option<&Metadata> {
        if let Self::Map(entries) = self { Some(entries) } else { None }
    }

    /// Returns the type of the first value inside that JSON cannot express. Python writes infinities and
    /// `NaN` into JSON all the same, and nothing but Python reads that.
    #[must_use]
    pub fn foreign_type(&self) -> Option<&'static str> {
        match self {
            Self::Foreign(name) => Some(name),
            Self::List(items) => items.iter().find_map(Self::foreign_type),
            Self::Map(entries) => entries.values().find_map(Self::foreign_type),
            Self::Float(number) if !number.is_finite() => Some("float that is not finite"),
            Self::Null | Self::Bool(_) | Self::Int(_) | Self::Float(_) | Self::Text(_) => None,
        }
    }

    /// Tells whether Python would take the value for true.
    #[must_use]
    pub fn is_truthy(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(value) => *value,
            Self::Int(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::List(items) => !items.is_empty(),
            Self::Map(entries) => !entries.is_empty(),
            Self::Foreign(_) => true,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
