//! Takes a source apart into its diagrams. Principal type: [`Block`].

use std::path::Path;

use clx_core::Diagnostic;

use crate::CATEGORY;
use crate::code;

/// One diagram of a source: the lines from `@start…` to `@end…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What follows `@start`, in lower case, such as `uml` or `mindmap`.
    pub keyword: String,
    /// The name after that word, if there is one.
    pub name: Option<String>,
    /// The line of `@start…`, from 1.
    pub line: u32,
    /// The lines, `@start…` first and `@end…` last, both at the beginning of their lines.
    pub text: String,
}

impl Block {
    /// Tells whether there is nothing to draw: only blank lines and comments.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let n_lines = self.text.lines().count();
        let body =
            self.text.lines().enumerate().filter(|(index, _)| (1..n_lines - 1).contains(index));
        body.map(|(_, line)| line.trim()).all(|line| line.is_empty() || line.starts_with('\''))
    }
}

/// Takes a source apart. What stands before, between and after diagrams is no part of any, as
/// PlantUML has it.
///
/// # Errors
/// The source has no diagram, or one is not closed.
pub fn split(file: &Path, source: &str) -> Result<Vec<Block>, Box<Diagnostic>> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (line, number) in source.lines().zip(1..) {
        match &mut open {
            None => open = begin(line, number),
            Some(block) if is_end(line) => {
                block.text.push_str(line.trim());
                block.text.push('\n');
                blocks.extend(open.take());
            }
            Some(block) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
        }
    }
    match open {
        Some(block) => Err(Box::new(not_closed(file, &block))),
        None if blocks.is_empty() => Err(Box::new(no_diagram(file))),
        None => Ok(blocks),
    }
}

fn begin(line: &str, number: u32) -> Option<Block> {
    let line = line.trim_start_matches('\u{feff}').trim();
    let rest = strip_prefix_ignoring_case(line, "@start")?;
    let length = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
    let (keyword, rest) = rest.split_at(length);
    (!keyword.is_empty()).then(|| Block {
        keyword: keyword.to_ascii_lowercase(),
        name: name(rest),
        line: number,
        text: format!("{line}\n"),
    })
}

/// Reads `NAME`, `"NAME"` or `(id=NAME)`.
fn name(text: &str) -> Option<String> {
    let text = text.trim();
    let text = match text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        Some(settings) => settings.trim().strip_prefix("id=")?,
        None => text,
    };
    let text = text.trim_matches('"').trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn is_end(line: &str) -> bool {
    strip_prefix_ignoring_case(line.trim(), "@end").is_some()
}

fn strip_prefix_ignoring_case<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

fn no_diagram(file: &Path) -> Diagnostic {
    Diagnostic::error(code::NO_DIAGRAM, CATEGORY, "there is no diagram in this file")
        .in_file(file)
        .with_hint("put it between the lines `@startuml` and `@enduml`")
}

fn not_closed(file: &Path, block: &Block) -> Diagnostic {
    let keyword = &block.keyword;
    let message = format!("the diagram that begins with `@start{keyword}` has no end");
    Diagnostic::error(code::BLOCK_NOT_CLOSED, CATEGORY, message)
        .at(file, Some(block.line), None)
        .with_hint(format!("add the line `@end{keyword}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(source: &str) -> Vec<Block> {
        split(Path::new("x.pu"), source).unwrap()
    }

    #[test]
    fn blocks_know_their_lines_and_names() {
        let source = "notes\n@startuml\nA -> B\n@enduml\nmore\n  @startMindMap  the map\n* a\n  @endmindmap\n";
        let [first, second] = blocks(source).try_into().unwrap();
        assert_eq!(first.text, "@startuml\nA -> B\n@enduml\n");
        assert_eq!((first.keyword.as_str(), first.name, first.line), ("uml", None, 2));
        assert_eq!(second.text, "@startMindMap  the map\n* a\n@endmindmap\n");
        assert_eq!((second.keyword.as_str(), second.line), ("mindmap", 6));
        assert_eq!(second.name.as_deref(), Some("the map"));
    }

    #[test]
    fn names_are_read_in_all_spellings() {
        let check = |line: &str, expected: Option<&str>| {
            let source = format!("{line}\n@enduml");
            assert_eq!(blocks(&source)[0].name.as_deref(), expected, "{line}");
        };
        check("@startuml", None);
        check("@startuml login", Some("login"));
        check("@startuml \"two words\"", Some("two words"));
        check("@startuml(id=login)", Some("login"));
        check("\u{feff}@startuml", None);
    }

    #[test]
    fn source_without_diagram_or_end_is_refused() {
        let check = |source: &str, code: &str, line: Option<u32>| {
            let problem = split(Path::new("x.pu"), source).unwrap_err();
            assert_eq!(problem.code, code);
            assert_eq!(problem.location.unwrap().line, line);
        };
        check("", code::NO_DIAGRAM, None);
        check("A -> B\n", code::NO_DIAGRAM, None);
        check("\n@startuml\nA -> B\n", code::BLOCK_NOT_CLOSED, Some(2));
    }

    #[test]
    fn blank_lines_and_comments_are_nothing_to_draw() {
        let check = |body: &str, expected: bool| {
            assert_eq!(blocks(&format!("@startuml\n{body}@enduml"))[0].is_empty(), expected);
        };
        check("", true);
        check("\n  ' A -> B\n", true);
        check("A -> B\n", false);
    }
}
