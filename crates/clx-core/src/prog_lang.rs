//! Programming languages of notebooks. Principal type: [`ProgLang`].

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A programming language that notebooks are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProgLang {
    /// Python.
    Python,
    /// C++.
    Cpp,
    /// C#.
    CSharp,
    /// Java.
    Java,
    /// TypeScript.
    TypeScript,
}

/// A text that names no programming language.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown programming language `{text}`, expected one of: cpp, csharp, java, python, typescript"
)]
pub struct ParseProgLangError {
    /// The refused text.
    pub text: String,
}

impl ProgLang {
    /// All languages.
    pub const ALL: [Self; 5] =
        [Self::Python, Self::Cpp, Self::CSharp, Self::Java, Self::TypeScript];

    /// Returns the name used in course specs and payloads, such as `csharp`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Cpp => "cpp",
            Self::CSharp => "csharp",
            Self::Java => "java",
            Self::TypeScript => "typescript",
        }
    }

    /// Returns the name that people use, such as `C#`.
    #[must_use]
    pub const fn display_name(self) -> &'static str {
        match self {
            Self::Python => "Python",
            Self::Cpp => "C++",
            Self::CSharp => "C#",
            Self::Java => "Java",
            Self::TypeScript => "TypeScript",
        }
    }

    /// Returns the file extension with its dot, such as `.cs`.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Python => ".py",
            Self::Cpp => ".cpp",
            Self::CSharp => ".cs",
            Self::Java => ".java",
            Self::TypeScript => ".ts",
        }
    }

    /// Returns the language of a file extension with its dot.
    #[must_use]
    pub fn from_extension(extension: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.extension() == extension)
    }

    /// Returns the directory of code outputs, such as `CSharp`.
    #[must_use]
    pub const fn directory(self) -> &'static str {
        match self {
            Self::Python => "Python",
            Self::Cpp => "Cpp",
            Self::CSharp => "CSharp",
            Self::Java => "Java",
            Self::TypeScript => "TypeScript",
        }
    }

    /// Returns the token that begins a line comment, `#` or `//`.
    #[must_use]
    pub const fn comment(self) -> &'static str {
        match self {
            Self::Python => "#",
            Self::Cpp | Self::CSharp | Self::Java | Self::TypeScript => "//",
        }
    }

    /// Returns the prefix of Jinja line statements, `# j2` or `// j2`.
    #[must_use]
    pub const fn jinja_prefix(self) -> &'static str {
        match self {
            Self::Python => "# j2",
            Self::Cpp | Self::CSharp | Self::Java | Self::TypeScript => "// j2",
        }
    }
}

impl fmt::Display for ProgLang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for ProgLang {
    type Err = ParseProgLangError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|language| language.name() == text)
            .ok_or_else(|| ParseProgLangError { text: text.to_owned() })
    }
}
