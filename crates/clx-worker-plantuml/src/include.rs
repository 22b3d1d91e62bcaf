//! Which files a diagram includes. Principal function: [`includes`].

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use clx_core::Diagnostic;

use crate::CATEGORY;
use crate::code;
use crate::reference::{Reference, ReferenceKind, Scanner};

/// The files that a source includes, directly and through others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Includes {
    /// Paths relative to the course root, each once, in the order of their first mention.
    pub files: Vec<PathBuf>,
    /// What is refused: web pages, files that are not in the course, pictures that do not exist. A
    /// source that does not exist is none: PlantUML tells if it comes to that line.
    pub problems: Vec<Diagnostic>,
    /// Those of the files that are PlantUML themselves.
    pub(crate) sources: BTreeSet<PathBuf>,
}

/// Finds the files that a source includes. `file` is its path relative to the course root; `read`
/// gets such paths and returns the bytes of a file, or `None` if there is none.
///
/// Understood are `!include`, `!include_many`, `!include_once`, `!includesub`, `!import`,
/// `!theme … from`, `%load_json` with a literal path, pictures (`<img:…>`) and sprites from files,
/// each relative to the file that mentions it. Paths that are computed by the preprocessor are not
/// followed.
pub fn includes(
    file: &Path,
    source: &str,
    mut read: impl FnMut(&Path) -> Option<Vec<u8>>,
) -> Includes {
    let mut found = Includes::default();
    let mut seen = BTreeSet::from([file.to_owned()]);
    // The next one is at the end.
    let mut unread = vec![(file.to_owned(), source.to_owned())];
    while let Some((file, source)) = unread.pop() {
        let mut further = Vec::new();
        for (reference, line) in references(&source) {
            let path = match resolve(&file, &reference) {
                Target::File(path) => path,
                Target::Outside => {
                    found.problems.push(refused(&file, line, &reference.target));
                    continue;
                }
                Target::Nothing => continue,
            };
            if seen.contains(&path) {
                continue;
            }
            let Some(bytes) = read(&path) else {
                if reference.kind == ReferenceKind::Image {
                    found.problems.push(missing_image(&file, line, &path));
                }
                continue;
            };
            seen.insert(path.clone());
            found.files.push(path.clone());
            if matches!(reference.kind, ReferenceKind::Source | ReferenceKind::Theme) {
                found.sources.insert(path.clone());
                further.push((path, String::from_utf8_lossy(&bytes).into_owned()));
            }
        }
        unread.extend(further.into_iter().rev());
    }
    found
}

/// Writes absolute paths, below `root`, for the files that a source refers to. Lines stay in their
/// places.
pub(crate) fn with_absolute_paths(file: &Path, source: &str, root: &Path) -> String {
    let mut scanner = Scanner::default();
    let mut text = String::with_capacity(source.len());
    for line in source.lines() {
        let mut end = 0;
        for reference in scanner.references(line) {
            let Target::File(path) = resolve(file, &reference) else { continue };
            let path = match reference.kind {
                ReferenceKind::Theme => path.parent().unwrap_or(&path),
                _ => &path,
            };
            text.push_str(&line[end..reference.range.start]);
            text.push_str(&root.join(path).to_string_lossy());
            end = reference.range.end;
        }
        text.push_str(&line[end..]);
        text.push('\n');
    }
    text
}

/// Returns what a source refers to, with line numbers.
fn references(source: &str) -> Vec<(Reference, u32)> {
    let mut scanner = Scanner::default();
    let lines = source.lines().zip(1..);
    lines
        .flat_map(|(line, number)| {
            scanner.references(line).into_iter().map(move |found| (found, number))
        })
        .collect()
}

enum Target {
    /// A path relative to the course root.
    File(PathBuf),
    /// Something that is not in the course.
    Outside,
    /// Nothing that is known before the diagram is drawn.
    Nothing,
}

