//! The languages as data. Principal types: [`Grammar`], [`Quote`].

use clx_core::ProgLang;

use super::words;

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

const fn line(quote: &'static str) -> Quote {
    Quote { open: quote, close: quote, escapes: true, multiline: false, code: Interpolation::None }
}

const fn block(quote: &'static str) -> Quote {
    Quote { multiline: true, ..line(quote) }
}

const fn verbatim(open: &'static str, close: &'static str) -> Quote {
    Quote { open, close, escapes: false, multiline: true, code: Interpolation::None }
}

const PLAIN: Grammar = Grammar {
    names: &[],
    is_markup: false,
    line_comments: &[],
    block_comment: None,
    nests_comments: false,
    quotes: &[line("\"")],
    prefixes: &[],
    raw_strings: RawStrings::None,
    keywords: &[],
    constants: &[],
    types: &[],
    builtins: &[],
    definers: &[],
    soft_keywords: &[],
    capital_types: false,
    calls: false,
    ignores_case: false,
    decorators: false,
    preprocessor: false,
    variables: false,
    lifetimes: false,
    string_keys: false,
};

/// Languages with `//`, `/* */`, braces and calls.
const BRACES: Grammar = Grammar {
    line_comments: &["//"],
    block_comment: Some(("/*", "*/")),
    quotes: &[line("\""), line("'")],
    capital_types: true,
    calls: true,
    ..PLAIN
};

static PYTHON: Grammar = Grammar {
    names: &["python", "python3", "py", "py3", "ipython", "ipython3"],
    line_comments: &["#"],
    quotes: &[
        Quote { code: Interpolation::BracesAfterF, ..block("\"\"\"") },
        Quote { code: Interpolation::BracesAfterF, ..block("'''") },
        Quote { code: Interpolation::BracesAfterF, ..line("\"") },
        Quote { code: Interpolation::BracesAfterF, ..line("'") },
    ],
    prefixes: &["f", "r", "b", "u", "rb", "br", "fr", "rf", "t"],
    keywords: words::PYTHON_KEYWORDS,
    constants: words::PYTHON_CONSTANTS,
    types: words::PYTHON_TYPES,
    builtins: words::PYTHON_BUILTINS,
    definers: &["def", "class"],
    soft_keywords: &["match", "case"],
    capital_types: true,
    calls: true,
    decorators: true,
    ..PLAIN
};

static CPP: Grammar = Grammar {
    names: &["cpp", "c++", "cc", "cxx", "hpp", "c", "h"],
    raw_strings: RawStrings::Cpp,
    prefixes: &["u8", "u", "U", "L"],
    keywords: words::CPP_KEYWORDS,
    constants: words::CPP_CONSTANTS,
    types: words::CPP_TYPES,
    definers: &["struct", "class", "enum", "union", "namespace", "concept"],
    preprocessor: true,
    ..BRACES
};

static CSHARP: Grammar = Grammar {
    names: &["csharp", "c#", "cs"],
    quotes: &[
        Quote { code: Interpolation::Braces, ..block("$\"\"\"") },
        Quote { code: Interpolation::Braces, ..verbatim("$@\"", "\"") },
        Quote { code: Interpolation::Braces, ..verbatim("@$\"", "\"") },
        Quote { open: "$\"", close: "\"", code: Interpolation::Braces, ..line("\"") },
        verbatim("@\"", "\""),
        verbatim("\"\"\"", "\"\"\""),
        line("\""),
        line("'"),
    ],
    keywords: words::CSHARP_KEYWORDS,
    constants: words::CSHARP_CONSTANTS,
    types: words::CSHARP_TYPES,
    definers: &["class", "struct", "interface", "enum", "record", "namespace"],
    preprocessor: true,
    ..BRACES
};

static JAVA: Grammar = Grammar {
    names: &["java"],
    quotes: &[block("\"\"\""), line("\""), line("'")],
    keywords: words::JAVA_KEYWORDS,
    constants: words::JAVA_CONSTANTS,
    types: words::JAVA_TYPES,
    definers: &["class", "interface", "enum", "record"],
    decorators: true,
    ..BRACES
};

static TYPESCRIPT: Grammar = Grammar {
    names: &["typescript", "ts", "tsx", "javascript", "js", "jsx", "mjs"],
    quotes: &[Quote { code: Interpolation::DollarBraces, ..block("`") }, line("\""), line("'")],
    keywords: words::TYPESCRIPT_KEYWORDS,
    constants: words::TYPESCRIPT_CONSTANTS,
    types: words::TYPESCRIPT_TYPES,
    definers: &["class", "interface", "enum", "function", "namespace"],
    decorators: true,
    ..BRACES
};

static RUST: Grammar = Grammar {
    names: &["rust", "rs"],
    nests_comments: true,
    quotes: &[block("\""), line("'")],
    prefixes: &["b", "c"],
    raw_strings: RawStrings::Rust,
    keywords: words::RUST_KEYWORDS,
    constants: words::RUST_CONSTANTS,
    types: words::RUST_TYPES,
    definers: &["fn", "struct", "enum", "trait", "mod", "union"],
    lifetimes: true,
    ..BRACES
};

static KOTLIN: Grammar = Grammar {
    names: &["kotlin", "kt", "kts"],
    nests_comments: true,
    quotes: &[
        Quote { code: Interpolation::Dollar, escapes: false, ..block("\"\"\"") },
        Quote { code: Interpolation::Dollar, ..line("\"") },
        line("'"),
    ],
    keywords: words::KOTLIN_KEYWORDS,
    constants: words::KOTLIN_CONSTANTS,
    definers: &["class", "interface", "object", "fun"],
    decorators: true,
    ..BRACES
};

static GO: Grammar = Grammar {
    names: &["go", "golang"],
    quotes: &[verbatim("`", "`"), line("\""), line("'")],
    keywords: words::GO_KEYWORDS,
    constants: words::GO_CONSTANTS,
    types: words::GO_TYPES,
    builtins: words::GO_BUILTINS,
    definers: &["func", "type"],
    ..BRACES
};

static SHELL: Grammar = Grammar {
    names: &["bash", "sh", "shell", "zsh", "console"],
    line_comments: &["#"],
    quotes: &[Quote { code: Interpolation::Dollar, ..block("\"") }, verbatim("'", "'")],
    keywords: words::SHELL_KEYWORDS,
    builtins: words::SHELL_BUILTINS,
    variables: true,
    ..PLAIN
};

static SQL: Grammar = Grammar {
    names: &["sql", "sqlite", "postgresql", "mysql"],
    line_comments: &["--"],
    block_comment: Some(("/*", "*/")),
    quotes: &[verbatim("'", "'"), verbatim("\"", "\"")],
    keywords: words::SQL_KEYWORDS,
    constants: words::SQL_CONSTANTS,
    types: words::SQL_TYPES,
    calls: true,
    ignores_case: true,
    ..PLAIN
};

static JSON: Grammar = Grammar {
    names: &["json", "jsonc", "json5"],
    line_comments: &["//"],
    block_comment: Some(("/*", "*/")),
    constants: &["true", "false", "null"],
    string_keys: true,
    ..PLAIN
};

static MARKUP: Grammar =
    Grammar { names: &["html", "xml", "svg", "xhtml", "htm"], is_markup: true, ..PLAIN };

static ALL: [&Grammar; 12] =
    [&PYTHON, &CPP, &CSHARP, &JAVA, &TYPESCRIPT, &RUST, &KOTLIN, &GO, &SHELL, &SQL, &JSON, &MARKUP];

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
