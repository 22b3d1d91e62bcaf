//! Components of keys: those that sources use stand in the guide. Principal function: [`check`].

use super::tree::{Finding, Tree};

const PAGE: &str = "docs/guide/caching.md";

/// Where keys of results are made.
const SOURCES: [&str; 8] = [
    "crates/clx-build/src/key.rs",
    "crates/clx-build/src/notebook.rs",
    "crates/clx-cli/src/command/images.rs",
    "crates/clx-kernel/src/identity.rs",
    "crates/clx-notebook/src/identity.rs",
    "crates/clx-worker-drawio/src/identity.rs",
    "crates/clx-worker-notebook/src/run.rs",
    "crates/clx-worker-plantuml/src/identity.rs",
];

/// What stands before the name of a component.
const CALLS: [&str; 3] = [".with(\"", ".with_hash(\"", "let name = format!(\""];

/// Finds components that the page does not name.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let page = tree.file(PAGE).map_or("", |file| &file.text);
    let sources = SOURCES.iter().filter_map(|path| tree.file(path));
    let lines = sources.flat_map(|file| file.production().map(move |line| (file, line)));
    let names =
        lines.flat_map(|(file, (number, line))| names(line).map(move |name| (file, number, name)));
    names
        .filter(|(_, _, name)| !page.contains(&format!("`{name}`")))
        .map(|(file, number, name)| {
            let message = format!("the component `{name}` of a key is not named in {PAGE}");
            Finding::new(&file.path, number, message)
        })
        .collect()
}

/// Returns the names in a line; of one that is put together, the words before its first value.
fn names(line: &str) -> impl Iterator<Item = &str> {
    CALLS.into_iter().flat_map(move |call| {
        line.split(call).skip(1).filter_map(|rest| {
            let name = rest.split(['"', '{']).next().unwrap_or_default().trim();
            (!name.is_empty()).then_some(name)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::tree::expect;
    use super::*;

    #[test]
    fn components_that_the_page_does_not_name_are_found() {
        let source = "\
            key.with(\"author\", a).with_hash(\"new\", b)\n\
            let name = format!(\"file {}\", path.display());\n\
            let name = format!(\"picture {}\", path.display());\n\
            #[cfg(test)]\n\
            key.with(\"test\", c)\n";
        let tree =
            Tree::of(&[(SOURCES[0], source), (PAGE, "| `author` | x |\n| *`file` PATH* | y |")]);
        expect(
            &check(&tree),
            &[
                "crates/clx-build/src/key.rs:1: the component `new` of a key is not named in docs/guide/caching.md",
                "crates/clx-build/src/key.rs:3: the component `picture` of a key is not named in docs/guide/caching.md",
            ],
        );
    }
}
