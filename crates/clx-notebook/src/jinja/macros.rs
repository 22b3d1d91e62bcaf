//! The macro files that sources import.

use clx_core::ProgLang;

/// The name that sources import.
pub(crate) const NAME: &str = "macros.j2";

/// Returns the text of the macro file.
pub(crate) const fn bundled(language: ProgLang) -> &'static str {
    match language {
        ProgLang::Python => include_str!("../../templates/python/macros.j2"),
        ProgLang::Cpp => include_str!("../../templates/cpp/macros.j2"),
        ProgLang::CSharp => include_str!("../../templates/csharp/macros.j2"),
        ProgLang::Java => include_str!("../../templates/java/macros.j2"),
        ProgLang::TypeScript => include_str!("../../templates/typescript/macros.j2"),
    }
}
