//! Facts about the programming languages: kernel, language information, names in scripts.

use clx_core::ProgLang;

use crate::value::{Metadata, Value};

/// Returns the language's name in the `jupytext` section, which also decides about magics.
pub(crate) const fn main_language(language: ProgLang) -> &'static str {
    match language {
        ProgLang::Python => "python",
        ProgLang::Cpp => "c++",
        ProgLang::CSharp => "csharp",
        ProgLang::Java => "java",
        ProgLang::TypeScript => "typescript",
    }
}

/// Returns the name of the kernel that notebooks in a language ask for.
#[must_use]
pub const fn kernel_name(language: ProgLang) -> &'static str {
    match language {
        ProgLang::Python => "python3",
        ProgLang::Cpp => "xcpp20",
        ProgLang::CSharp => ".net-csharp",
        ProgLang::Java => "java",
        ProgLang::TypeScript => "deno",
    }
}

/// Returns the `kernelspec` metadata of a notebook.
pub(crate) fn kernelspec(language: ProgLang) -> Value {
    let (display_name, word) = match language {
        ProgLang::Python => ("Python 3 (ipykernel)", "python"),
        ProgLang::Cpp => ("C++20", "cpp"),
        ProgLang::CSharp => (".NET (C#)", "C#"),
        ProgLang::Java => ("Java", "java"),
        ProgLang::TypeScript => ("Deno", "typescript"),
    };
    object([("name", kernel_name(language)), ("display_name", display_name), ("language", word)])
}

/// Returns the `language_info` metadata of a notebook.
pub(crate) fn language_info(language: ProgLang) -> Value {
    match language {
        ProgLang::Python => python_info(),
        ProgLang::Cpp => object([
            ("codemirror_mode", "text/x-c++src"),
            ("file_extension", ".cpp"),
            ("mimetype", "text/x-c++src"),
            ("name", "C++"),
            ("version", "20"),
        ]),
        ProgLang::CSharp => object([
            ("file_extension", ".cs"),
            ("mimetype", "text/x-csharp"),
            ("name", "C#"),
            ("pygments_lexer", "csharp"),
            ("version", "12.0"),
        ]),
        ProgLang::Java => object([
            ("codemirror_mode", "java"),
            ("file_extension", ".java"),
            ("mimetype", "text/java"),
            ("name", "Java"),
            ("pygments_lexer", "java"),
            ("version", ""),
        ]),
        ProgLang::TypeScript => object([
            ("codemirror_mode", "typescript"),
            ("file_extension", ".ts"),
            ("mimetype", "text/x.typescript"),
            ("name", "typescript"),
            ("pygments_lexer", "typescript"),
            ("version", "5.6.2"),
        ]),
    }
}

fn python_info() -> Value {
    let mut mode = entries([("name", "ipython")]);
    mode.insert("version".to_owned(), Value::Int(3));
    let mut info = entries([
        ("file_extension", ".py"),
        ("mimetype", "text/x-python"),
        ("name", "python"),
        ("nbconvert_exporter", "python"),
        ("pygments_lexer", "ipython3"),
    ]);
    info.insert("codemirror_mode".to_owned(), Value::Map(mode));
    Value::Map(info)
}

fn entries<const N: usize>(pairs: [(&str, &str); N]) -> Metadata {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value.into())).collect()
}

fn object<const N: usize>(pairs: [(&str, &str); N]) -> Value {
    Value::Map(entries(pairs))
}

/// Languages that scripts may be written in and the token of their line comments.
const SCRIPTS: &[(&str, &str)] = &[
    ("R", "#"),
    ("bash", "#"),
    ("c++", "//"),
    ("clojure", ";;"),
    ("coconut", "#"),
    ("csharp", "//"),
    ("fsharp", "//"),
    ("gnuplot", "#"),
    ("go", "//"),
    ("groovy", "//"),
    ("haskell", "--"),
    ("idl", ";"),
    ("java", "//"),
    ("javascript", "//"),
    ("julia", "#"),
    ("logtalk", "%"),
    ("lua", "--"),
    ("matlab", "%"),
    ("maxima", "/*"),
    ("ocaml", "(*"),
    ("powershell", "#"),
    ("python", "#"),
    ("q", "/"),
    ("robotframework", "#"),
    ("rust", "//"),
    ("sage", "#"),
    ("sas", "/*"),
    ("scala", "//"),
    ("scheme", ";;"),
    ("sos", "#"),
    ("stata", "//"),
    ("tcl", "#"),
    ("typescript", "//"),
    ("wolfram language", "(*"),
    ("xonsh", "#"),
];

/// Further words that make `%%word` on the first line a cell language.
const CELL_LANGUAGES: &[&str] = &[
    "sh", "python2", "python3", "js", "perl", "html", "latex", "markdown", "pypy", "ruby",
    "script", "svg", "octave", "spark", "sql", "cython", "c#", "f#", "cs", "fs",
];

/// Returns the line comment token of a script language.
pub(crate) fn script_comment(language: &str) -> Option<&'static str> {
    SCRIPTS.iter().find(|(name, _)| *name == language).map(|(_, comment)| *comment)
}

/// Tells whether `word` after `%%` (`#!` in C#) names the language of a cell.
pub(crate) fn is_cell_language(word: &str) -> bool {
    CELL_LANGUAGES.contains(&word) || script_comment(word).is_some()
}

/// Returns the one name of a language that has several.
pub(crate) fn usual_name(language: &str) -> String {
    let lower = language.to_lowercase();
    match lower.as_str() {
        "r" => "R".to_owned(),
        "octave" => "matlab".to_owned(),
        "cs" | "c#" => "csharp".to_owned(),
        "fs" | "f#" => "fsharp".to_owned(),
        name if name.starts_with("c++") => "c++".to_owned(),
        _ => lower,
    }
}
