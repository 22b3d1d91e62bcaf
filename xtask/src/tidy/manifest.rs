//! Manifests and the list of crates. Principal functions: [`versions`], [`listed`].

use super::tree::{Finding, SourceFile, Tree};
use super::workspace::Workspace;

const LIST: &str = "crates/README.md";

/// Finds dependencies of members that do not take their version from the root.
pub(super) fn versions(tree: &Tree) -> Vec<Finding> {
    let members = tree.files().iter().filter(|file| is_member(&file.path));
    members.flat_map(own_versions).collect()
}

/// Directories that are workspaces of their own.
const OTHERS: [&str; 2] = ["bench/", "fuzz/"];

/// Tells whether a path is a manifest of the workspace, without its root.
fn is_member(path: &str) -> bool {
    let is_other = OTHERS.iter().any(|directory| path.starts_with(directory));
    path.ends_with("/Cargo.toml") && !is_other && !path.contains("/tests/")
}

fn own_versions(file: &SourceFile) -> Vec<Finding> {
    let mut in_table = false;
    let mut findings = Vec::new();
    for (number, line) in file.lines().map(|(number, line)| (number, line.trim())) {
        if let Some(header) = line.strip_prefix('[') {
            in_table = header.trim_end_matches(']').ends_with("dependencies");
            if !in_table && header.contains("dependencies.") {
                let message = "write a dependency on one line, with `workspace = true`".to_owned();
                findings.push(Finding::new(&file.path, number, message));
            }
        } else if in_table && !line.is_empty() && !line.starts_with('#') {
            let words: String = line.split_whitespace().collect();
            if !words.contains("workspace=true") {
                let name = line.split(['.', '=', ' ']).next().unwrap_or_default();
                let message = format!("the version of `{name}` belongs in the root manifest");
                findings.push(Finding::new(&file.path, number, message));
            }
        }
    }
    findings
}

/// Finds crates that `crates/README.md` does not name.
pub(super) fn listed(workspace: &Workspace, tree: &Tree) -> Vec<Finding> {
    let list = tree.file(LIST).map_or("", |file| &file.text);
    let crates = workspace.crates.iter().filter(|member| member.directory.starts_with("crates/"));
    crates
        .filter(|member| !list.contains(&format!("`{}`", member.name)))
        .map(|member| Finding::new(LIST, 1, format!("`{}` is not listed", member.name)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tree::expect;
    use super::*;

    fn check(manifest: &str, expected: &[&str]) {
        expect(&versions(&Tree::of(&[("crates/a/Cargo.toml", manifest)])), expected);
    }

    #[test]
    fn inherited_versions_are_in_order() {
        check("[dependencies]\nserde.workspace = true\n# why\nb = { workspace = true }\n", &[]);
        check("[package]\nversion = \"1\"\n[features]\nx = []\n", &[]);
    }

    #[test]
    fn own_versions_are_found() {
        check(
            "[dev-dependencies]\nserde = \"1\"\n",
            &["crates/a/Cargo.toml:2: the version of `serde` belongs in the root manifest"],
        );
        check(
            "[dependencies.serde]\nversion = \"1\"\n",
            &["crates/a/Cargo.toml:1: write a dependency on one line, with `workspace = true`"],
        );
    }

    #[test]
    fn every_crate_is_listed() {
        let workspace = Workspace::of(&[("clx-a", &[]), ("clx-b", &[])]);
        let tree = Tree::of(&[(LIST, "| `clx-a` | words |")]);
        expect(&listed(&workspace, &tree), &["crates/README.md:1: `clx-b` is not listed"]);
    }
}
