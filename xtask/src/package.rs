//! Packages of the system that tests and benchmarks need. Principal functions: [`set_up`], [`install`].

use std::ffi::OsString;
use std::path::Path;

use crate::error::TaskError;
use crate::python::Environment;
use crate::run::Program;

/// Where what tests need of Python lies, and what that is.
const ENVIRONMENT: (&str, &str) = ("target/python", "tests/python/requirements.txt");

/// Where the system keeps its versions of PostgreSQL, and the oldest that does.
const POSTGRES: (&str, u32) = ("/usr/lib/postgresql", 15);

/// The pooler that tests put in front of it.
const POOLER: &str = "/usr/sbin/pgbouncer";

/// The registry to which tests push images.
const REGISTRY: &str = "/usr/bin/docker-registry";

/// Installs the servers that tests start, where they lack and the system lets us. Tests use programs of
/// the packages only, never a server that a package starts.
pub(crate) fn set_up(root: &Path) -> Result<(), TaskError> {
    provide(root, "postgresql-15", has_postgres);
    provide(root, "pgbouncer", || Path::new(POOLER).exists());
    provide(root, "docker-registry", || Path::new(REGISTRY).exists());
    let (directory, requirements) = ENVIRONMENT;
    if let Err(error) = Environment::set_up(root, directory, requirements) {
        crate::say(&error.to_string());
        crate::say(
            "!!! NO PYTHON ENVIRONMENT: tests with object storage, and those against jupytext, are SKIPPED",
        );
    }
    Ok(())
}

/// Returns the variables by which tests find the environment, if it is there, and what opens its object
/// storage, which takes any secret.
pub(crate) fn variables(root: &Path) -> Vec<(&'static str, OsString)> {
    let interpreter = root.join(ENVIRONMENT.0).join("bin/python");
    if !interpreter.exists() {
        return Vec::new();
    }
    vec![
        ("CLX_TEST_PYTHON", interpreter.into()),
        ("AWS_ACCESS_KEY_ID", "test".into()),
        ("AWS_SECRET_ACCESS_KEY", "test".into()),
    ]
}

fn provide(root: &Path, package: &str, is_there: impl Fn() -> bool) {
    if !is_there() {
        install(root, package);
    }
    if !is_there() {
        crate::say(&format!("!!! NO {}: tests that need it FAIL", package.to_uppercase()));
        crate::say(&format!("!!!   hint: on Debian, apt-get install {package}"));
    }
}

fn has_postgres() -> bool {
    let (directory, oldest) = POSTGRES;
    let versions = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let version = |name: &str| name.parse::<u32>().ok();
    versions
        .filter(|entry| entry.file_name().to_str().and_then(version) >= Some(oldest))
        .any(|entry| entry.path().join("bin/postgres").exists())
}

/// Installs a package; fails quietly, the caller looks for itself.
pub(crate) fn install(root: &Path, package: &str) {
    let apt = format!("apt-get install --yes --no-install-recommends {package}");
    let program = Program::new(root, &apt).variable("DEBIAN_FRONTEND", "noninteractive");
    if let Err(error) = program.run() {
        crate::say(&error.to_string());
    }
}
