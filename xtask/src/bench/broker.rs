//! A RabbitMQ of our own, for the time of the benchmarks. Principal type: [`Broker`].
//!
//! It listens on loopback only, on ports of its own, keeps its data below the benchmarks' target
//! directory, and ends with the benchmarks. Another RabbitMQ on the machine is not touched.

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

use crate::error::TaskError;
use crate::package;
use crate::run::Program;

/// The scripts below the system's wrapper, which insists on the system's user and directories.
const SCRIPTS: &str = "/usr/lib/rabbitmq/bin";

/// Where it keeps its data, below the root.
const HOME: &str = "bench/target/rabbit";

const NODE: &str = "clx-bench@localhost";
const PORT: u16 = 25_772;
const DISTRIBUTION_PORT: u16 = 25_773;
const NAME_SERVICE_PORT: u16 = 25_774;

/// How long the broker may take until it listens.
const START: Duration = Duration::from_secs(60);

/// A running broker; ends when dropped.
pub(super) struct Broker {
    root: PathBuf,
    address: String,
    server: Child,
}

impl Broker {
    /// Starts a broker, installing it first if the system has none and lets us. Without one, says
    /// so and returns `None`.
    pub(super) fn start(root: &Path) -> Result<Option<Self>, TaskError> {
        if !is_installed() {
            package::install(root, "rabbitmq-server");
        }
        if !is_installed() {
            crate::say("!!! RabbitMQ is not installed and cannot be: its rows are left out.");
            crate::say("!!! On Debian: apt-get install rabbitmq-server");
            return Ok(None);
        }
        let home = root.join(HOME);
        std::fs::create_dir_all(&home)
            .map_err(|source| TaskError::Io { path: home.clone(), source })?;
        let server = script(root, "rabbitmq-server").start()?;
        let address = format!("amqp://127.0.0.1:{PORT}/%2f");
        let mut broker = Self { root: root.to_owned(), address, server };
        broker.wait_until_it_listens()?;
        Ok(Some(broker))
    }

    /// Returns where clients connect.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    fn wait_until_it_listens(&mut self) -> Result<(), TaskError> {
        let end = Instant::now() + START;
        while TcpStream::connect(("127.0.0.1", PORT)).is_err() {
            let has_ended = self.server.try_wait().is_ok_and(|status| status.is_some());
            if has_ended || Instant::now() > end {
                let address = self.address.clone();
                return Err(TaskError::Broker { address, seconds: START.as_secs() });
            }
            std::thread::park_timeout(Duration::from_millis(100));
        }
        Ok(())
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let stopped = script(&self.root, "rabbitmqctl").argument("shutdown").succeeds();
        if !stopped {
            let _killed = self.server.kill();
        }
        let _waited = self.server.wait();
        // Erlang's name service is started by the server and outlives it.
        let names = Program::new(&self.root, "epmd -kill");
        let _ended = names.variable("ERL_EPMD_PORT", NAME_SERVICE_PORT.to_string()).succeeds();
    }
}

fn is_installed() -> bool {
    Path::new(SCRIPTS).join("rabbitmq-server").exists()
}

/// Makes a command of the broker with directories and ports of our own.
fn script(root: &Path, name: &str) -> Program {
    let home = root.join(HOME);
    let loopback = "-kernel inet_dist_use_interface {127,0,0,1}";
    Program::new(root, &format!("{SCRIPTS}/{name}"))
        .variable("HOME", home.clone())
        .variable("RABBITMQ_NODENAME", NODE)
        .variable("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1")
        .variable("RABBITMQ_NODE_PORT", PORT.to_string())
        .variable("RABBITMQ_DIST_PORT", DISTRIBUTION_PORT.to_string())
        .variable("ERL_EPMD_PORT", NAME_SERVICE_PORT.to_string())
        .variable("ERL_EPMD_ADDRESS", "127.0.0.1")
        .variable("RABBITMQ_MNESIA_BASE", home.join("data"))
        .variable("RABBITMQ_LOG_BASE", home.join("log"))
        .variable("RABBITMQ_ENABLED_PLUGINS_FILE", home.join("plugins"))
        .variable("RABBITMQ_CONFIG_FILE", home.join("none"))
        .variable("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", loopback)
}
