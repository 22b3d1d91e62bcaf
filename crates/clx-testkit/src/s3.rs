//! A server of object storage of one's own: moto, which speaks S3. Principal type: [`S3Server`].

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clx_process::{Child, Spawn};
use rustix::process::{Pid, Signal, kill_process};

use crate::http::answers_ok;
use crate::port::free_port;

/// How long the server may take to start.
const LIMIT: Duration = Duration::from_secs(60);

/// The variable that names the Python interpreter beside which moto is installed; `cargo xtask test` sets
/// it, and with it the variables with secrets.
const PYTHON: &str = "CLX_TEST_PYTHON";

/// The bucket that every server has.
pub const BUCKET: &str = "courses";

/// Secrets that any server takes, by the names of their variables.
pub const SECRETS: [(&str, &str); 2] =
    [("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")];

/// A running server with an empty bucket. It keeps objects in memory and is killed when it is dropped.
pub struct S3Server {
    port: u16,
    child: Child,
}

impl S3Server {
    /// Returns the program, or says that the test is skipped.
    #[must_use]
    #[expect(clippy::print_stdout, reason = "whoever runs the test shall see that it is skipped")]
    pub fn program() -> Option<PathBuf> {
        let python = std::env::var_os(PYTHON).filter(|path| !path.is_empty());
        let program = python.map(|python| PathBuf::from(python).with_file_name("moto_server"));
        if program.is_none() {
            println!("SKIPPED: {PYTHON} names no Python with moto; `cargo xtask test` sets it up");
        }
        program
    }

    /// Starts a server on a free port of the loopback interface.
    #[must_use]
    pub fn start(program: &PathBuf) -> Self {
        Self::start_at(program, "127.0.0.1", free_port())
    }

    /// Starts a server at an address.
    #[must_use]
    pub fn start_at(program: &PathBuf, address: &str, port: u16) -> Self {
        let port_text = port.to_string();
        let command = Spawn::new(program).args(["-H", address, "-p", &port_text]).guarded(true);
        let child = command.start().unwrap();
        let server = Self { port, child };
        let deadline = Instant::now() + LIMIT;
        while !answers_ok(address, port, "PUT", &format!("/{BUCKET}")) {
            assert!(Instant::now() < deadline, "moto does not answer:\n{}", server.child.tail());
            std::thread::park_timeout(Duration::from_millis(20));
        }
        server
    }

    /// Stops the server for a time; connections stay open, and nobody gets an answer.
    pub fn pause(&self, time: Duration) {
        let process = Pid::from_raw(i32::try_from(self.child.pid()).unwrap()).unwrap();
        kill_process(process, Signal::STOP).unwrap();
        let end = Instant::now() + time;
        while let Some(left) = end.checked_duration_since(Instant::now()) {
            std::thread::park_timeout(left);
        }
        kill_process(process, Signal::CONT).unwrap();
    }

    /// Returns its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the address of its bucket as clx takes it.
    #[must_use]
    pub fn store(&self) -> String {
        store_at("127.0.0.1", self.port)
    }
}

/// Returns the address of a server's bucket as clx takes it.
#[must_use]
pub fn store_at(address: &str, port: u16) -> String {
    format!("s3://{BUCKET}/clx?endpoint=http://{address}:{port}&region=eu-central-1")
}
