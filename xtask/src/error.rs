//! Why a task failed. Principal type: [`TaskError`].

use std::path::PathBuf;

/// Why a task failed. Tasks print one line, so a message names its source itself.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum TaskError {
    /// A file or directory cannot be read or written.
    #[error("cannot access {}: {source}", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    /// A line of a file of cases is no JSON object.
    #[error("{}:{line}: {source}", file.display())]
    Row { file: PathBuf, line: usize, source: serde_json::Error },
    /// The failure cases are not those that must be there, or a test of theirs does not exist.
    #[error("{}: {problem}", file.display())]
    Catalogue { file: PathBuf, problem: String },
    /// The report of the test runner cannot be read.
    #[error("{}: {source}", file.display())]
    Report { file: PathBuf, source: roxmltree::Error },
    /// The lines that a program was made of cannot be read from it.
    #[error("cannot read what {} counts: {problem}", file.display())]
    Mapping { file: PathBuf, problem: String },
    /// Tests run too few lines of these crates.
    #[error("tests run too few lines of: {}", names.join(", "))]
    Coverage { names: Vec<String> },
    /// Outputs differ from the recorded ones.
    #[error("{different} required rows differ")]
    Golden { different: usize },
    /// A program could not be started.
    #[error("cannot start `{command}`: {source}")]
    Start { command: String, source: std::io::Error },
    /// A program ran and failed.
    #[error("`{command}` failed with {status}")]
    Command { command: String, status: std::process::ExitStatus },
    /// A program printed something else than the JSON that was expected.
    #[error("`{command}` did not print the expected JSON: {source}")]
    Json { command: String, source: serde_json::Error },
    /// The broker did not come up.
    #[error("RabbitMQ did not listen on {address} within {seconds} s")]
    Broker { address: String, seconds: u64 },
    /// A page is not what its sources say.
    #[error("{} is not up to date: run `cargo xtask gen-docs`", path.display())]
    Outdated { path: PathBuf },
    /// A page says that an example prints something else.
    #[error("{page} says that `{command}` prints something else")]
    Example { page: &'static str, command: String },
    /// A package is not the one that was tested.
    #[error("a package of the {tool} has another hash than the lock says")]
    Tampered { tool: String },
    /// No Docker engine can be used, so nothing was done.
    #[error("{0}")]
    Engine(String),
    /// Images could not be built, or do not work.
    #[error("{0}")]
    Images(String),
    /// There is no fuzz target of this name.
    #[error("there is no target `{target}`: {}", names.join(", "))]
    NoSuchTarget { target: String, names: Vec<String> },
    /// Fuzz targets have found inputs that break something; they have been printed.
    #[error("fuzz: {findings} findings")]
    Fuzz { findings: usize },
    /// Rules of the house are broken; the findings have been printed.
    #[error("tidy: {findings} findings")]
    Tidy { findings: usize },
}

impl TaskError {
    /// Returns the exit status: 4 if what the task works with is not there, as with `clx` itself.
    pub(crate) const fn exit_status(&self) -> u8 {
        match self {
            Self::Engine(_) => 4,
            _ => 1,
        }
    }
}

impl From<clx_images::ImageError> for TaskError {
    fn from(error: clx_images::ImageError) -> Self {
        let problem = error.diagnostic();
        let mut text = format!("{} ({})", problem.message, problem.code);
        for line in problem.frame.iter().flat_map(|frame| frame.lines()) {
            text += "\n    ";
            text += line;
        }
        text += &problem.hint.map(|hint| format!("\n  hint: {hint}")).unwrap_or_default();
        if error.is_about_engine() { Self::Engine(text) } else { Self::Images(text) }
    }
}
