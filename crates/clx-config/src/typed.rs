//! Values as types of Rust. Principal type: [`Typed`].

use std::path::PathBuf;
use std::time::Duration;

use crate::value::Value;

/// What values of a key are read as. For the types that are no `Option`, the key has a value by
/// default; the tests of the table see to it.
pub trait Typed: Default {
    /// Reads the value of a key; `None` if it is of another type.
    fn read(value: Option<&Value>) -> Option<Self>;
}

impl Typed for bool {
    fn read(value: Option<&Value>) -> Option<Self> {
        match value? {
            Value::Switch(on) => Some(*on),
            _ => None,
        }
    }
}

impl Typed for u64 {
    fn read(value: Option<&Value>) -> Option<Self> {
        match value? {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }
}

impl Typed for u32 {
    fn read(value: Option<&Value>) -> Option<Self> {
        u64::read(value)?.try_into().ok()
    }
}

impl Typed for u16 {
    fn read(value: Option<&Value>) -> Option<Self> {
        u64::read(value)?.try_into().ok()
    }
}

impl Typed for Duration {
    fn read(value: Option<&Value>) -> Option<Self> {
        match value? {
            Value::Time(time) => Some(*time),
            _ => None,
        }
    }
}

impl Typed for String {
    fn read(value: Option<&Value>) -> Option<Self> {
        match value? {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        }
    }
}

impl Typed for PathBuf {
    fn read(value: Option<&Value>) -> Option<Self> {
        match value? {
            Value::Path(path) => Some(path.clone()),
            _ => None,
        }
    }
}

/// Nothing where the key is not set, or `off`.
impl<T: Typed> Typed for Option<T> {
    fn read(value: Option<&Value>) -> Option<Self> {
        match value {
            None | Some(Value::Off) => Some(None),
            value => T::read(value).map(Some),
        }
    }
}
