//! The version of a browser, without starting a page. Principal function: [`program_version`].

use std::io::Read;
use std::path::Path;
use std::time::Duration;

use clx_process::{Exit, Spawn, Stdout, Waited};

use crate::error::BrowserError;

const LIMIT: Duration = Duration::from_secs(60);

/// Returns what the program says to `--version`, such as `Chromium 156.0.8078.79`. Takes a tenth of a
/// second.
///
/// # Errors
/// [`BrowserError::Start`], [`BrowserError::Version`].
pub fn program_version(program: &Path) -> Result<String, BrowserError> {
    let start = |source| BrowserError::Start { source };
    let unknown = || BrowserError::Version { program: program.to_owned() };
    // What it has to complain of goes to the tail and is no part of the version.
    let spawn = Spawn::new(program).arg("--version").stdout(Stdout::Piped).guarded(true);
    let mut child = spawn.start().map_err(start)?;
    let stdout = child.take_stdout();
    let waited = child.wait(LIMIT).map_err(start)?;
    if waited != Waited::Exited(Exit::Status(0)) {
        return Err(unknown());
    }
    let mut version = String::new();
    // The group is dead by now, so the pipe ends; a version fits into its buffer.
    stdout.ok_or_else(unknown)?.take(4096).read_to_string(&mut version).map_err(|_| unknown())?;
    Some(version.trim().to_owned()).filter(|version| !version.is_empty()).ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn version_is_what_the_program_prints_without_its_complaints() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("browser");
        let version = |script: &str| {
            fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
            fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
            program_version(&program)
        };
        assert_eq!(version("echo noise >&2; echo ' Browser 1.2 '").unwrap(), "Browser 1.2");
        for script in ["echo Browser 1.2; exit 1", "true"] {
            let error = version(script).unwrap_err();
            assert!(matches!(error, BrowserError::Version { .. }), "{error}");
        }
    }
}
