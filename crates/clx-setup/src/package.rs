//! Installs pinned packages into a virtual environment, by Python's own clients. Principal function:
//! [`install`].

use std::fs;
use std::path::Path;
use std::time::Duration;

use clx_process::Spawn;

use crate::command::run;
use crate::error::{At, CommandFault, SetupError};
use crate::requirement::python_in;
use crate::unit::Unit;

const ENVIRONMENT_LIMIT: Duration = Duration::from_secs(5 * 60);

/// 50 MB on a slow line.
const PACKAGES_LIMIT: Duration = Duration::from_secs(30 * 60);

/// No package but those of the lock, no program of a package is run, no question is asked.
const OPTIONS: &[&str] = &[
    "--require-hashes",
    "--no-deps",
    "--only-binary=:all:",
    "--no-input",
    "--progress-bar=off",
    "--disable-pip-version-check",
    "--quiet",
];

/// Makes a virtual environment.
///
/// # Errors
/// [`SetupError::Command`], [`SetupError::TimeLimit`], [`SetupError::Process`].
pub(crate) fn make_environment(python: &Path, folder: &Path) -> Result<(), SetupError> {
    let folder = folder.to_string_lossy();
    run(python, &["-m", "venv", &folder], ENVIRONMENT_LIMIT, adapt)?.expect(fault)
}

/// Installs the lock of a unit into the environment in `folder`.
///
/// # Errors
/// As [`make_environment`]; [`SetupError::Io`].
pub(crate) fn install(unit: Unit, folder: &Path) -> Result<(), SetupError> {
    let requirements = folder.join("requirements.txt");
    fs::write(&requirements, unit.lock()).at("write", &requirements)?;
    let requirements = requirements.to_string_lossy();
    let args = [&["-m", "pip", "install"], OPTIONS, &["--requirement", &requirements]].concat();
    run(&python_in(folder), &args, PACKAGES_LIMIT, adapt)?.expect(fault)
}

/// Ends with us, and installs nowhere else: where to fetch from is the user's business, what and
/// where to is ours.
fn adapt(spawn: Spawn) -> Spawn {
    let elsewhere = ["PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PYTHONHOME", "PYTHONPATH"];
    let spawn = spawn.guarded(true).env("PIP_USER", "0").env("PYTHONNOUSERSITE", "1");
    elsewhere.into_iter().fold(spawn, Spawn::env_remove)
}

/// Returns the version of an installed package, by the folder of its metadata.
pub(crate) fn installed_version(folder: &Path, package: &str) -> Option<String> {
    let version = |name: &str| {
        let rest = name.strip_prefix(package)?.strip_prefix('-')?;
        rest.strip_suffix(".dist-info").map(str::to_owned)
    };
    let pythons = fs::read_dir(folder.join("lib")).ok()?.filter_map(Result::ok);
    pythons
        .filter_map(|python| fs::read_dir(python.path().join("site-packages")).ok())
        .flat_map(|packages| packages.filter_map(Result::ok))
        .find_map(|entry| version(entry.file_name().to_str()?))
}

/// Reads from the output of a package client why it failed.
pub(crate) fn fault(output: &str) -> Option<CommandFault> {
    let marks: [(CommandFault, &[&str]); 4] = [
        (CommandFault::DiskFull, &["No space left on device", "Disk quota exceeded"]),
        (CommandFault::HashMismatch, &["DO NOT MATCH THE HASHES"]),
        (
            CommandFault::Network,
            &[
                "connection broken by",
                "Max retries exceeded",
                "HTTPSConnectionPool",
                "Temporary failure in name resolution",
                "Temporary failure resolving",
                "HTTP error",
                "CERTIFICATE_VERIFY_FAILED",
            ],
        ),
        (CommandFault::NotOffered, &["No matching distribution found"]),
    ];
    let said = |words: &&[&str]| words.iter().any(|word| output.contains(word));
    marks.into_iter().find(|(_, words)| said(words)).map(|(fault, _)| fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_tells_the_fault() {
        let check = |output: &str, expected: Option<CommandFault>| {
            assert_eq!(fault(output), expected, "{output}");
        };
        let not_offered = "ERROR: No matching distribution found for deno==2.9.8";
        let no_name = "WARNING: Retrying (Retry(total=0)) after connection broken by \
            'NewConnectionError('Failed to establish a new connection')': /simple/deno/";
        check(not_offered, Some(CommandFault::NotOffered));
        // pip says the same afterwards if it reached no index at all.
        check(&format!("{no_name}\n{not_offered}"), Some(CommandFault::Network));
        let tampered = "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.";
        check(&format!("{no_name}\n{tampered}"), Some(CommandFault::HashMismatch));
        let full = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left \
            on device";
        check(full, Some(CommandFault::DiskFull));
        check("Traceback (most recent call last):", None);
    }

    #[test]
    fn version_is_that_of_the_package_with_the_full_name() {
        let folder = tempfile::tempdir().unwrap();
        let packages = folder.path().join("lib/python3.11/site-packages");
        for name in ["deno", "deno-2.9.8.dist-info", "denotes-1.0.dist-info"] {
            fs::create_dir_all(packages.join(name)).unwrap();
        }
        assert_eq!(installed_version(folder.path(), "deno").as_deref(), Some("2.9.8"));
        assert_eq!(installed_version(folder.path(), "den"), None);
    }
}
