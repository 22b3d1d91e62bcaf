//! What is on this machine, for people who wonder why something does not work. Principal function:
//! [`inspect`].

use std::path::PathBuf;

use clx_core::Diagnostic;

use crate::code;
use crate::requirement::Requirement;
use crate::status::{Status, status};
use crate::system::System;
use crate::tool_folder::ToolFolder;
use crate::unit::Unit;

/// One tool: a program of the system, or a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolReport {
    /// Such as `java`, `kernel java` or `plantuml`.
    pub name: String,
    /// The name of its kernel, if it is one, such as `python3`.
    pub kernel: Option<&'static str>,
    /// Whether it works.
    pub state: ToolState,
    /// The program, or the folder of a kernel, if it works.
    pub path: Option<PathBuf>,
    /// Its version, if it works.
    pub version: Option<String>,
    /// What lacks, if it does not work.
    pub problem: Option<Diagnostic>,
    /// Whether clx lacks something without it that it does unless told otherwise.
    pub is_needed: bool,
}

/// Whether a tool works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToolState {
    /// It does.
    Ready,
    /// It is not there.
    Missing,
    /// It is there and does not work.
    Broken,
}

impl ToolReport {
    fn missing(name: String, is_needed: bool, problem: Diagnostic) -> Self {
        let (state, problem) = (ToolState::Missing, Some(problem));
        Self { name, kernel: None, state, path: None, version: None, problem, is_needed }
    }

    fn ready(name: String, is_needed: bool, path: PathBuf, version: String) -> Self {
        let (state, path, version) = (ToolState::Ready, Some(path), Some(version));
        Self { name, kernel: None, state, path, version, problem: None, is_needed }
    }
}

/// Tries the programs that units are built on, and looks at the units.
#[must_use]
pub fn inspect(tools: &ToolFolder, system: &System) -> Vec<ToolReport> {
    let programs = [
        ("python3", Requirement::Python { oldest: Unit::Python.oldest_python() }, true),
        ("java", Requirement::Java, true),
        ("clang-repl", Requirement::ClangRepl, false),
        ("chromium", Requirement::Browser, false),
    ];
    let programs =
        programs.map(|(name, requirement, needed)| of_program(name, requirement, needed, system));
    programs.into_iter().chain(Unit::ALL.map(|unit| of_unit(tools, unit))).collect()
}

/// Looks at one unit, without running anything.
#[must_use]
pub fn of_unit(tools: &ToolFolder, unit: Unit) -> ToolReport {
    let (name, hint) = match unit.kernel() {
        Some(_) => {
            let hint = format!("run `clx setup kernels --language {}`", unit.name());
            (format!("kernel {}", unit.name()), hint)
        }
        None => (unit.name().to_owned(), format!("run `clx setup {}`", unit.name())),
    };
    let is_needed = Unit::DEFAULT_KERNELS.contains(&unit);
    let problem = |message: &str| {
        Diagnostic::error(code::NOT_SET_UP, "setup", format!("{name} {message}")).with_hint(hint)
    };
    let report = match status(tools, unit) {
        Status::Ready(installed) => {
            let path = match unit.kernel() {
                Some(_) => installed.folder,
                None => installed.program,
            };
            ToolReport::ready(name, is_needed, path, installed.version)
        }
        Status::Missing => {
            let problem = problem("is not set up");
            ToolReport::missing(name, is_needed, problem)
        }
        Status::Broken(flaw) => {
            let problem = problem(&format!("does not work: {flaw}"));
            let state = ToolState::Broken;
            ToolReport { state, ..ToolReport::missing(name, is_needed, problem) }
        }
    };
    ToolReport { kernel: unit.kernel(), ..report }
}

fn of_program(
    name: &str,
    requirement: Requirement,
    is_needed: bool,
    system: &System,
) -> ToolReport {
    let name = name.to_owned();
    match requirement.find(system) {
        Ok(program) => ToolReport::ready(name, is_needed, program.path, program.version),
        Err(error) => ToolReport::missing(name, is_needed, error.diagnostic()),
    }
}
