//! Layers, refusals and edits, with files in temp dirs.

mod edit;
mod layer;
mod problem;

use std::fs;
use std::path::PathBuf;

use crate::{Config, Sources};

/// A course and a home, with files as they are written.
struct Bench {
    directory: tempfile::TempDir,
    sources: Sources,
}

impl Bench {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        fs::create_dir(at("course")).unwrap();
        let sources = Sources {
            course: Some(at("course")),
            user: Some(at("home/clx/config.toml")),
            system: Some(at("etc/config.toml")),
            working_directory: at("work"),
            ..Sources::default()
        };
        Self { directory, sources }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> &Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn variable(&mut self, name: &str, value: &str) -> &mut Self {
        self.sources.variables.insert(name.into(), value.into());
        self
    }

    fn load(&self) -> Config {
        Config::load(&self.sources)
    }

    /// Codes of the problems, with their lines and columns.
    fn problems(&self) -> Vec<(String, Option<u32>, Option<u32>)> {
        let problems = self.load().problems().to_vec();
        let place = |problem: clx_core::Diagnostic| {
            let (line, column) =
                problem.location.map(|at| (at.line, at.column)).unwrap_or_default();
            (problem.code, line, column)
        };
        problems.into_iter().map(place).collect()
    }
}

const PROJECT: &str = "course/clx.toml";
const LOCAL: &str = "course/.clx/config.toml";
const USER: &str = "home/clx/config.toml";
const SYSTEM: &str = "etc/config.toml";