fn resolve(file: &Path, reference: &Reference) -> Target {
    if reference.is_url() {
        return Target::Outside;
    }
    if reference.is_built_in() || reference.is_computed() {
        return Target::Nothing;
    }
    let directory = file.parent().unwrap_or(Path::new(""));
    let mut path = PathBuf::new();
    for component in directory.join(&reference.target).components() {
        match component {
            Component::Normal(name) => path.push(name),
            Component::CurDir => {}
            Component::ParentDir if path.pop() => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => {
                return Target::Outside;
            }
        }
    }
    Target::File(path)
}

fn refused(file: &Path, line: u32, target: &str) -> Diagnostic {
    let message = format!("`{target}` is not in the course");
    Diagnostic::error(code::INCLUDE_REFUSED, CATEGORY, message)
        .at(file, Some(line), None)
        .with_hint("lay a copy into the course and include that by a relative path")
}

fn missing_image(file: &Path, line: u32, path: &Path) -> Diagnostic {
    let message = format!("there is no picture `{}`", path.display());
    Diagnostic::error(code::IMAGE_MISSING, CATEGORY, message).at(file, Some(line), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: [(&str, &str); 5] = [
        ("slides/t/pu/style.iuml", "!include sub/deep.iuml\n!include style.iuml\n"),
        ("slides/t/pu/sub/deep.iuml", "!include ../../../common.iuml\n<img:i.png>"),
        ("slides/t/pu/sub/i.png", "\u{1}"),
        ("slides/common.iuml", "class A"),
        ("slides/t/pu/d.json", "!include never.iuml"),
    ];

    fn find(source: &str) -> Includes {
        includes(Path::new("slides/t/pu/x.pu"), source, |path| {
            let found = FILES.iter().find(|(name, _)| Path::new(name) == path)?;
            Some(found.1.as_bytes().to_vec())
        })
    }

    #[test]
    fn files_are_followed_through_others() {
        let found = find("@startuml\n!include style.iuml\n!$j = %load_json(\"d.json\")\n@enduml");
        let expected = [
            "slides/t/pu/style.iuml",
            "slides/t/pu/d.json",
            "slides/t/pu/sub/deep.iuml",
            "slides/common.iuml",
            "slides/t/pu/sub/i.png",
        ];
        assert_eq!(found.files, expected.map(PathBuf::from));
        assert_eq!(found.problems, []);
        assert_eq!(found.sources.len(), 3);
    }

    #[test]
    fn what_is_not_in_the_course_is_refused_with_its_line() {
        let check = |target: &str| {
            let problem =
                find(&format!("@startuml\n!include {target}\n@enduml")).problems.remove(0);
            assert_eq!(problem.code, code::INCLUDE_REFUSED);
            assert_eq!(problem.location.unwrap().line, Some(2));
        };
        check("../../../../outside.iuml");
        check("/etc/passwd");
        check("https://example.org/a.iuml");
    }

    #[test]
    fn missing_picture_is_reported_in_the_file_that_shows_it() {
        let problem = find("A -> B : <img:none.png>").problems.remove(0);
        assert_eq!(problem.code, code::IMAGE_MISSING);
        assert_eq!(problem.location.unwrap().to_string(), "slides/t/pu/x.pu:1");
    }

    #[test]
    fn missing_computed_and_built_in_sources_are_left_to_plantuml() {
        assert_eq!(
            find("!include none.iuml\n!include $x.iuml\n!include <C4/C4>"),
            Includes::default()
        );
    }

    #[test]
    fn paths_become_absolute_in_their_places() {
        let source = "!include ../a.iuml!part\nA : <img:i.png> <img:k.png>\n!theme own from t\n!include <C4/C4>";
        let text = with_absolute_paths(Path::new("s/pu/x.pu"), source, Path::new("/laid"));
        let expected = "!include /laid/s/a.iuml!part\nA : <img:/laid/s/pu/i.png> <img:/laid/s/pu/k.png>\n\
                        !theme own from /laid/s/pu/t\n!include <C4/C4>\n";
        assert_eq!(text, expected);
    }
}
