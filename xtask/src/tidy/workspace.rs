//! The crates of the workspace and what they depend on. Principal type: [`Workspace`].

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::error::TaskError;
use crate::run::Program;

/// The members of the workspace.
#[derive(Debug)]
pub(super) struct Workspace {
    /// Ordered by name.
    pub(super) crates: Vec<Member>,
}

/// A member of the workspace.
#[derive(Debug)]
pub(super) struct Member {
    /// Name of the package.
    pub(super) name: String,
    /// Directory below the root, with `/`.
    pub(super) directory: String,
    /// Names of the packages it needs to be built; those of its tests are left out.
    pub(super) dependencies: BTreeSet<String>,
}

impl Workspace {
    /// Asks cargo for the members.
    pub(super) fn read(root: &Path) -> Result<Self, TaskError> {
        let program = Program::new(root, "cargo metadata --format-version 1 --no-deps");
        let metadata: Value = serde_json::from_str(&program.read()?)
            .map_err(|source| TaskError::Json { command: program.shown(), source })?;
        Ok(Self::from_metadata(&metadata, &root.to_string_lossy()))
    }

    fn from_metadata(metadata: &Value, root: &str) -> Self {
        let packages = metadata["packages"].as_array().into_iter().flatten();
        let mut crates: Vec<_> = packages.map(|package| member(package, root)).collect();
        crates.sort_by(|a, b| a.name.cmp(&b.name));
        Self { crates }
    }
}

fn member(package: &Value, root: &str) -> Member {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let manifest = text(&package["manifest_path"]);
    let below = manifest.strip_prefix(root).unwrap_or(&manifest);
    let directory = below.trim_start_matches('/').trim_end_matches("/Cargo.toml").to_owned();
    let dependencies = package["dependencies"].as_array().into_iter().flatten();
    let built = dependencies.filter(|dependency| dependency["kind"].as_str() != Some("dev"));
    let dependencies = built.map(|dependency| text(&dependency["name"])).collect();
    Member { name: text(&package["name"]), directory, dependencies }
}

#[cfg(test)]
impl Workspace {
    /// Makes a workspace of made-up crates and their dependencies.
    pub(super) fn of(crates: &[(&str, &[&str])]) -> Self {
        let member = |&(name, dependencies): &(&str, &[&str])| Member {
            name: name.to_owned(),
            directory: format!("crates/{name}"),
            dependencies: dependencies.iter().map(|&name| name.to_owned()).collect(),
        };
        Self { crates: crates.iter().map(member).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_of_tests_are_left_out() {
        let metadata = serde_json::json!({ "packages": [{
            "name": "clx-a",
            "manifest_path": "/r/crates/clx-a/Cargo.toml",
            "dependencies": [
                { "name": "serde", "kind": null },
                { "name": "cc", "kind": "build" },
                { "name": "tempfile", "kind": "dev" },
            ],
        }]});
        let workspace = Workspace::from_metadata(&metadata, "/r");
        let member = &workspace.crates[0];
        assert_eq!((&*member.name, &*member.directory), ("clx-a", "crates/clx-a"));
        assert_eq!(member.dependencies.iter().collect::<Vec<_>>(), ["cc", "serde"]);
    }
}
