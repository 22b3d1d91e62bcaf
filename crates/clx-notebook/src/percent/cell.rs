//! Reads one cell: marker, extent, type, text, and the distance to the next one.
//!
//! Principal function: [`read`].

use clx_core::ProgLang;

use super::active::{ActiveError, is_active};
use super::marker::{self, Marker};
use super::spacing::Ahead;
use super::strings::StringTracker;
use super::{options, schema, warning};
use crate::code;
use crate::finding::Finding;
use crate::language_table::main_language;
use crate::magics;
use crate::notebook::{Cell, CellType};
use crate::python_text::is_blank;
use crate::value::{Metadata, Value};

mod quoted;

/// What holds for all cells of a source.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) language: ProgLang,
    /// Whether magics stand commented in the source.
    pub(crate) comment_magics: bool,
    /// Whether the head asks for options written as JSON.
    pub(crate) as_json: bool,
    /// Further commands that are cell languages.
    pub(crate) cell_magics: Vec<String>,
}

impl Settings {
    /// Takes the settings out of the notebook metadata.
    pub(crate) fn new(language: ProgLang, metadata: &Metadata, is_hydrogen: bool) -> Self {
        let section = metadata.get("jupytext").and_then(Value::as_map);
        let get = |key| section.and_then(|entries| entries.get(key));
        let magics = get("custom_cell_magics").and_then(Value::as_text).unwrap_or_default();
        Self {
            language,
            comment_magics: get("comment_magics").map_or(!is_hydrogen, Value::is_truthy),
            as_json: get("cell_metadata_json").is_some_and(Value::is_truthy),
            cell_magics: magics.split(',').map(str::to_owned).collect(),
        }
    }

    fn token(&self) -> &'static str {
        self.language.comment()
    }

    fn extension(&self) -> &'static str {
        self.language.extension().trim_start_matches('.')
    }
}

/// A cell and where the next one begins.
pub(crate) struct CellRead {
    pub(crate) cell: Cell,
    pub(crate) next: usize,
    pub(crate) as_json: bool,
}

/// Reads the cell that begins at line `at`.
///
/// # Errors
/// A [`Finding`] if its metadata may stand in no notebook.
pub(crate) fn read(
    lines: &[&str],
    at: usize,
    settings: &Settings,
    ahead: &mut Ahead,
    warnings: &mut Vec<Finding>,
) -> Result<CellRead, Finding> {
    let broken = |rule: String| broken_metadata(at, rule);
    let marker = marker::parse(lines[at], settings.token());
    let mut options = match marker {
        Some(Marker::Options(text)) => options::parse(text)
            .ok_or_else(|| broken("options in braces must be an object".into()))?,
        Some(Marker::Short) | None => {
            options::Options { metadata: Metadata::new(), as_json: settings.as_json }
        }
    };
    let metadata = &mut options.metadata;
    warning::options(metadata, at, warnings);
    let language = take_language(metadata).map_err(|rule| broken(rule.to_owned()))?;
    let mut draft = Draft { language, settings, cell_type: CellType::Code, keeps_tokens: false };
    draft.take_type(metadata).map_err(|error| broken(error.to_string()))?;

    let next = draft.next_marker(lines, at);
    let end = content_end(&lines[at..next]) + at;
    let start = at + usize::from(marker.is_some());
    let body = &lines[start..end];
    if draft.cell_type == CellType::Code {
        warning::near_markers(body, start, settings.token(), draft.language(), warnings);
    }
    let content = draft
        .content(body, start, metadata, warnings)
        .map_err(|error| broken(error.to_string()))?;
    if let Some(rule) = schema::broken_cell_rule(draft.cell_type, metadata) {
        return Err(broken(rule.to_owned()));
    }
    let lines_to_next = distance(lines, end, next, body, settings, ahead, metadata);
    if let Some(language) = draft.language.filter(|language| !language.is_empty()) {
        options.metadata.insert("language".to_owned(), language.into());
    }
    let cell = Cell {
        cell_type: draft.cell_type,
        source: content.join("\n"),
        metadata: options.metadata,
        id: String::new(),
        index: 0,
        line: at,
        marker_lines: start - at,
        lines_to_next,
    };
    Ok(CellRead { cell, next, as_json: options.as_json })
}

fn broken_metadata(line: usize, rule: String) -> Finding {
    Finding::error(code::BROKEN_METADATA, line, rule)
        .with_hint("the notebook format (version 4.5) allows nothing else")
}

fn take_language(metadata: &mut Metadata) -> Result<Option<String>, &'static str> {
    match metadata.remove("language") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Text(language)) => Ok(Some(language)),
        Some(value) if !value.is_truthy() => Ok(None),
        Some(_) => Err("`language` must be a text"),
    }
}

/// A cell in the making.
struct Draft<'s> {
    language: Option<String>,
    settings: &'s Settings,
    cell_type: CellType,
    /// Set for raw cells that are code in the script: they stand there uncommented.
    keeps_tokens: bool,
}

