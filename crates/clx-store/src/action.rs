//! Results of actions, kept under the key of everything that they depend on. This module has their
//! stored form; [`lookup`] and [`record`] are the operations.

mod lookup;
mod record;

use clx_core::ActionResult;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Version of the stored form. A result of another version is a miss.
pub(crate) const VERSION: u32 = 1;

/// The stored form: `{"version":1,"result":{…}}`.
#[derive(Serialize)]
struct Stored<'a> {
    version: u32,
    result: &'a ActionResult,
}

/// Writes the stored form of a result.
///
/// # Errors
/// Those of the serializer.
pub fn to_json(result: &ActionResult) -> Result<String, serde_json::Error> {
    serde_json::to_string(&Stored { version: VERSION, result })
}

/// Reads the stored form of a result. What cannot be read is a miss: the action runs again.
#[must_use]
pub fn from_json(text: &str) -> Option<ActionResult> {
    #[derive(Deserialize)]
    struct Content<'a> {
        version: u32,
        #[serde(borrow)]
        result: &'a RawValue,
    }
    let Content { version, result } = serde_json::from_str(text).ok()?;
    (version == VERSION).then(|| serde_json::from_str(result.get()).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use clx_core::{Artifact, ContentHash, Diagnostic};

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
            subject: None,
        }
    }

    #[test]
    fn version_1_is_written_and_read() {
        assert_eq!(to_json(&result()).unwrap(), GOLDEN);
        assert_eq!(from_json(GOLDEN), Some(result()));
    }

    #[test]
    fn other_version_and_garbage_are_misses() {
        for text in ["", "{}", r#"{"version":2,"result":[]}"#, r#"{"version":1,"result":{}}"#] {
            assert_eq!(from_json(text), None, "{text}");
        }
    }
}
