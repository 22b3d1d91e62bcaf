//! The build that counts: in a directory of its own, so that the ordinary one stays warm. Principal
//! type: [`Build`].

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::error::TaskError;
use crate::root;
use crate::run::Program;

/// Compiles a crate of the workspace; Cargo compiles the others without it, so they count nothing.
///
/// With relocation, programs count in a file that they have mapped, and what was counted stays when
/// they are killed. The first argument is the compiler. Other shells than bash drop variables with a hyphen,
/// such as those by which tests find programs.
const WRAPPER: &str = "\
#!/usr/bin/env bash
exec \"$@\" -C instrument-coverage -C llvm-args=-runtime-counter-relocation
";

/// A file for each program, which its processes share: `%c` maps it, `%m` is what the program counts.
const COUNTERS: &str = "%c%m.profraw";

/// Where instrumented programs lie, and what they count.
#[derive(Debug)]
pub(super) struct Build {
    root: PathBuf,
    directory: PathBuf,
    wrapper: PathBuf,
    counters: PathBuf,
}

impl Build {
    /// Prepares a directory for a build of the sources below `root`.
    pub(super) fn new(root: &Path, directory: PathBuf) -> Result<Self, TaskError> {
        let (wrapper, counters) = (directory.join("rustc-counting"), directory.join("counters"));
        fs::create_dir_all(&counters).map_err(at(&counters))?;
        fs::write(&wrapper, WRAPPER).map_err(at(&wrapper))?;
        let executable = fs::Permissions::from_mode(0o755);
        fs::set_permissions(&wrapper, executable).map_err(at(&wrapper))?;
        Ok(Self { root: root.to_owned(), directory, wrapper, counters })
    }

    /// Removes what earlier runs have counted.
    pub(super) fn forget(&self) -> Result<(), TaskError> {
        self.counters()?.iter().try_for_each(|file| fs::remove_file(file).map_err(at(file)))
    }

    /// Returns the files of counters.
    pub(super) fn counters(&self) -> Result<Vec<PathBuf>, TaskError> {
        root::entries(&self.counters)
    }

    /// Returns a command of Cargo that builds here, and whose programs count.
    pub(super) fn cargo(&self, words: &str) -> Program {
        let cargo = Program::new(&self.root, &format!("cargo {words}"))
            .variable("CARGO_TARGET_DIR", &self.directory)
            .variable("RUSTC_WORKSPACE_WRAPPER", &self.wrapper);
        self.counting(cargo)
    }

    /// Tells an instrumented program, and all that it starts, where to count.
    pub(super) fn counting(&self, program: Program) -> Program {
        program.variable("LLVM_PROFILE_FILE", self.counters.join(COUNTERS))
    }

    /// Returns all programs with tests, and all that tests start.
    pub(super) fn programs(&self) -> Result<Vec<PathBuf>, TaskError> {
        let words = "nextest list --workspace --list-type binaries-only --message-format json";
        let program = self.cargo(words);
        let list: Value = serde_json::from_str(&program.read()?)
            .map_err(|source| TaskError::Json { command: program.shown(), source })?;
        Ok(paths(&list))
    }
}

fn paths(list: &Value) -> Vec<PathBuf> {
    let meta = &list["rust-build-meta"];
    let target = Path::new(meta["target-directory"].as_str().unwrap_or_default());
    let tests = list["rust-binaries"].as_object().into_iter().flat_map(|all| all.values());
    let tests = tests.filter_map(|test| test["binary-path"].as_str().map(PathBuf::from));
    let others = meta["non-test-binaries"].as_object().into_iter().flat_map(|all| all.values());
    let others = others.flat_map(|of_package| of_package.as_array().into_iter().flatten());
    let others = others.filter(|other| other["kind"] == "bin-exe");
    let others = others.filter_map(|other| other["path"].as_str().map(|path| target.join(path)));
    tests.chain(others).collect()
}

#[cfg(test)]
impl Build {
    /// Returns a command of the compiler whose program counts.
    pub(super) fn compiler(&self, words: &str) -> Program {
        Program::new(&self.root, &format!("{} {words}", self.wrapper.display()))
    }
}

fn at(path: &Path) -> impl Fn(io::Error) -> TaskError {
    move |source| TaskError::Io { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_those_with_tests_and_those_that_tests_start() {
        let list = serde_json::json!({
            "rust-build-meta": {
                "target-directory": "/target",
                "non-test-binaries": {
                    "a": [
                        { "kind": "bin-exe", "path": "debug/a" },
                        { "kind": "dylib", "path": "debug/a.so" },
                    ],
                },
            },
            "rust-binaries": { "a::b": { "binary-path": "/target/debug/deps/b-1" } },
        });
        let expected = ["/target/debug/deps/b-1", "/target/debug/a"].map(PathBuf::from);
        assert_eq!(paths(&list), expected);
    }
}
