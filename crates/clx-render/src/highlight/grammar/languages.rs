//! The languages, each as a table.

use super::{Grammar, Interpolation, Quote, RawStrings};
use crate::highlight::words;

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
    capital_methods: false,
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

pub(super) static PYTHON: Grammar = Grammar {
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

pub(super) static CPP: Grammar = Grammar {
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

pub(super) static CSHARP: Grammar = Grammar {
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
    capital_methods: true,
    preprocessor: true,
    ..BRACES
};

pub(super) static JAVA: Grammar = Grammar {
    names: &["java"],
    quotes: &[block("\"\"\""), line("\""), line("'")],
    keywords: words::JAVA_KEYWORDS,
    constants: words::JAVA_CONSTANTS,
    types: words::JAVA_TYPES,
    definers: &["class", "interface", "enum", "record"],
    decorators: true,
    ..BRACES
};

pub(super) static TYPESCRIPT: Grammar = Grammar {
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
    capital_methods: true,
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

pub(super) static ALL: [&Grammar; 12] =
    [&PYTHON, &CPP, &CSHARP, &JAVA, &TYPESCRIPT, &RUST, &KOTLIN, &GO, &SHELL, &SQL, &JSON, &MARKUP];
