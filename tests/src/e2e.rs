//! Runs the built `clx` on courses in temp dirs. Principal types: [`Clx`], [`TestCourse`].

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clx_config::{KEYS, Key};
use clx_core::{ActionResult, Artifact};
use clx_process::{Child, Exit, Spawn, Stdout, Waited};
use clx_store::{Store, StoreOptions};

/// Variables that say where tools and settings are.
const NOWHERE: [&str; 7] = [
    "HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "CLX_TOOLS_DIR",
    "JUPYTER_DATA_DIR",
    "JUPYTER_PATH",
    "PLANTUML_JAR",
];

/// Longest run of a command in these suites.
const LIMIT: Duration = Duration::from_secs(120);

/// The built program.
#[derive(Debug, Clone, Copy)]
pub struct Clx(pub &'static str);

/// What a command printed and how it ended.
#[derive(Debug)]
pub struct Run {
    /// Exit status.
    pub status: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Clx {
    /// Says how to start the program with these arguments. It finds no tool and no settings, whatever this
    /// machine and its user have.
    #[must_use]
    pub fn command(self, args: &[&str]) -> Spawn {
        self.prepare(Spawn::new(self.0).args(args))
    }

    /// Lets a command that starts the program find nothing.
    #[must_use]
    pub fn prepare(self, command: Spawn) -> Spawn {
        let own = KEYS.iter().map(Key::own_variable);
        let others = KEYS.iter().filter_map(|key| key.variable.map(str::to_owned));
        let unset = own.chain(others).fold(command, |spawn, name| spawn.env_remove(name));
        NOWHERE
            .into_iter()
            .fold(unset, |spawn, name| spawn.env(name, "/nonexistent"))
            .env("NO_COLOR", "1")
            .stdout(Stdout::Piped)
    }

    /// Runs the program to its end.
    #[must_use]
    pub fn run(self, args: &[&str]) -> Run {
        finish(self.command(args).start().expect("clx starts"))
    }

    /// Builds a spec of a course without running code or drawing diagrams.
    #[must_use]
    pub fn build(self, course: &TestCourse, spec: &str, args: &[&str]) -> Run {
        let spec = course.spec(spec);
        let spec = spec.to_str().expect("paths of tests are UTF-8");
        let without_tools = ["build", spec, "--execute", "never", "--diagrams", "if-available"];
        self.run(&[&without_tools, args].concat())
    }

    /// Says how to build a spec of a course, running code by the kernels below `kernels` (a directory
    /// with `share/jupyter/kernels`).
    #[must_use]
    pub fn executing(self, course: &TestCourse, kernels: &Path, args: &[&str]) -> Spawn {
        let spec = course.spec("course.xml");
        let spec = spec.to_str().expect("paths of tests are UTF-8");
        let path = kernels.join("share/jupyter");
        self.command(&[&["build", spec], args].concat()).env("JUPYTER_PATH", path)
    }
}

/// Waits for a started command and takes what it printed.
#[must_use]
pub fn finish(mut child: Child) -> Run {
    let mut stdout = String::new();
    if let Some(mut pipe) = child.take_stdout() {
        pipe.read_to_string(&mut stdout).expect("clx prints UTF-8");
    }
    let status = match child.wait(LIMIT).expect("the child can be waited for") {
        Waited::Exited(Exit::Status(status)) => status,
        Waited::Exited(Exit::Signal(signal)) => 128 + signal,
        Waited::TimedOut => panic!("clx did not end within {LIMIT:?}: {}", child.tail()),
    };
    Run { status, stdout, stderr: child.tail() }
}

impl Run {
    /// Fails unless the command ended with this status.
    #[track_caller]
    #[must_use]
    pub fn expect(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{}{}", self.stdout, self.stderr);
        self
    }

    /// Reads the one JSON object on standard output.
    #[track_caller]
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).expect("one JSON object")
    }

    /// Fails unless standard error has a line with all these words.
    #[track_caller]
    pub fn says(&self, words: &[&str]) {
        let found = self.stderr.lines().any(|line| words.iter().all(|word| line.contains(word)));
        assert!(found, "no line with {words:?} in:\n{}", self.stderr);
    }
}

/// A course in a temp dir.
#[derive(Debug)]
pub struct TestCourse {
    dir: tempfile::TempDir,
}

impl Default for TestCourse {
    fn default() -> Self {
        Self { dir: tempfile::tempdir().expect("a temp dir") }
    }
}

impl TestCourse {
    /// Copies a course of the repository, named relative to its root.
    #[must_use]
    pub fn copy_of(course: &str) -> Self {
        let this = Self::default();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(course);
        copy(&source, &this.root());
        this
    }

