//! A queue and a store that hosts share, and hosts that work. Principal types: [`Stage`], [`Host`].

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use clx_process::{Child, Exit, Spawn, Stdin};
use clx_testkit::fake_kernel::{FakeKernel, FakeStart};
use clx_testkit::postgres::PostgresServer;
use clx_testkit::s3::{S3Server, SECRETS, store_at};
use clx_tests::e2e::{Clx, Run, TestCourse, finish};
use tempfile::TempDir;

use crate::network::Network;

pub(crate) const CLX: Clx = Clx(env!("CARGO_BIN_EXE_clx-e2e"));

/// Longest wait for what must come.
const LIMIT: Duration = Duration::from_secs(120);

/// What hosts share, and kernels for those that work.
pub(crate) struct Stage {
    pub(crate) queue: String,
    /// Where the hosts are that work, if not all are one.
    network: Option<Network>,
    store: Shared,
    kernels: TempDir,
}

/// Where blobs are.
enum Shared {
    Folder(TempDir),
    Bucket(S3Server),
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::at(&PostgresServer::shared().url())
    }

    /// Makes a stage with the queue on a server of its own.
    pub(crate) fn at(url: &str) -> Self {
        let kernels = tempfile::tempdir().unwrap();
        FakeKernel::new(FakeStart::Ready).install(kernels.path(), "python3");
        Self {
            queue: format!("{url}&schema={}", PostgresServer::fresh_schema()),
            network: None,
            store: Shared::Folder(tempfile::tempdir().unwrap()),
            kernels,
        }
    }

    /// Makes a stage of a network, at whose centre are the servers.
    pub(crate) fn on(network: Network, server: &PostgresServer, bucket: S3Server) -> Self {
        let center = network.center();
        let url = format!("postgres://clx@{center}:{}/postgres?connect_timeout=2", server.port());
        Self { network: Some(network), store: Shared::Bucket(bucket), ..Self::at(&url) }
    }

    pub(crate) fn network(&self) -> &Network {
        self.network.as_ref().unwrap()
    }

    /// Makes a stage with blobs in a server of object storage.
    pub(crate) fn with_bucket(server: S3Server) -> Self {
        Self { store: Shared::Bucket(server), ..Self::new() }
    }

    pub(crate) fn store(&self) -> String {
        match &self.store {
            Shared::Folder(folder) => format!("file://{}", folder.path().display()),
            Shared::Bucket(server) => match &self.network {
                Some(network) => store_at(&network.center().to_string(), server.port()),
                None => server.store(),
            },
        }
    }

    /// Has the object storage answer nobody for a time.
    pub(crate) fn pause_store(&self, time: Duration) {
        let Shared::Bucket(server) = &self.store else { panic!("no server to pause") };
        server.pause(time);
    }

    /// Starts a host with so many workers for notebooks and waits until it works.
    pub(crate) fn host(&self, workers: u32) -> Host {
        let mut host = self.start_host(workers);
        host.line("works for builds that name the store");
        host
    }

    /// Starts a host.
    pub(crate) fn start_host(&self, workers: u32) -> Host {
        self.start_as(workers, CLX.command(&[]))
    }

    /// Starts a host of the network and waits until it works.
    pub(crate) fn host_at(&self, number: u8, workers: u32) -> Host {
        let mut host = self.start_as(workers, CLX.prepare(self.network().on(number, CLX.0)));
        host.line("works for builds that name the store");
        host
    }

    fn start_as(&self, workers: u32, command: Spawn) -> Host {
        let state = tempfile::tempdir().unwrap();
        let command = command
            .args(["pool", "run", "--queue", &self.queue, "--store", &self.store()])
            .args(["--metrics", "127.0.0.1:0"])
            .args(["--kind", "notebook", "--notebook-workers", &workers.to_string()])
            .arg("--state-dir")
            .arg(state.path())
            .env("JUPYTER_PATH", self.kernels.path().join("share/jupyter"))
            .env("CLX_EXECUTION__SPARE_KERNELS", "0")
            .stdin(Stdin::Null);
        let command = with_secrets(command);
        let mut child = command.start().unwrap();
        let stdout = BufReader::new(child.take_stdout().unwrap());
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        Host { child, lines, printed: Vec::new(), _state: state }
    }

    /// Builds a course on a host without kernels.
    pub(crate) fn build(&self, course: &TestCourse, args: &[&str]) -> Run {
        finish(self.start_build(course, args))
    }

    pub(crate) fn start_build(&self, course: &TestCourse, args: &[&str]) -> Child {
        let spec = course.spec("course.xml");
        let command = CLX
            .command(&["build", spec.to_str().unwrap(), "--diagrams", "if-available"])
            .args(["--queue", &self.queue, "--store", &self.store()])
            .args(args);
        with_secrets(command).start().unwrap()
    }

    /// Builds a course in one process, with the same kernels.
    pub(crate) fn build_alone(&self, course: &TestCourse) -> Run {
        let args = ["--diagrams", "if-available"];
        finish(CLX.executing(course, self.kernels.path(), &args).start().unwrap())
    }
}

/// A running `clx pool run`; dropped, it is killed.
pub(crate) struct Host {
    pub(crate) child: Child,
    lines: mpsc::Receiver<String>,
    printed: Vec<String>,
    _state: TempDir,
}

impl Host {
    /// Waits for a line with these words.
    #[track_caller]
    pub(crate) fn line(&mut self, words: &str) -> String {
        let limit = Instant::now() + LIMIT;
        loop {
            let left = limit.saturating_duration_since(Instant::now());
            let Ok(line) = self.lines.recv_timeout(left) else {
                panic!(
                    "no line with `{words}` after:\n{}\n{}",
                    self.printed.join("\n"),
                    self.child.tail()
                );
            };
            self.printed.push(line.clone());
            if line.contains(words) {
                return line;
            }
        }
    }

    /// Asks it to stop, and waits until it has ended.
    #[track_caller]
    pub(crate) fn stop(mut self) -> Exit {
        self.child.terminate(LIMIT).unwrap()
    }
}

fn with_secrets(command: Spawn) -> Spawn {
    SECRETS.into_iter().fold(command, |command, (name, value)| command.env(name, value))
}

/// Makes a course of so many notebooks, each with code of its own.
pub(crate) fn course(n: usize, code: impl Fn(usize) -> String) -> TestCourse {
    let names: Vec<String> = (0..n).map(|number| format!("t{number}")).collect();
    let texts: Vec<String> = (0..n)
        .map(|number| {
            format!(
                "# %% [markdown] lang=\"en\"\n# Part {number}\n\n# %% tags=[\"keep\"]\n{}\n",
                code(number)
            )
        })
        .collect();
    let topics: Vec<(&str, &str)> =
        names.iter().zip(&texts).map(|(name, text)| (name.as_str(), text.as_str())).collect();
    TestCourse::with_topics(&topics)
}

/// Returns whether a path exists, looked at until it does.
#[track_caller]
pub(crate) fn until_there(path: &Path) {
    let limit = Instant::now() + LIMIT;
    while !path.exists() {
        assert!(Instant::now() < limit, "{} does not appear", path.display());
        std::thread::park_timeout(Duration::from_millis(20));
    }
}
