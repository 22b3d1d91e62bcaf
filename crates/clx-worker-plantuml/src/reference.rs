//! Finds what a line of PlantUML refers to. Principal type: [`Reference`], [`Scanner`].

use std::ops::Range;

/// A file that a line refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) kind: ReferenceKind,
    /// The bytes of the line that name it.
    pub(crate) range: Range<usize>,
    /// What they say, or what they stand for.
    pub(crate) target: String,
}

/// What is done with the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReferenceKind {
    /// Its lines are read as PlantUML.
    Source,
    /// It is read as data.
    Data,
    /// It is drawn.
    Image,
    /// The directory of the theme of this name, whose lines are read as PlantUML. The range is that
    /// of the directory.
    Theme,
}

impl Reference {
    /// Tells whether it comes with PlantUML, such as `<C4/C4_Container>`.
    pub(crate) fn is_built_in(&self) -> bool {
        self.target.starts_with('<') && self.kind != ReferenceKind::Image
    }

    /// Tells whether it is on the web.
    pub(crate) fn is_url(&self) -> bool {
        self.target.contains("://")
    }

    /// Tells whether it is known only when the diagram is drawn.
    pub(crate) fn is_computed(&self) -> bool {
        self.target.contains(['$', '%'])
    }
}

/// Skips comments over many lines.
#[derive(Debug, Default)]
pub(crate) struct Scanner {
    is_in_comment: bool,
}

impl Scanner {
    /// Returns what the next line refers to.
    pub(crate) fn references(&mut self, line: &str) -> Vec<Reference> {
        let text = line.trim_start();
        if self.is_in_comment {
            self.is_in_comment = !text.contains("'/");
            return Vec::new();
        }
        if text.starts_with("/'") {
            self.is_in_comment = !text.contains("'/");
            return Vec::new();
        }
        if text.starts_with('\'') {
            return Vec::new();
        }
        if text.starts_with('!')
            && let Some(reference) = directive(line)
        {
            return vec![reference];
        }
        images(line).into_iter().chain(sprite(line)).chain(json(line)).collect()
    }
}

/// Reads `!include` and its kin.
fn directive(line: &str) -> Option<Reference> {
    const INCLUDES: [&str; 4] = ["!include", "!include_many", "!include_once", "!includeurl"];
    let (word, rest) = line.trim_start().split_once(char::is_whitespace)?;
    let argument = rest.trim();
    let (kind, target) = match word {
        // The last `!` begins the name of a part of the file.
        _ if INCLUDES.contains(&word) => {
            let file = argument.rsplit_once('!').map_or(argument, |(file, _)| file);
            (ReferenceKind::Source, file)
        }
        // Without a file it is a part of the same one.
        "!includesub" => (ReferenceKind::Source, argument.split_once('!')?.0),
        "!import" => (ReferenceKind::Data, argument),
        "!theme" => {
            let from = argument.to_ascii_lowercase().find(" from ")?;
            (ReferenceKind::Theme, argument[from + " from ".len()..].trim())
        }
        _ => return None,
    };
    let target = target.trim_matches('"');
    let start = offset_in(line, target);
    let range = start..start + target.len();
    let target = match kind {
        ReferenceKind::Theme if !target.starts_with('<') => {
            let name = argument.split_whitespace().next().unwrap_or_default();
            format!("{target}/puml-theme-{name}.puml")
        }
        _ => target.to_owned(),
    };
    (!range.is_empty()).then_some(Reference { kind, range, target })
}

/// Reads each `<img:PATH>`, `<img PATH>` and `<img:PATH{scale=…}>`.
fn images(line: &str) -> Vec<Reference> {
    let starts = line.match_indices("<img").map(|(start, word)| start + word.len());
    let paths = starts.filter_map(|start| {
        let inside = &line[start..start + line[start..].find('>')?];
        let path = inside.strip_prefix([':', ' '])?;
        let path = path.split('{').next().unwrap_or_default().trim();
        Some(reference(line, ReferenceKind::Image, path))
    });
    paths.filter(|image| !image.target.is_empty()).collect()
}

