//! The version of a browser, without starting a page. Principal function: [`program_version`].

use std::fs;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use clx_process::{Exit, Spawn, Stderr, Stdout, Waited};
use serde::{Deserialize, Serialize};

use crate::error::BrowserError;

const LIMIT: Duration = Duration::from_secs(60);

/// What a cache file says.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    /// Path, size and time of change of the program.
    trace: String,
    version: String,
}

/// Returns what the program says to `--version`, such as `Chromium 156.0.8078.79`. The answer is kept
/// in the file `cache` until the program changes, because asking takes a tenth of a second.
///
/// # Errors
/// [`BrowserError::Start`], [`BrowserError::Version`].
pub fn program_version(program: &Path, cache: &Path) -> Result<String, BrowserError> {
    let trace = trace_of(program);
    let known = fs::read(cache).ok().and_then(|json| serde_json::from_slice::<Known>(&json).ok());
    if let Some(known) = known.filter(|known| known.trace == trace) {
        return Ok(known.version);
    }
    let version = ask(program)?;
    let known = Known { trace, version };
    // A cache that cannot be written costs time only.
    serde_json::to_vec(&known).ok().and_then(|json| fs::write(cache, json).ok());
    Ok(known.version)
}

fn trace_of(program: &Path) -> String {
    let trace = |data: fs::Metadata| (data.len(), data.mtime(), data.mtime_nsec());
    format!("{} {:?}", program.display(), fs::metadata(program).map(trace).ok())
}

fn ask(program: &Path) -> Result<String, BrowserError> {
    let start = |source| BrowserError::Start { source };
    let unknown = || BrowserError::Version { program: program.to_owned() };
    let spawn = Spawn::new(program).arg("--version").guarded(true);
    // What it has to complain of is no part of the version.
    let mut child = spawn.stdout(Stdout::Piped).stderr(Stderr::Tail).start().map_err(start)?;
    let stdout = child.take_stdout();
    let exit = child.wait(LIMIT).map_err(start)?;
    let mut version = String::new();
    // The group is dead by now, so the pipe ends. A version is shorter than a pipe's buffer.
    stdout.ok_or_else(unknown)?.take(4096).read_to_string(&mut version).map_err(|_| unknown())?;
    let version = version.trim();
    if exit == Waited::Exited(Exit::Status(0)) && !version.is_empty() {
        Ok(version.to_owned())
    } else {
        Err(unknown())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn program_is_asked_again_only_when_it_has_changed() {
        let folder = tempfile::tempdir().unwrap();
        let (program, cache) = (folder.path().join("browser"), folder.path().join("cache"));
        let asked = folder.path().join("asked");
        let write = |version: &str| {
            let text = format!(
                "#!/bin/sh\necho noise >&2\necho x >>{}\necho 'Browser {version}'",
                asked.display()
            );
            fs::write(&program, text).unwrap();
            fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        };
        let check = |version: &str, n_asked: usize| {
            assert_eq!(program_version(&program, &cache).unwrap(), version);
            assert_eq!(fs::read_to_string(&asked).unwrap().lines().count(), n_asked);
        };
        write("1");
        check("Browser 1", 1);
        check("Browser 1", 1);
        write("2.0");
        check("Browser 2.0", 2);
        fs::write(&program, "#!/bin/sh\nexit 1\n").unwrap();
        let error = program_version(&program, &cache).unwrap_err();
        assert!(matches!(error, BrowserError::Version { .. }));
    }
}
