//! A registry of images of one's own. Principal type: [`Registry`].

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use clx_process::{Child, Spawn};
use tempfile::TempDir;

use crate::http::answers_ok;
use crate::port::free_port;

const PROGRAM: &str = "/usr/bin/docker-registry";

/// How long it may take to start.
const LIMIT: Duration = Duration::from_secs(60);

/// A running `docker-registry` without passwords; ends when dropped or when this process dies. Engines
/// take one on the loopback interface without a certificate.
pub struct Registry {
    port: u16,
    /// Killed before its directory goes.
    child: Child,
    _directory: TempDir,
}

impl Registry {
    /// Starts one that has no images.
    #[must_use]
    pub fn start() -> Self {
        assert!(
            Path::new(PROGRAM).exists(),
            "`{PROGRAM}` is missing: install it, on Debian the package `docker-registry`, as `cargo xtask \
             test` does"
        );
        let directory = tempfile::tempdir().unwrap();
        let (file, data) = (directory.path().join("config.yml"), directory.path().join("data"));
        let port = free_port();
        let text = format!(
            "version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {}\nhttp:\n  addr: 127.0.0.1:{port}\n",
            data.display()
        );
        fs::write(&file, text).unwrap();
        let file = file.display().to_string();
        let child = Spawn::new(PROGRAM).args(["serve", &file]).guarded(true).start().unwrap();
        let registry = Self { port, child, _directory: directory };
        let end = Instant::now() + LIMIT;
        while !answers_ok("127.0.0.1", port, "GET", "/v2/") {
            let tail = registry.child.tail();
            assert!(Instant::now() < end, "the registry does not answer:\n{tail}");
            std::thread::park_timeout(Duration::from_millis(20));
        }
        registry
    }

    /// Returns what stands before the names of its images.
    #[must_use]
    pub fn prefix(&self) -> String {
        format!("127.0.0.1:{}/courses", self.port)
    }
}
