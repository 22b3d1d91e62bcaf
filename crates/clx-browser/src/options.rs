//! Which browser is used and how. Principal type: [`BrowserOptions`].

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Names of the programs, the lightest first.
const PROGRAMS: [&str; 4] =
    ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];

/// Which browser to start, and where it may write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrowserOptions {
    /// The program, see [`find_program`].
    pub program: PathBuf,
    /// The directory in which each browser gets a private one, removed with it; made if missing.
    /// See [`Browser::remove_leftovers`](crate::Browser::remove_leftovers).
    pub base: PathBuf,
    /// How long the browser may take until it answers, by default 120 s.
    pub launch_limit: Duration,
    /// Whether its pages are shut in by the browser itself; by default they are.
    pub sandbox: Sandbox,
    /// What its pages reach beside what they are served; by default nothing.
    pub reach: Reach,
}

/// What pages of a browser reach by the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// Nothing.
    #[default]
    Nothing,
    /// Servers of this machine, at 127.0.0.1.
    Loopback,
}

/// Whether a browser shuts its pages in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sandbox {
    /// It does, unless the user is `root`, as whom Chromium refuses to.
    #[default]
    On,
    /// Something around the browser does, such as a container, in which it lacks the rights to.
    Off,
}

impl BrowserOptions {
    /// Makes options with the default limit.
    #[must_use]
    pub const fn new(program: PathBuf, base: PathBuf) -> Self {
        Self {
            program,
            base,
            launch_limit: Duration::from_secs(120),
            sandbox: Sandbox::On,
            reach: Reach::Nothing,
        }
    }

    pub(crate) fn arguments(&self, profile: &Path) -> Vec<String> {
        let mut arguments: Vec<String> = FLAGS.map(str::to_owned).into();
        arguments.push(format!("--user-data-dir={}", profile.display()));
        if self.sandbox == Sandbox::Off || rustix::process::geteuid().is_root() {
            arguments.push("--no-sandbox".to_owned());
        }
        if self.reach == Reach::Loopback {
            // Of options that are given twice the last one counts.
            arguments.push("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1".to_owned());
        }
        arguments
    }
}

/// What each browser is started with; some of it changes pictures.
pub const FLAGS: [&str; 21] = [
    "--headless",
    "--remote-debugging-pipe",
    // Nothing leaves: not by name, not by a proxy of the environment, not by the browser itself.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-breakpad",
    "--mute-audio",
    // The same pixels on every machine with the same fonts.
    "--disable-gpu",
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
    "--disable-lcd-text",
    "--hide-scrollbars",
    // Containers have 64 MB of shared memory.
    "--disable-dev-shm-usage",
    // Pages work although nobody looks at them.
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
];

/// Finds a Chromium in a search path as `PATH` has it.
#[must_use]
pub fn find_program(search_path: &OsStr) -> Option<PathBuf> {
    let candidates = PROGRAMS
        .iter()
        .flat_map(|name| std::env::split_paths(search_path).map(move |folder| folder.join(name)));
    candidates.into_iter().find(|path| is_program(path))
}

fn is_program(path: &Path) -> bool {
    path.is_absolute()
        && path
            .metadata()
            .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn sandbox_is_left_out_only_if_asked_for_or_as_root() {
        let options = BrowserOptions::new("browser".into(), "base".into());
        let is_left_out = |options: &BrowserOptions| {
            options.arguments(Path::new("profile")).contains(&"--no-sandbox".to_owned())
        };
        assert_eq!(is_left_out(&options), rustix::process::geteuid().is_root());
        assert!(is_left_out(&BrowserOptions { sandbox: Sandbox::Off, ..options }));
    }

    #[test]
    fn lightest_program_of_the_path_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (folder.path().join("a"), folder.path().join("b"));
        let add = |folder: &Path, name: &str, mode| {
            fs::create_dir_all(folder).unwrap();
            fs::write(folder.join(name), "").unwrap();
            fs::set_permissions(folder.join(name), fs::Permissions::from_mode(mode)).unwrap();
        };
        let path = std::env::join_paths([&first, &second]).unwrap();
        assert_eq!(find_program(&path), None);
        add(&first, "chromium", 0o755);
        add(&second, "chromium-headless-shell", 0o644);
        assert_eq!(find_program(&path), Some(first.join("chromium")));
        add(&second, "chromium-headless-shell", 0o755);
        assert_eq!(find_program(&path), Some(second.join("chromium-headless-shell")));
    }
}
