//! Kernels and renderers for the demo, tests and benchmarks: set up by `clx` itself. Principal functions:
//! [`set_up`], [`variables`].

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::TaskError;
use crate::run::Program;

/// The only failure that must not be passed over: a package is not the one that was tested.
const HASH_MISMATCH: &str = "CLX0705";

/// What `clx setup` prints with `--format json`.
#[derive(Debug, Deserialize)]
struct Listing {
    tools_dir: String,
    tools: Vec<Tool>,
}

#[derive(Debug, Deserialize)]
struct Tool {
    name: String,
    path: Option<String>,
    problem: Option<Problem>,
}

#[derive(Debug, Deserialize)]
struct Problem {
    code: String,
    message: String,
    hint: Option<String>,
}

/// Sets tools up. Those that cannot be had here, such as without network, are named loudly, and the
/// task goes on without them.
pub(crate) fn set_up(root: &Path) -> Result<(), TaskError> {
    for what in ["kernels", "plantuml", "drawio"] {
        set_up_by(&clx(root, &format!("setup {what} --format json")))?;
    }
    Ok(())
}

/// Does the same by a command of one's own that prints JSON; returns the prefixes of what is there.
pub(crate) fn set_up_by(program: &Program) -> Result<Vec<PathBuf>, TaskError> {
    let Listing { tools_dir, tools } = list(program)?;
    let missing = complaints(&tools)?;
    if missing.is_empty() {
        let names: Vec<_> = tools.iter().map(|tool| tool.name.as_str()).collect();
        crate::say(&format!("{} in {tools_dir}", names.join(", ")));
    }
    missing.iter().for_each(|line| crate::say(line));
    Ok(tools.into_iter().filter_map(|tool| tool.path).map(PathBuf::from).collect())
}

/// Returns the variables by which tests find the tools that are set up, also those that are set up on
/// request only.
pub(crate) fn variables(root: &Path) -> Result<Vec<(&'static str, OsString)>, TaskError> {
    let Listing { tools_dir, tools } = list(&clx(root, "setup --format json"))?;
    let of_kernel = |tool: &&Tool| tool.name.starts_with("kernel ");
    let prefixes: Vec<_> =
        tools.iter().filter(of_kernel).filter_map(|tool| tool.path.as_deref()).collect();
    let mut variables = vec![
        ("CLX_TOOLS_DIR", OsString::from(&tools_dir)),
        ("CLX_TEST_KERNELS", OsString::from(prefixes.join(":"))),
    ];
    let named = |name| tools.iter().find(|tool| tool.name == name)?.path.as_deref();
    if let Some(jar) = named("plantuml") {
        variables.push(("CLX_TEST_PLANTUML_JAR", jar.into()));
    }
    // The viewer lies deep in the folder of its unit, which lies in the tool folder.
    let below = named("drawio").and_then(|viewer| Path::new(viewer).strip_prefix(&tools_dir).ok());
    if let Some(unit) = below.and_then(|viewer| viewer.components().next()) {
        variables.push(("CLX_TEST_DRAWIO", Path::new(&tools_dir).join(unit).into()));
    }
    Ok(variables)
}

fn clx(root: &Path, words: &str) -> Program {
    Program::new(root, &format!("cargo run --quiet --bin clx -- {words}"))
}

fn list(program: &Program) -> Result<Listing, TaskError> {
    crate::say(&format!("$ {}", program.shown()));
    // A kernel that lacks is in the list, and in the exit status.
    let text = program.read_whatever_status()?;
    serde_json::from_str(&text)
        .map_err(|source| TaskError::Json { command: program.shown(), source })
}

/// Says which tools lack, line by line.
fn complaints(tools: &[Tool]) -> Result<Vec<String>, TaskError> {
    let mut lines = Vec::new();
    for Tool { name, problem, .. } in tools {
        let Some(Problem { code, message, hint }) = problem else { continue };
        if code == HASH_MISMATCH {
            return Err(TaskError::Tampered { tool: name.clone() });
        }
        lines.push(format!("!!! NO {}: {message}", name.to_uppercase()));
        lines.extend(hint.as_ref().map(|hint| format!("!!!   hint: {hint}")));
        lines.push("!!!   what needs it is SKIPPED or not executed".to_owned());
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tools(code: &str) -> Vec<Tool> {
        let problem = Problem {
            code: code.to_owned(),
            message: "no network".to_owned(),
            hint: Some("plug in".to_owned()),
        };
        let ready =
            Tool { name: "kernel a".to_owned(), path: Some("/a".to_owned()), problem: None };
        vec![ready, Tool { name: "kernel b".to_owned(), path: None, problem: Some(problem) }]
    }

    #[test]
    fn kernel_that_lacks_is_named_with_its_hint() {
        let lines = complaints(&tools("CLX0704")).unwrap();
        assert_eq!(lines[..2], ["!!! NO KERNEL B: no network", "!!!   hint: plug in"]);
    }

    #[test]
    fn wrong_hash_is_not_passed_over() {
        assert!(matches!(
            complaints(&tools(HASH_MISMATCH)),
            Err(TaskError::Tampered { tool }) if tool == "kernel b"
        ));
    }
}
