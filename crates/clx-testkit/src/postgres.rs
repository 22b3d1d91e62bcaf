//! A PostgreSQL server of one's own. Principal types: [`PostgresServer`], [`Pooler`].
//!
//! It is started from the system's packages, in a directory of its own that goes with it, on a Unix socket
//! there and on a free port of the loopback interface. It ends when it is dropped or this process dies,
//! however that happens. Where tests run as root, it runs as `nobody`: PostgreSQL refuses root.

mod pooler;
mod template;

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ChildStdin;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use clx_process::{Child, Spawn, Stdin, Waited};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::port::free_port;

pub use self::pooler::Pooler;

/// How long the server may take to start or to end.
const LIMIT: Duration = Duration::from_secs(60);

/// How often it is looked whether the server is ready.
const LOOK: Duration = Duration::from_millis(5);

/// Whom the server runs as if the tests run as root.
const NOBODY: u32 = 65_534;

/// Ends a server in order when standard input ends, so that nothing of it stays in the system. Without a
/// word before, the process of the test is gone, and the server's directory goes, too.
const KEEPER: &str = "exec 3<&0
directory=$1 signal=$2
shift 2
\"$@\" 3<&- &
server=$!
{
  read word <&3 || gone=1
  kill -$signal $server
  [ \"$gone\" ] || exit
  while kill -0 $server 2>/dev/null; do sleep 0.1; done
  for n in 1 2 3 4 5 6 7 8 9; do
    rm -rf \"$directory\" 2>/dev/null && exit
    sleep 0.2
  done
} &
wait $server";

/// A running server with a database `postgres` and a user `clx`, who may do all and needs no password.
pub struct PostgresServer {
    /// Ended before its directory goes.
    running: Option<Running>,
    directory: TempDir,
    settings: Vec<String>,
    port: u16,
    /// The process that was killed; its file stays until the next one writes its own.
    killed: Option<String>,
}

/// A process that a keeper ends.
struct Running {
    child: Child,
    lifeline: Option<ChildStdin>,
}

impl Running {
    /// Starts a program in a directory, to be ended by a signal.
    fn start(directory: &Path, signal: &str, program: &Path, args: &[String]) -> Self {
        let mut words = vec![directory.display().to_string(), signal.to_owned()];
        if is_root() {
            let user = NOBODY.to_string();
            words.extend(
                ["setpriv", "--reuid", &user, "--regid", &user, "--clear-groups"]
                    .map(str::to_owned),
            );
        }
        words.push(program.display().to_string());
        words.extend_from_slice(args);
        let mut child = Spawn::new("/bin/sh")
            .args(["-c", KEEPER, "keeper"])
            .args(words)
            .current_dir("/")
            .stdin(Stdin::Piped)
            .start()
            .unwrap();
        let lifeline = child.take_stdin();
        Self { child, lifeline }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut lifeline) = self.lifeline.take() {
            // One that has ended already does not read.
            let _unread = lifeline.write_all(b"stay\n");
        }
        // What does not end is killed with the child.
        let _ended = self.child.wait(LIMIT);
    }
}

impl PostgresServer {
    /// Starts a server with the usual settings.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts a server with settings such as `ssl=on`.
    #[must_use]
    pub fn start_with(settings: &[&str]) -> Self {
        let directory = tempfile::Builder::new().prefix("clx-pg").tempdir().unwrap();
        // Its user has to get at its part of it.
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
        template::copy_to(&directory.path().join("data"));
        let sockets = directory.path().join("run");
        fs::create_dir(&sockets).unwrap();
        give_to_server(&sockets);
        let settings = settings.iter().map(|&setting| setting.to_owned()).collect();
        let mut server = Self { directory, settings, port: 0, running: None, killed: None };
        server.restart();
        server
    }