/// Reads `sprite $name PATH`; other sprites are drawn by the lines that follow, or come with
/// PlantUML.
fn sprite(line: &str) -> Option<Reference> {
    const EXTENSIONS: [&str; 4] = [".png", ".svg", ".jpg", ".jpeg"];
    let mut words = line.split_whitespace();
    if words.next() != Some("sprite") {
        return None;
    }
    let path = words.next_back().filter(|_| words.next().is_some())?;
    let is_file = EXTENSIONS.iter().any(|extension| path.to_ascii_lowercase().ends_with(extension));
    (is_file && !path.starts_with("jar:")).then(|| reference(line, ReferenceKind::Image, path))
}

/// Reads `%load_json("PATH")`.
fn json(line: &str) -> Option<Reference> {
    const CALL: &str = "%load_json(";
    let argument = &line[line.find(CALL)? + CALL.len()..];
    let quote = argument.trim_start().chars().next().filter(|c| ['"', '\''].contains(c))?;
    let path = argument.split(quote).nth(1)?;
    Some(reference(line, ReferenceKind::Data, path))
}

fn reference(line: &str, kind: ReferenceKind, path: &str) -> Reference {
    let start = offset_in(line, path);
    Reference { kind, range: start..start + path.len(), target: path.to_owned() }
}

/// Returns where a part of a line begins in it.
fn offset_in(line: &str, part: &str) -> usize {
    part.as_ptr().addr() - line.as_ptr().addr()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &[(ReferenceKind, &str)]) {
        let found = Scanner::default().references(line);
        let found: Vec<_> = found.iter().map(|found| (found.kind, &*found.target)).collect();
        assert_eq!(found, expected, "{line}");
    }

    #[test]
    fn includes_are_found_in_all_forms() {
        let source = |path| [(ReferenceKind::Source, path)];
        check("!include a.iuml", &source("a.iuml"));
        check("  !include_many  ../x/a b.iuml ", &source("../x/a b.iuml"));
        check("!include_once \"a.iuml\"", &source("a.iuml"));
        check("!include a.puml!2", &source("a.puml"));
        check("!includesub a.puml!BASIC", &source("a.puml"));
        check("!includesub BASIC", &[]);
        check("!include <C4/C4_Container>", &source("<C4/C4_Container>"));
        check("!include", &[]);
        check("!includes a.iuml", &[]);
        check("!import lib.zip", &[(ReferenceKind::Data, "lib.zip")]);
    }

    #[test]
    fn themes_of_a_directory_are_files() {
        check("!theme plain", &[]);
        check("!theme own from ../t", &[(ReferenceKind::Theme, "../t/puml-theme-own.puml")]);
        check("!theme own from <C4>", &[(ReferenceKind::Theme, "<C4>")]);
        let line = "!theme own from ../t";
        assert_eq!(&line[Scanner::default().references(line)[0].range.clone()], "../t");
    }

    #[test]
    fn pictures_and_data_are_found() {
        let image = |path| (ReferenceKind::Image, path);
        check("A -> B : <img:a.png> and <img b.png{scale=2}>", &[image("a.png"), image("b.png")]);
        check("A -> B : <image>", &[]);
        check("sprite $x i/x.PNG", &[image("i/x.PNG")]);
        check("sprite $x [16x16/16] {", &[]);
        check("sprite x jar:archimate/a.png", &[]);
        check("!$j = %load_json(\"d.json\")", &[(ReferenceKind::Data, "d.json")]);
        check("!$j = %load_json($name)", &[]);
    }

    #[test]
    fn comments_are_skipped() {
        let mut scanner = Scanner::default();
        for line in ["' !include a", "/' one line '/", "/' many", "!include a", "end '/"] {
            assert_eq!(scanner.references(line), [], "{line}");
        }
        assert_eq!(scanner.references("!include a").len(), 1);
    }

    #[test]
    fn range_is_what_is_replaced() {
        let line = "  !include \"dir/ä.iuml\"!part";
        let found = &Scanner::default().references(line)[0];
        assert_eq!(found.target, "\"dir/ä.iuml".trim_matches('"'));
        assert_eq!(&line[found.range.clone()], "dir/ä.iuml");
    }
}
