//! The shape of sources: length, module pages, and who may start processes. Principal functions:
//! [`long_files`], [`pages`], [`processes`].

use super::tree::{Finding, Tree};
use super::workspace::Workspace;

/// Lines before the inline tests at most.
const MAX_LINES: usize = 400;

/// Crates that consist of tests.
const TEST_SUPPORT: &[&str] = &["clx-testkit"];

/// Crates that start processes.
const STARTS_PROCESSES: &[&str] = &["clx-process"];

/// Finds files that should be split.
pub(super) fn long_files(tree: &Tree) -> Vec<Finding> {
    let is_production = |path: &str| {
        path.contains("src/") && !TEST_SUPPORT.iter().any(|name| path.contains(&format!("{name}/")))
    };
    tree.rust()
        .filter(|file| is_production(&file.path))
        .map(|file| (file, file.production().count()))
        .filter(|(_, n_lines)| *n_lines > MAX_LINES)
        .map(|(file, n_lines)| {
            let message =
                format!("{n_lines} lines before the tests, {MAX_LINES} at most: split it");
            Finding::new(&file.path, MAX_LINES, message)
        })
        .collect()
}

/// Finds crates without a page (`//!`, two lines at least) at their root.
pub(super) fn pages(workspace: &Workspace, tree: &Tree) -> Vec<Finding> {
    // A crate with both has its page in the library.
    let files = workspace.crates.iter().filter_map(|member| {
        let root = |name: &str| tree.file(&format!("{}/src/{name}", member.directory));
        root("lib.rs").or_else(|| root("main.rs"))
    });
    let short = files
        .filter(|file| file.text.lines().take_while(|line| line.starts_with("//!")).count() < 2);
    let message = "a crate begins with what it is for: two lines of `//!` at least";
    short.map(|file| Finding::new(&file.path, 1, message.to_owned())).collect()
}

/// Finds crates that start processes though it is not their business.
pub(super) fn processes(tree: &Tree) -> Vec<Finding> {
    let starts = |line: &str| {
        line.split_once("std::process::").is_some_and(|(_, rest)| {
            rest.split(|c: char| !c.is_alphanumeric()).any(|word| word == "Command")
        })
    };
    let sources = tree
        .rust()
        .filter(|file| file.crate_source().is_some_and(|name| !STARTS_PROCESSES.contains(&name)));
    let lines = sources.flat_map(|file| file.production().map(move |line| (file, line)));
    lines
        .filter(|(_, (_, line))| starts(line))
        .map(|(file, (number, _))| {
            let message = "only clx-process starts processes, so that none outlives its parent";
            Finding::new(&file.path, number, message.to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tree::expect;
    use super::*;

    #[test]
    fn only_lines_before_the_tests_count() {
        let lines = |n: usize| "x\n".repeat(n);
        let check = |text: &str, expected: &[&str]| {
            expect(&long_files(&Tree::of(&[("crates/clx-a/src/a.rs", text)])), expected);
        };
        check(&lines(400), &[]);
        check(&format!("{}#[cfg(test)]\n{}", lines(400), lines(300)), &[]);
        check(
            &lines(401),
            &["crates/clx-a/src/a.rs:400: 401 lines before the tests, 400 at most: split it"],
        );
    }

    #[test]
    fn crate_begins_with_its_page() {
        let workspace = Workspace::of(&[("clx-a", &[]), ("clx-b", &[])]);
        let tree = Tree::of(&[
            ("crates/clx-a/src/lib.rs", "//! Words.\n//!\n//! More.\n"),
            ("crates/clx-b/src/lib.rs", "//! Words.\nmod x;\n"),
        ]);
        expect(
            &pages(&workspace, &tree),
            &[
                "crates/clx-b/src/lib.rs:1: a crate begins with what it is for: two lines of `//!` at least",
            ],
        );
    }

    #[test]
    fn processes_are_started_in_one_crate_only() {
        let text = "use std::process::{Command, Stdio};\nuse std::process::ExitCode;\n";
        let tree = Tree::of(&[
            ("crates/clx-process/src/lib.rs", text),
            ("crates/clx-a/src/lib.rs", text),
            ("crates/clx-a/tests/a.rs", text),
        ]);
        expect(
            &processes(&tree),
            &[
                "crates/clx-a/src/lib.rs:1: only clx-process starts processes, so that none outlives its parent",
            ],
        );
    }
}