impl Draft<'_> {
    fn language(&self) -> &str {
        match self.language.as_deref() {
            None | Some("") => main_language(self.settings.language),
            Some(language) => language,
        }
    }

    /// Decides the type of the cell by its options.
    fn take_type(&mut self, metadata: &mut Metadata) -> Result<(), ActiveError> {
        if let Some(cell_type) = metadata.remove("cell_type") {
            self.cell_type = match cell_type.as_text() {
                Some("code") => CellType::Code,
                Some("markdown") => CellType::Markdown,
                _ => CellType::Raw,
            };
        } else if !is_active("ipynb", metadata, true)? {
            if metadata.get("active").and_then(Value::as_text) == Some("") {
                metadata.remove("active");
            }
            self.cell_type = CellType::Raw;
            self.keeps_tokens = is_active(self.settings.extension(), metadata, true)?;
        }
        Ok(())
    }

    /// Returns the line of the next marker, or the number of lines.
    fn next_marker(&self, lines: &[&str], at: usize) -> usize {
        let mut strings = StringTracker::new(self.language());
        for (position, line) in lines.iter().enumerate().skip(at) {
            let quoted = strings.is_quoted();
            strings.read_line(line);
            let is_marker = || marker::parse(line, self.settings.token()).is_some();
            if !quoted && position > at && is_marker() {
                return position;
            }
        }
        lines.len()
    }

    /// Returns the text of the cell without comment tokens.
    fn content(
        &self,
        body: &[&str],
        first_line: usize,
        metadata: &mut Metadata,
        warnings: &mut Vec<Finding>,
    ) -> Result<Vec<String>, ActiveError> {
        let python = self.settings.language == ProgLang::Python;
        let is_code = self.cell_type == CellType::Code;
        let token = if self.keeps_tokens { "" } else { self.settings.token() };
        if python
            && !is_active("py", metadata, is_code)?
            && let Some(text) = quoted::unwrap(body, metadata)
        {
            return Ok(text);
        }
        let foreign = !metadata.contains_key("active")
            && self.language() != main_language(self.settings.language);
        if foreign || !is_active(self.settings.extension(), metadata, true)? {
            return Ok(without_tokens(body, token));
        }
        if !is_code && !self.keeps_tokens {
            return Ok(without_tokens(body, token));
        }
        let mut lines: Vec<String> = body.iter().map(|&line| line.to_owned()).collect();
        if self.settings.comment_magics {
            for at in magics::uncomment(&mut lines, self.language()) {
                warnings.push(warning::implicit_magic(body[at], first_line + at, token));
            }
        }
        if is_code {
            magics::unescape_plus(&mut lines, self.language(), self.settings.token());
        }
        Ok(lines)
    }
}

fn without_tokens(lines: &[&str], token: &str) -> Vec<String> {
    let bare = |line: &str| {
        let text = line.strip_prefix(token).unwrap_or(line);
        let had_token = !token.is_empty() && text.len() < line.len();
        text.strip_prefix(' ').filter(|_| had_token).unwrap_or(text).to_owned()
    };
    lines.iter().map(|line| bare(line)).collect()
}

/// Returns where the content of a cell ends: blank lines that only separate it do not count.
fn content_end(lines: &[&str]) -> usize {
    let n = lines.len();
    let blank = |back: usize| n >= back && is_blank(lines[n - back]);
    if n >= 3 && blank(1) && blank(2) && !blank(3) {
        n - 2
    } else if blank(1) {
        n - 1
    } else {
        n
    }
}

/// Returns the distance to the next cell where it differs from the expected one.
fn distance(
    lines: &[&str],
    end: usize,
    next: usize,
    body: &[&str],
    settings: &Settings,
    ahead: &mut Ahead,
    metadata: &mut Metadata,
) -> Option<usize> {
    let found = if end < lines.len() { next - end + usize::from(next >= lines.len()) } else { 1 };
    let expected = match settings.language {
        ProgLang::Python => {
            let body = if body.is_empty() { &[""] } else { body };
            ahead.expected(body, lines.len() - next, |n| lines[lines.len() - n])
        }
        ProgLang::Cpp | ProgLang::CSharp | ProgLang::Java | ProgLang::TypeScript => 1,
    };
    let given = metadata.remove("lines_to_next_cell");
    if found != expected {
        return Some(found);
    }
    match given {
        Some(Value::Int(lines)) => Some(usize::try_from(lines).unwrap_or(0)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn magics_of_cells_that_run_in_the_script_only_lose_their_token() {
        let check = |source: &str, expected: &str| {
            let document = crate::percent::read(source, ProgLang::Python).unwrap();
            let cell = &document.notebook.cells[0];
            assert_eq!((cell.cell_type, cell.source.as_str()), (CellType::Raw, expected));
        };
        check("# %% active=\"py\"\n# %time f()\n# a comment\n", "%time f()\n# a comment");
        check("# %% tags=[\"active-py\"]\n# y = !ls\n", "y = !ls");
        check("# %% [raw]\n# # %time f()\n", "# %time f()");
    }
}
