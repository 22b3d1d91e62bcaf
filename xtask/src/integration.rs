//! `cargo xtask integration`: the suites that run real containers. Principal functions: [`run`],
//! [`prepare`], [`begin`].

use std::path::Path;

use clx_images::{Engine, ImageError};

use crate::build_images::{self, BuildImages};
use crate::error::TaskError;
use crate::run::{Background, Program};
use crate::{package, root, tool};

/// Set to 1 where an engine must be there: its absence is a failure then, not a notice.
const REQUIRED: &str = "CLX_REQUIRE_ENGINE";

/// Tells tests that there is an engine with the images of this version.
const FOR_TESTS: (&str, &str) = ("CLX_TEST_DOCKER", "1");

/// The tests that start containers.
const SUITES: &str = "binary(docker) | package(clx-images)";

/// Builds the images and runs the suites.
pub(crate) fn run() -> Result<(), TaskError> {
    let root = root::repository()?;
    if !prepare(&root)? {
        return Err(TaskError::Engine("the suites run nothing without a Docker engine".to_owned()));
    }
    tool::set_up(&root)?;
    let suites = Program::new(&root, "cargo nextest run --workspace -E").argument(SUITES);
    informed(&root, suites, true)?.run()
}

/// Builds the images if an engine answers; tells whether one does.
pub(crate) fn prepare(root: &Path) -> Result<bool, TaskError> {
    let has_engine = has_engine(root)?;
    if has_engine {
        build_images::run(&BuildImages::usual())?;
    }
    Ok(has_engine)
}

/// Begins to build the images beside other work if an engine answers.
pub(crate) fn begin(root: &Path) -> Result<Option<Background>, TaskError> {
    if !has_engine(root)? {
        return Ok(None);
    }
    let log = root::target(root).join("images.log");
    Program::this(root, "build-images")?.start_in_background(log).map(Some)
}

fn has_engine(root: &Path) -> Result<bool, TaskError> {
    let at = |source| TaskError::Io { path: root.to_owned(), source };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(at)?;
    match runtime.block_on(Engine::connect()) {
        Ok(_) => Ok(true),
        Err(error @ (ImageError::EngineNotRunning { .. } | ImageError::EngineTooOld { .. })) => {
            if std::env::var_os(REQUIRED).is_some_and(|value| value == "1") {
                return Err(error.into());
            }
            crate::say(&format!("!!! NO CONTAINERS: {error}"));
            crate::say("!!!   what needs them is SKIPPED; start a Docker engine to run it");
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

/// Tells the tests of `program` about the tools of this machine and whether there are containers.
pub(crate) fn informed(
    root: &Path,
    program: Program,
    has_containers: bool,
) -> Result<Program, TaskError> {
    let mut variables = tool::variables(root)?;
    variables.extend(package::variables(root));
    if has_containers {
        variables.push((FOR_TESTS.0, FOR_TESTS.1.into()));
    }
    Ok(variables.into_iter().fold(program, |program, (name, value)| program.variable(name, value)))
}
