//! Kinds: named rule sets that make an output for an audience. Principal type: [`OutputKind`].

use serde::{Deserialize, Serialize};

/// Who an output is for; a directory level of the default target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// Anyone: directory `public`.
    Public,
    /// The person who gives the course: directory `speaker`.
    Speaker,
}

impl Audience {
    /// Returns the directory of the audience in the default target.
    #[must_use]
    pub const fn directory(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Speaker => "speaker",
        }
    }
}

/// What a kind does with the contents of code cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CodeCells {
    /// All keep their contents.
    Keep,
    /// Those without the tag `keep` or `start` are emptied.
    EmptyUnlessKept,
}

/// A rule set: which cells an output keeps, empties or executes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OutputKind {
    /// Name in course specs, such as `code-along`.
    pub name: String,
    /// Directory in the output tree, such as `Code-Along`.
    pub directory: String,
    /// Who the output is for.
    pub audience: Audience,
    /// A cell with one of these tags is removed.
    pub removed_tags: Vec<String>,
    /// What happens to code cells.
    pub code_cells: CodeCells,
    /// Whether Markdown cells tagged `answer` keep only their prefix.
    pub empties_answers: bool,
    /// Whether the HTML of this kind is executed.
    pub executes_html: bool,
}

impl OutputKind {
    /// Returns the three predefined kinds: `code-along`, `completed`, `speaker`.
    #[must_use]
    pub fn predefined() -> Vec<Self> {
        let tags = |tags: &[&str]| tags.iter().map(|&tag| tag.to_owned()).collect();
        vec![
            Self {
                name: "code-along".to_owned(),
                directory: "Code-Along".to_owned(),
                audience: Audience::Public,
                removed_tags: tags(&["del", "alt", "notes", "voiceover", "private"]),
                code_cells: CodeCells::EmptyUnlessKept,
                empties_answers: true,
                executes_html: false,
            },
            Self {
                name: "completed".to_owned(),
                directory: "Completed".to_owned(),
                audience: Audience::Public,
                removed_tags: tags(&["del", "start", "notes", "voiceover", "private"]),
                code_cells: CodeCells::Keep,
                empties_answers: false,
                executes_html: true,
            },
            Self {
                name: "speaker".to_owned(),
                directory: "Speaker".to_owned(),
                audience: Audience::Speaker,
                removed_tags: tags(&["del", "start"]),
                code_cells: CodeCells::Keep,
                empties_answers: false,
                executes_html: true,
            },
        ]
    }
}