    /// Returns the server that the tests of this process share.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<PostgresServer> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// Returns the name of a schema that no other test of this process uses.
    pub fn fresh_schema() -> String {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// Returns the address on the Unix socket.
    pub fn url(&self) -> String {
        socket_url(&self.sockets(), self.port)
    }

    /// Returns the address on the loopback interface.
    pub fn tcp_url(&self) -> String {
        format!("postgres://clx@127.0.0.1:{}/postgres", self.port)
    }

    /// Returns the directory of the Unix socket.
    pub fn sockets(&self) -> PathBuf {
        self.directory.path().join("run")
    }

    /// Returns the directory of its data, which belongs to the server's user.
    pub fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// Returns its port, on the loopback interface and in the name of the socket.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Gives a file to the server's user, so that only that user can read it.
    pub fn hand_over(&self, path: &Path) {
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
        give_to_server(path);
    }

    /// Lets clients of a network in, such as `10.0.0.0/8`, without a password; the server is started anew.
    pub fn let_in(&mut self, network: &str) {
        let rules = self.data().join("pg_hba.conf");
        let text = fs::read_to_string(&rules).unwrap();
        fs::write(&rules, format!("{text}host all all {network} trust\n")).unwrap();
        self.restart();
    }

    /// Kills the server as a crash would, with everything that it had not written.
    pub fn kill(&mut self) {
        let mut running = self.running.take().unwrap();
        let file = fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        let pid = file.lines().next().unwrap();
        kill_process(Pid::from_raw(pid.parse().unwrap()).unwrap(), Signal::KILL).unwrap();
        self.killed = Some(pid.to_owned());
        assert!(matches!(running.child.wait(LIMIT).unwrap(), Waited::Exited(_)));
    }

    /// Starts the server anew on its data and waits until it answers. One that runs is ended first.
    pub fn restart(&mut self) {
        self.running = None;
        let end = Instant::now() + LIMIT;
        loop {
            // Another process may take the port before the server does; then the next one will do.
            if self.port == 0 {
                self.port = free_port();
            }
            let mut running = Running::start(
                self.directory.path(),
                "QUIT",
                &template::program("postgres"),
                &self.arguments(),
            );
            match self.wait_until_ready(&mut running.child, end) {
                Ok(()) => {
                    self.running = Some(running);
                    return;
                }
                Err(output) => {
                    // Processes of a killed server take a moment to notice.
                    let is_passing = ["shared memory", "lock file", "Address already in use"];
                    let passes = is_passing.iter().any(|part| output.contains(part));
                    assert!(passes && Instant::now() < end, "the server does not start: {output}");
                }
            }
        }
    }

    fn arguments(&self) -> Vec<String> {
        let usual = [
            format!("port={}", self.port),
            format!("unix_socket_directories={}", self.sockets().display()),
            "listen_addresses=127.0.0.1".to_owned(),
            "max_connections=200".to_owned(),
            "fsync=off".to_owned(),
            "shared_buffers=32MB".to_owned(),
        ];
        let settings = usual.into_iter().chain(self.settings.iter().cloned());
        let mut words = vec!["-D".to_owned(), self.data().display().to_string()];
        words.extend(settings.flat_map(|setting| ["-c".to_owned(), setting]));
        words
    }

    fn wait_until_ready(&self, child: &mut Child, end: Instant) -> Result<(), String> {
        loop {
            if let Waited::Exited(_) = child.wait(LOOK).unwrap() {
                return Err(child.tail());
            }
            let file = fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
            let is_new = file.lines().next() != self.killed.as_deref();
            if is_new && file.lines().nth(7).is_some_and(|line| line.trim() == "ready") {
                return Ok(());
            }
            assert!(Instant::now() < end, "the server does not start: {}", child.tail());
        }
    }
}

fn socket_url(directory: &Path, port: u16) -> String {
    let host = directory.display().to_string().replace('/', "%2F");
    format!("postgres://clx@/postgres?host={host}&port={port}")
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn give_to_server(path: &Path) {
    if is_root() {
        std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    }
}
