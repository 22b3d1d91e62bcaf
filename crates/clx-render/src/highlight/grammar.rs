//! What the scanners have to know of a language. Principal types: [`Grammar`], [`Quote`].

use clx_core::ProgLang;

mod languages;

use languages::{ALL, CPP, CSHARP, JAVA, PYTHON, TYPESCRIPT};

/// What the scanner has to know of a language.
#[derive(Debug)]
pub(crate) struct Grammar {
    /// Names in fences and `%%` lines, lower case.
    names: &'static [&'static str],
    /// It is written by the scanner of markup; the other fields do not matter.
    pub(super) is_markup: bool,
    /// Beginnings of comments that end with the line.
    pub(super) line_comments: &'static [&'static str],
    /// Begin and end of comments over lines.
    pub(super) block_comment: Option<(&'static str, &'static str)>,
    /// Comments over lines may hold others.
    pub(super) nests_comments: bool,
    /// Kinds of strings; the first that matches is taken.
    pub(super) quotes: &'static [Quote],
    /// Letters that may stand right before a quote and belong to the string.
    pub(super) prefixes: &'static [&'static str],
    /// Strings whose end depends on their begin.
    pub(super) raw_strings: RawStrings,
    pub(super) keywords: &'static [&'static str],
    pub(super) constants: &'static [&'static str],
    pub(super) types: &'static [&'static str],
    pub(super) builtins: &'static [&'static str],
    /// Keywords before a name that is being defined.
    pub(super) definers: &'static [&'static str],
    /// Keywords in front of a line with a colon or brace only (`match` of Python).
    pub(super) soft_keywords: &'static [&'static str],
    /// A capital begins a type.
    pub(super) capital_types: bool,
    /// Methods begin with a capital, too.
    pub(super) capital_methods: bool,
    /// A word before `(` is a call.
    pub(super) calls: bool,
    pub(super) ignores_case: bool,
    /// What `@` in front of a word makes it.
    pub(super) decorators: bool,
    /// `#` in front of a line is for the preprocessor.
    pub(super) preprocessor: bool,
    /// `$` begins a variable.
    pub(super) variables: bool,
    /// `'a` may be a lifetime.
    pub(super) lifetimes: bool,
    /// A string before `:` is a name.
    pub(super) string_keys: bool,
}

/// A kind of string.
#[derive(Debug)]
pub(super) struct Quote {
    pub(super) open: &'static str,
    pub(super) close: &'static str,
    /// A backslash takes the next character with it.
    pub(super) escapes: bool,
    /// It may go over lines.
    pub(super) multiline: bool,
    /// Code inside.
    pub(super) code: Interpolation,
}

/// Code inside a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Interpolation {
    None,
    /// `{…}`; two braces are one.
    Braces,
    /// `{…}` if the prefix has an `f`.
    BracesAfterF,
    /// `${…}`.
    DollarBraces,
    /// `$name` and `${…}`.
    Dollar,
}

/// Strings whose end depends on their begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RawStrings {
    None,
    /// `R"x(…)x"`.
    Cpp,
    /// `r#"…"#`.
    Rust,
}

impl Grammar {
    /// Returns the grammar of code cells.
    pub(crate) fn of(language: ProgLang) -> &'static Self {
        match language {
            ProgLang::Python => &PYTHON,
            ProgLang::Cpp => &CPP,
            ProgLang::CSharp => &CSHARP,
            ProgLang::Java => &JAVA,
            ProgLang::TypeScript => &TYPESCRIPT,
        }
    }

    /// Returns the grammar of a name in a fence, in any case.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        let name = name.to_lowercase();
        ALL.into_iter().find(|grammar| grammar.names.contains(&name.as_str()))
    }
}
