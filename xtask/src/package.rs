//! Packages of the system that tests and benchmarks need. Principal functions: [`set_up`], [`install`].

use std::path::Path;

use crate::error::TaskError;
use crate::run::Program;

/// Where the system keeps its versions of PostgreSQL, and the oldest that does.
const POSTGRES: (&str, u32) = ("/usr/lib/postgresql", 15);

/// The pooler that tests put in front of it.
const POOLER: &str = "/usr/sbin/pgbouncer";

/// Installs the servers that tests start, where they lack and the system lets us. Tests use programs of
/// the packages only, never a server that a package starts.
pub(crate) fn set_up(root: &Path) -> Result<(), TaskError> {
    provide(root, "postgresql-15", has_postgres);
    provide(root, "pgbouncer", || Path::new(POOLER).exists());
    Ok(())
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
