//! The variables that set keys. Principal function: [`read`].

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;

use clx_core::Diagnostic;

use crate::key::{Key, PREFIX, SEPARATOR};
use crate::kind::Kind;
use crate::value::Value;
use crate::{problem, setting};

/// What variables set, by key, each with the name of its variable, and problems.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) values: Vec<(&'static Key, Value, String)>,
    pub(crate) problems: Vec<Diagnostic>,
}

/// Reads the variables; an empty one counts as unset. Relative paths begin at `base`.
pub(crate) fn read(variables: &BTreeMap<OsString, OsString>, base: &Path) -> Found {
    let mut found = Found::default();
    let set = |name: &str| variables.get(OsStr::new(name)).filter(|value| !value.is_empty());
    for key in setting::KEYS {
        let own = key.own_variable();
        let names = std::iter::once(own.as_str()).chain(key.variable);
        let Some((name, text)) = names.into_iter().find_map(|name| Some((name, set(name)?))) else {
            continue;
        };
        match value(key, text, base) {
            Ok(value) => found.values.push((key, value, name.to_owned())),
            Err(advice) => {
                let wrong = problem::wrong_value(key, &text.to_string_lossy());
                let message = format!("{name}: {}", wrong.message);
                found.problems.push(Diagnostic { message, ..wrong }.with_hint(advice));
            }
        }
    }
    found.problems.extend(variables.keys().filter_map(|name| stray(name.to_str()?)));
    found
}

fn value(key: &Key, text: &OsStr, base: &Path) -> Result<Value, String> {
    if key.kind == Kind::Path {
        // Also those that are no Unicode.
        return Ok(Value::Path(base.join(text)));
    }
    let text = text.to_str().ok_or_else(|| "write it in UTF-8".to_owned())?;
    key.kind.parse(text)
}

/// Tells of a variable that looks like that of a key and is none.
fn stray(variable: &str) -> Option<Diagnostic> {
    let name = variable.strip_prefix(PREFIX).filter(|name| name.contains(SEPARATOR))?;
    let name = name.replace(SEPARATOR, ".").to_ascii_lowercase();
    if setting::find(&name).is_some() {
        return None;
    }
    let wrong = problem::unused(&name).unwrap_or_else(|| problem::unknown_key(&name));
    Some(Diagnostic { message: format!("{variable}: {}", wrong.message), ..wrong })
}
