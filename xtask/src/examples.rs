//! The examples of crates, which the embedding guide shows: each runs to its end, and prints what the guide
//! says. Principal function: [`run`].

use std::fs;
use std::path::Path;

use crate::error::TaskError;
use crate::root::entries;
use crate::run::Program;

const PAGE: &str = "docs/guide/embedding.md";

/// Runs all examples below `crates/`.
pub(crate) fn run(root: &Path) -> Result<(), TaskError> {
    let path = root.join(PAGE);
    let page = fs::read_to_string(&path).map_err(|source| TaskError::Io { path, source })?;
    for member in entries(&root.join("crates"))? {
        let examples = member.join("examples");
        if !examples.is_dir() {
            continue;
        }
        let package = name(&member);
        for example in entries(&examples)? {
            let example = name(&example);
            // Without its package: for one alone, dependencies would be compiled again, with fewer features.
            let program = Program::new(root, &format!("cargo run --quiet --example {example}"));
            crate::say(&format!("$ {}", program.shown()));
            let printed = program.read()?;
            let command = format!("cargo run -p {package} --example {example}");
            if said(&page, &command).is_some_and(|said| said != printed) {
                crate::say(&printed);
                return Err(TaskError::Example { page: PAGE, command });
            }
        }
    }
    Ok(())
}

/// Returns what a page says that a command prints, if it says so.
fn said<'p>(page: &'p str, command: &str) -> Option<&'p str> {
    let (_, rest) = page.split_once(&format!("```console\n$ {command}\n"))?;
    rest.split_once("```").map(|(said, _)| said)
}

/// Returns the last part of a path, without extension.
fn name(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_says_what_a_command_prints() {
        let page = "```console\n$ cargo run -p a\nx\ny\n```\n";
        assert_eq!(said(page, "cargo run -p a"), Some("x\ny\n"));
        assert_eq!(said(page, "cargo run"), None);
    }
}
