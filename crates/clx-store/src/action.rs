//! Results of actions, kept under the key of everything that they depend on. Principal type:
//! [`ActionResult`].

mod lookup;
mod record;

use clx_core::{ContentHash, Diagnostic};
use serde::{Deserialize, Serialize};

/// Version of the stored form. A result of another version is a miss.
const VERSION: u32 = 1;

/// One product of an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artifact {
    /// Name within the action, such as `de/html/speaker`.
    pub name: String,
    /// The blob.
    pub hash: ContentHash,
    /// Size in bytes.
    pub size: u64,
}

/// What an action made and what it had to say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionResult {
    /// The products, in the order of the action.
    pub artifacts: Vec<Artifact>,
    /// The problems; repeated whenever the result is used again.
    pub diagnostics: Vec<Diagnostic>,
    /// How long the action ran, in microseconds.
    pub duration_us: u64,
}

/// The stored form: `{"version":1,"result":{…}}`.
#[derive(Serialize)]
struct Stored<'a> {
    version: u32,
    result: &'a ActionResult,
}

impl ActionResult {
    fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(&Stored { version: VERSION, result: self })
    }

    /// Reads the stored form. What cannot be read is a miss: the action runs again.
    pub(crate) fn from_json(text: &str) -> Option<Self> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        #[derive(Deserialize)]
        struct Result {
            result: ActionResult,
        }
        let Version { version } = serde_json::from_str(text).ok()?;
        match version {
            VERSION => serde_json::from_str(text).ok().map(|stored: Result| stored.result),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What version 1 wrote; must be readable for ever.
    const GOLDEN: &str = concat!(
        r#"{"version":1,"result":{"artifacts":[{"name":"html","hash":"#,
        r#""ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","size":3}],"#,
        r#""diagnostics":[{"severity":"error","code":"CLX0301","category":"cell","#,
        r#""message":"division by zero"}],"duration_us":42}}"#
    );

    fn result() -> ActionResult {
        let hash = ContentHash::of("abc");
        ActionResult {
            artifacts: vec![Artifact { name: "html".to_owned(), hash, size: 3 }],
            diagnostics: vec![Diagnostic::error("CLX0301", "cell", "division by zero")],
            duration_us: 42,
        }
    }

    #[test]
    fn version_1_is_written_and_read() {
        assert_eq!(result().to_json().unwrap(), GOLDEN);
        assert_eq!(ActionResult::from_json(GOLDEN), Some(result()));
    }

    #[test]
    fn other_version_and_garbage_are_misses() {
        for text in ["", "{}", r#"{"version":2,"result":[]}"#, r#"{"version":1,"result":{}}"#] {
            assert_eq!(ActionResult::from_json(text), None, "{text}");
        }
    }
}
