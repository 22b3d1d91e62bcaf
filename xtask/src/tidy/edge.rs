//! Who may depend on whom, as `docs/architecture.md` says. Principal function: [`check`].
//!
//! The page holds two fenced blocks. In ```` ```edges ````, a line names a crate and the crates of
//! the workspace that it may use; `*` stands for all. In ```` ```owners ````, a line names a foreign
//! crate and those that alone may use it. The page is the table, so that the two cannot drift.

use std::collections::BTreeMap;

use super::tree::{Finding, SourceFile, Tree};
use super::workspace::{Member, Workspace};

const PAGE: &str = "docs/architecture.md";

/// A left side, with its line and the names on the right.
type Table<'p> = BTreeMap<&'p str, (usize, Vec<&'p str>)>;

/// Compares the dependencies of all members with the page.
pub(super) fn check(workspace: &Workspace, tree: &Tree) -> Vec<Finding> {
    let Some(page) = tree.file(PAGE) else {
        return vec![Finding::new(PAGE, 1, "the page of the allowed edges is missing".to_owned())];
    };
    let edges = table(page, "```edges");
    let owners = table(page, "```owners");
    let is_ours = |name: &&&str| workspace.crates.iter().any(|member| member.name == **name);
    let mut findings: Vec<_> = edges
        .iter()
        .flat_map(|(name, (line, rest))| {
            let named = std::iter::once(name).chain(rest).filter(|name| **name != "*");
            named.filter(|name| !is_ours(name)).map(|name| (*line, *name))
        })
        .map(|(line, name)| Finding::new(PAGE, line, format!("there is no crate `{name}`")))
        .collect();
    for member in &workspace.crates {
        findings.extend(edges_of(member, workspace, &edges));
        findings.extend(foreign_of(member, &owners));
    }
    findings
}

fn edges_of(member: &Member, workspace: &Workspace, edges: &Table<'_>) -> Vec<Finding> {
    let manifest = format!("{}/Cargo.toml", member.directory);
    let Some((_, allowed)) = edges.get(&*member.name) else {
        let message = format!("`{}` is missing in the edges of {PAGE}", member.name);
        return vec![Finding::new(&manifest, 1, message)];
    };
    let ours = |name: &&String| workspace.crates.iter().any(|other| other.name == **name);
    let forbidden = |name: &&String| !allowed.contains(&name.as_str()) && !allowed.contains(&"*");
    let names = member.dependencies.iter().filter(ours).filter(forbidden);
    names
        .map(|name| {
            let message = format!("`{}` must not depend on `{name}` ({PAGE})", member.name);
            Finding::new(&manifest, 1, message)
        })
        .collect()
}

fn foreign_of(member: &Member, owners: &Table<'_>) -> Vec<Finding> {
    let manifest = format!("{}/Cargo.toml", member.directory);
    let foreign = member.dependencies.iter().filter_map(|name| {
        let (_, allowed) = owners.get(name.as_str())?;
        (!allowed.contains(&&*member.name)).then(|| {
            let message = format!("only {} may use `{name}` ({PAGE})", allowed.join(", "));
            Finding::new(&manifest, 1, message)
        })
    });
    foreign.collect()
}

/// Reads the lines `name: name, name` of a fenced block; none if the block is missing.
fn table<'p>(page: &'p SourceFile, fence: &str) -> Table<'p> {
    let block = page.lines().skip_while(|(_, line)| *line != fence).skip(1);
    let lines = block.take_while(|(_, line)| *line != "```");
    let split = lines.filter_map(|(number, line)| Some((number, line.split_once(':')?)));
    let names = |text: &'p str| text.split(',').map(str::trim).filter(|name| !name.is_empty());
    split.map(|(number, (name, rest))| (name.trim(), (number, names(rest).collect()))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tree::expect;
    use super::*;

    const TEXT: &str = "\
```edges
clx-a:
clx-b: clx-a
clx-t: *
```
```owners
clap: clx-b
```
";

    fn check_dependencies(crates: &[(&str, &[&str])], expected: &[&str]) {
        let tree = Tree::of(&[(PAGE, TEXT)]);
        expect(&check(&Workspace::of(crates), &tree), expected);
    }

    #[test]
    fn edges_of_the_page_are_allowed() {
        check_dependencies(
            &[("clx-a", &["serde"]), ("clx-b", &["clx-a", "clap"]), ("clx-t", &["clx-a", "clx-b"])],
            &[],
        );
    }

    #[test]
    fn other_edges_are_found() {
        check_dependencies(
            &[("clx-a", &["clx-b", "clap"]), ("clx-b", &[]), ("clx-t", &[])],
            &[
                "crates/clx-a/Cargo.toml:1: `clx-a` must not depend on `clx-b` (docs/architecture.md)",
                "crates/clx-a/Cargo.toml:1: only clx-b may use `clap` (docs/architecture.md)",
            ],
        );
    }

    #[test]
    fn page_and_workspace_name_the_same_crates() {
        check_dependencies(
            &[("clx-a", &[]), ("clx-b", &[]), ("clx-new", &[])],
            &[
                "docs/architecture.md:4: there is no crate `clx-t`",
                "crates/clx-new/Cargo.toml:1: `clx-new` is missing in the edges of docs/architecture.md",
            ],
        );
    }

    #[test]
    fn workers_are_built_without_pools_gateways_and_engines() {
        let workspace = Workspace::read(&crate::root::repository().unwrap()).unwrap();
        let member = |name: &str| workspace.crates.iter().find(|member| member.name == name);
        let workers = workspace.crates.iter().filter(|one| one.name.starts_with("clx-worker"));
        let mut needed: Vec<&str> = workers.map(|worker| &*worker.name).collect();
        assert_eq!(needed.len(), 4);
        let mut next = 0;
        while let Some(name) = needed.get(next).copied() {
            for dependency in member(name).into_iter().flat_map(|member| &member.dependencies) {
                if !needed.contains(&&**dependency) {
                    needed.push(dependency);
                }
            }
            next += 1;
        }
        for name in ["clx-pool", "clx-gateway", "clx-images", "clx-backend-sqlite", "bollard"] {
            assert!(!needed.contains(&name), "workers need {name}");
        }
        assert!(needed.contains(&"clx-core"));
    }
}
