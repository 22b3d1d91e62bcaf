//! The notebook model: what the reader makes and the writers take.
//!
//! Principal types: [`Notebook`], [`Cell`].

use crate::value::{Metadata, Value};

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CellType {
    /// A program text.
    Code,
    /// Prose.
    Markdown,
    /// Text that no renderer touches.
    Raw,
}

impl CellType {
    /// Returns the word of the notebook format and of cell markers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Markdown => "markdown",
            Self::Raw => "raw",
        }
    }
}

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// What it holds.
    pub cell_type: CellType,
    /// Its text, lines joined by a line feed, without comment prefixes.
    pub source: String,
    /// Tags, language, title and whatever else its marker says.
    pub metadata: Metadata,
    /// Sixteen hexadecimal digits: of its text alone when read, and different from those of all other
    /// cells once the notebook is processed.
    pub id: String,
    /// Position among the cells of the source, counted from 0, removed ones included.
    pub index: usize,
    /// Line of its marker (or of its first line without one) in the text it was read from, from 0.
    pub line: usize,
    /// Lines between `line` and the first line of its text: 1 behind a marker, else 0.
    pub marker_lines: usize,
    /// Blank lines between its end and the next marker, where they differ from the expected number.
    pub lines_to_next: Option<usize>,
}

impl Cell {
    /// Returns the tags in source order.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        let tags = self.metadata.get("tags").and_then(Value::as_list).unwrap_or_default();
        tags.iter().filter_map(Value::as_text)
    }

    /// Tells whether the cell carries `tag`.
    #[must_use]
    pub fn has_tag(&self, tag: &str) -> bool {
        self.tags().any(|own| own == tag)
    }
}

/// A list of cells and the metadata of the whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Notebook {
    /// The cells in order.
    pub cells: Vec<Cell>,
    /// Notebook metadata: `jupytext`, and after processing `kernelspec` and `language_info`.
    pub metadata: Metadata,
}

impl Notebook {
    /// Returns the name of the lexer that highlights the code, such as `ipython3`: of a processed
    /// notebook the entry `pygments_lexer` of `language_info`, else its `name`.
    #[must_use]
    pub fn lexer(&self) -> Option<&str> {
        let info = self.metadata.get("language_info")?.as_map()?;
        info.get("pygments_lexer").or_else(|| info.get("name"))?.as_text()
    }

    /// Returns an entry of the `jupytext` section.
    #[must_use]
    pub fn jupytext(&self, key: &str) -> Option<&Value> {
        self.metadata.get("jupytext")?.as_map()?.get(key)
    }
}
