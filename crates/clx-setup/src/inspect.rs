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
    /// Such as `java` or `kernel java`.
    pub name: String,
    /// The program or folder, if there is one that works.
    pub path: Option<PathBuf>,
    /// Its version, if it works.
    pub version: Option<String>,
    /// What lacks, if it does not work.
    pub problem: Option<Diagnostic>,
    /// Whether clx lacks something without it that it does unless told otherwise.
    pub is_needed: bool,
}

/// Tries the programs that units are built on, and looks at the units.
#[must_use]
pub fn inspect(tools: &ToolFolder, system: &System) -> Vec<ToolReport> {
    let programs = [
        ("python3", Requirement::Python { oldest: Unit::Python.oldest_python() }, true),
        ("java", Requirement::Java, true),
        ("clang-repl", Requirement::ClangRepl, false),
    ];
    let programs =
        programs.map(|(name, requirement, needed)| of_program(name, requirement, needed, system));
    programs.into_iter().chain(Unit::ALL.map(|unit| of_unit(tools, unit))).collect()
}

/// Looks at one unit, without running anything.
#[must_use]
pub fn of_unit(tools: &ToolFolder, unit: Unit) -> ToolReport {
    let name = format!("kernel {}", unit.name());
    let is_needed = Unit::DEFAULT_KERNELS.contains(&unit);
    let broken = |message| Diagnostic::error(code::NOT_SET_UP, "setup", message);
    let problem = match status(tools, unit) {
        Status::Ready(installed) => {
            let (path, version) = (Some(installed.folder), Some(installed.version));
            return ToolReport { name, path, version, problem: None, is_needed };
        }
        Status::Missing => broken(format!("{name} is not set up")),
        Status::Broken(flaw) => broken(format!("{name} does not work: {flaw}")),
    };
    let hint = format!("run `clx setup kernels --language {}`", unit.name());
    let problem = Some(problem.with_hint(hint));
    ToolReport { name, path: None, version: None, problem, is_needed }
}

fn of_program(
    name: &str,
    requirement: Requirement,
    is_needed: bool,
    system: &System,
) -> ToolReport {
    let (path, version, problem) = match requirement.find(system) {
        Ok(program) => (Some(program.path), Some(program.version), None),
        Err(error) => (None, None, Some(error.diagnostic())),
    };
    ToolReport { name: name.to_owned(), path, version, problem, is_needed }
}
