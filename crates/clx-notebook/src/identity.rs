//! The identity of this renderer in keys of outputs.

use clx_core::{ContentHash, KeyBuilder, ProgLang};

use crate::jinja::macros;

/// Raised whenever an output of the same source changes.
const VERSION: &str = "1";

/// Returns the digest of everything in this crate that can change an output of `prog_lang`: the
/// version of the renderer and the bundled templates.
#[must_use]
pub fn renderer_identity(prog_lang: ProgLang) -> ContentHash {
    KeyBuilder::new("notebook-renderer-1")
        .with("version", VERSION)
        .with("language", prog_lang.name())
        .with("macros", macros::bundled(prog_lang))
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_an_identity_of_its_own() {
        let all: std::collections::BTreeSet<ContentHash> =
            ProgLang::ALL.into_iter().map(renderer_identity).collect();
        assert_eq!(all.len(), ProgLang::ALL.len());
    }
}
