//! Places that mean something on one machine only: directories and hosts. Principal function:
//! [`check`].

use std::path::Path;

use super::tree::{Finding, Tree};

/// Users that examples may name.
const EXAMPLE_USERS: &[&str] = &["me", "you", "user"];

/// Finds paths of this machine and hosts of package registries.
pub(super) fn check(tree: &Tree, root: &Path) -> Vec<Finding> {
    let needles = Needles::new(root);
    let mut findings = Vec::new();
    for file in tree.files() {
        for (number, line) in file.lines() {
            let mut found = |message| findings.push(Finding::new(&file.path, number, message));
            if let Some(path) = needles.path_in(line) {
                found(format!("`{path}` is a path of one machine"));
            }
            // A lock file names the index of the default registry, wherever it is mirrored.
            let is_lock = file.path.ends_with("Cargo.lock");
            if let Some(host) = needles.hosts.iter().find(|host| !is_lock && line.contains(*host)) {
                found(format!("`{host}` is the host of a package registry"));
            }
        }
    }
    findings
}

/// What to look for, put together from pieces: this file is checked, too.
struct Needles {
    directories: Vec<String>,
    homes: String,
    hosts: Vec<String>,
}

impl Needles {
    fn new(root: &Path) -> Self {
        let mut directories: Vec<_> = ["work", "root"].map(|name| format!("/{name}/")).into();
        // A checkout directly below `/` has a name that may mean anything.
        if root.components().count() > 2 {
            directories.push(format!("{}/", root.display()));
        }
        let hosts = [("crates", "io"), ("pypi", "org"), ("npmjs", "org"), ("pythonhosted", "org")];
        let hosts = hosts.map(|(name, top)| format!("{name}.{top}")).into();
        Self { directories, homes: format!("/{}/", "home"), hosts }
    }

    fn path_in(&self, line: &str) -> Option<&str> {
        let directory = self.directories.iter().find(|directory| holds_path(line, directory));
        directory.or_else(|| self.is_home_in(line).then_some(&self.homes)).map(String::as_str)
    }

    fn is_home_in(&self, line: &str) -> bool {
        let users = line.split(&self.homes).skip(1).filter_map(|rest| rest.split('/').next());
        let mut real = users.filter(|user| {
            user.starts_with(|first: char| first.is_ascii_alphanumeric())
                && !EXAMPLE_USERS.contains(user)
        });
        real.next().is_some()
    }
}

/// Tells whether an absolute path is in a line: `a/b/` is none that begins with `/b/`.
fn holds_path(line: &str, path: &str) -> bool {
    let part_of_name = |before: char| before.is_alphanumeric() || "._-}>*/".contains(before);
    line.match_indices(path).any(|(start, _)| !line[..start].ends_with(part_of_name))
}

#[cfg(test)]
mod tests {
    use super::super::tree::expect;
    use super::*;

    fn check_line(line: &str, expected: &[&str]) {
        let tree = Tree::of(&[("a.md", line)]);
        expect(&check(&tree, Path::new("/builds/someone/clx")), expected);
    }

    #[test]
    fn paths_of_a_machine_are_found() {
        for path in [["", "work", "x"], ["", "root", "x"], ["", "home", "ann/x"]] {
            let path = path.join("/");
            let directory = &path[..6];
            check_line(&path, &[&format!("a.md:1: `{directory}` is a path of one machine")]);
        }
        check_line(
            "in /builds/someone/clx/target",
            &["a.md:1: `/builds/someone/clx/` is a path of one machine"],
        );
    }

    #[test]
    fn paths_that_only_look_alike_are_allowed() {
        check_line(&["slides", "work", "x"].join("/"), &[]);
        check_line(&["", "home", "me", "jobs.db"].join("/"), &[]);
        check_line(&["", "home", "{user}", "x"].join("/"), &[]);
    }

    #[test]
    fn hosts_of_registries_are_found() {
        let host = ["pypi", "org"].join(".");
        let line = format!("from https://{host}/simple");
        check_line(&line, &[&format!("a.md:1: `{host}` is the host of a package registry")]);
    }
}