    /// Copies the sources of this course: neither outputs nor what builds remember.
    #[must_use]
    pub fn sources(&self) -> Self {
        let this = Self::default();
        copy(&self.root(), &this.root());
        this
    }

    /// Makes a Python course in German and English whose only section has these topics, each a
    /// notebook source.
    #[must_use]
    pub fn with_topics(topics: &[(&str, &str)]) -> Self {
        let this = Self::default();
        let mut ids = Vec::new();
        for (id, source) in topics {
            this.write(&format!("slides/module_100_m/topic_100_{id}/slides_{id}.py"), source);
            ids.push(format!("    <topic>{id}</topic>\n"));
        }
        this.write_spec(&ids.concat());
        this
    }

    /// Writes the spec `course.xml` with these lines as topics.
    pub fn write_spec(&self, topics: &str) {
        let spec = format!(
            "<course>\n  <name><de>Kurs</de><en>Course</en></name>\n  \
             <prog-lang>python</prog-lang>\n  <sections><section>\n    \
             <name><de>Teil</de><en>Part</en></name>\n    <topics>\n{topics}    </topics>\n  \
             </section></sections>\n</course>\n"
        );
        self.write("course-specs/course.xml", &spec);
    }

    /// Writes a file below the course root.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().expect("a file has a directory")).expect("made");
        std::fs::write(path, content).expect("written");
    }

    /// Removes a file or a directory below the course root, if it is there.
    pub fn remove(&self, path: &str) {
        let path = self.root().join(path);
        if path.is_dir() {
            std::fs::remove_dir_all(path).expect("removed");
        } else if path.exists() {
            std::fs::remove_file(path).expect("removed");
        }
    }

    /// Returns the course root.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        self.dir.path().join("course")
    }

    /// Returns the path of a spec by its file name.
    #[must_use]
    pub fn spec(&self, name: &str) -> PathBuf {
        self.root().join("course-specs").join(name)
    }

    /// Returns the results that the cache remembers, as `clx cache list` tells them.
    #[must_use]
    pub fn results(&self, clx: Clx) -> Vec<serde_json::Value> {
        let spec = self.spec("course.xml");
        let spec = spec.to_str().expect("paths of tests are UTF-8");
        let run = clx.run(&["cache", "list", spec, "--format", "json"]).expect(0);
        run.json()["results"].as_array().expect("a list").clone()
    }

    /// Builds until the trace of a build is kept, and returns the last one: an input that was written a
    /// moment before a build may have changed during it, as far as the clock of the file system tells.
    pub fn until_traced<T>(&self, build: impl Fn() -> T) -> T {
        for _ in 0..100 {
            let built = build();
            let traces = std::fs::read_dir(self.root().join(".clx/traces"));
            if traces.is_ok_and(|traces| traces.count() > 0) {
                return built;
            }
        }
        panic!("no build left a trace");
    }

    /// Makes every result that the cache remembers a wrong one: whoever looks one up is found out.
    pub fn poison(&self) {
        let store = Store::open(&self.root().join(".clx"), &StoreOptions::default());
        let store = store.expect("a store");
        let hash = store.put(b"poison").expect("put");
        for listed in store.list().expect("listed") {
            let artifacts = vec![Artifact { name: "text".to_owned(), hash, size: 6 }];
            let result = ActionResult { artifacts, ..ActionResult::default() };
            store.record(&listed.key, &result).expect("recorded");
        }
    }

    /// Returns the files below a directory of the course root, by their relative paths.
    #[must_use]
    pub fn files(&self, directory: &str) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        let base = self.root().join(directory);
        collect(&base, &base, &mut files);
        files
    }
}

fn copy(source: &Path, target: &Path) {
    std::fs::create_dir_all(target).expect("made");
    for entry in std::fs::read_dir(source).expect("a directory of the repository") {
        let entry = entry.expect("readable");
        // State and outputs of whoever built the course in place.
        if entry.file_name() == ".clx" || entry.file_name() == "output" {
            continue;
        }
        let path = target.join(entry.file_name());
        if entry.file_type().expect("known").is_dir() {
            copy(&entry.path(), &path);
        } else {
            std::fs::copy(entry.path(), path).expect("copied");
        }
    }
}

/// Takes what lies below a directory. What a build is replacing at this moment may be gone before it is read.
fn collect(base: &Path, directory: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    let Ok(entries) = std::fs::read_dir(directory) else { return };
    for entry in entries {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            collect(base, &path, files);
        } else {
            let relative = path.strip_prefix(base).expect("below the base").display().to_string();
            match std::fs::read(&path) {
                Ok(bytes) => drop(files.insert(relative, bytes)),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => panic!("{relative}: {error}"),
            }
        }
    }
}
