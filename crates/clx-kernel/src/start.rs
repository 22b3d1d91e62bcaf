//! Starts a kernel and waits until it is ready. Principal type: [`StartOptions`].

use std::path::PathBuf;
use std::time::Duration;

use clx_process::{Exit, Spawn};
use serde_json::Value;
use tokio::time::{Instant, timeout, timeout_at};

use crate::channels::Channels;
use crate::connection::Connection;
use crate::directory::KernelDirectory;
use crate::environment::Environment;
use crate::error::KernelError;
use crate::kernel::Kernel;
use crate::process::KernelProcess;
use crate::quirk::Quirks;
use crate::spec::KernelSpec;
use crate::wire::WireError;

/// How often a kernel whose ports were taken is started before that counts as its end.
const N_PORT_ATTEMPTS: usize = 4;

/// How long a kernel that closed its connections may take to end, so that its exit can be told: on a busy
/// machine more than a second.
const END_LIMIT: Duration = Duration::from_secs(5);

/// Where and how kernels are started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartOptions {
    /// The directory in which each kernel gets a private one, removed with it; made if missing. See
    /// [`remove_leftovers`](crate::remove_leftovers).
    pub base: PathBuf,
    /// The variables of this process, of which a kernel inherits a few, see
    /// [`Environment::for_kernel`].
    pub environment: Environment,
    /// Further variables; they win over those of the kernelspec.
    pub variables: Environment,
    /// How long a kernel may take until it is ready, by default 300 s.
    pub limit: Duration,
}

impl StartOptions {
    /// Makes options with the environment of this process and no further variables.
    #[must_use]
    pub fn new(base: PathBuf) -> Self {
        Self {
            base,
            environment: Environment::of_process(),
            variables: Environment::default(),
            limit: Duration::from_secs(300),
        }
    }
}

/// Starts a kernel; with other ports if it says that its own are taken. That may be because clx holds
/// them, so from the second time on they are free.
pub(crate) async fn start(
    spec: &KernelSpec,
    options: &StartOptions,
) -> Result<Kernel, KernelError> {
    let begin = Instant::now();
    let mut n_attempts = 1;
    loop {
        match start_once(spec, options, begin, n_attempts == 1).await {
            Err(KernelError::EndedEarly { last_output, .. })
                if n_attempts < N_PORT_ATTEMPTS && tells_of_taken_port(&last_output) =>
            {
                n_attempts += 1;
            }
            result => return result,
        }
    }
}

/// The words of the operating system, Java and Rust.
fn tells_of_taken_port(output: &str) -> bool {
    let output = output.to_ascii_lowercase();
    ["address already in use", "address in use", "addrinuse"]
        .iter()
        .any(|words| output.contains(words))
}

async fn start_once(
    spec: &KernelSpec,
    options: &StartOptions,
    begin: Instant,
    holds_ports: bool,
) -> Result<Kernel, KernelError> {
    let directory = KernelDirectory::make(&options.base)?;
    let (connection, mut process) = launch(spec, options, &directory, holds_ports)?;
    match timeout_at(begin + options.limit, ready(&connection, &process)).await {
        Ok(Ok((channels, info))) => Ok(Kernel {
            channels,
            process,
            directory,
            info,
            interrupt_mode: spec.interrupt_mode,
            quirks: Quirks::of(spec),
            started_in: begin.elapsed(),
        }),
        Ok(Err(problem)) => Err(failure(spec, &mut process, problem)),
        Err(_) => Err(KernelError::NotReady {
            kernel: spec.name.clone(),
            limit: options.limit,
            last_output: process.end().1,
        }),
    }
}

fn launch(
    spec: &KernelSpec,
    options: &StartOptions,
    directory: &KernelDirectory,
    holds_ports: bool,
) -> Result<(Connection, KernelProcess), KernelError> {
    let program = spec.program(&options.environment)?;
    let mut connection =
        Connection::reserve().map_err(|source| KernelError::Connection { source })?;
    let path = directory.connection_file();
    connection
        .write(&path, &spec.name)
        .map_err(|source| KernelError::Directory { path: path.clone(), source })?;
    let spawn =
        Spawn::new(program).args(spec.arguments(&path)).env_clear().current_dir(directory.work());
    let spawn = kernel_environment(spec, options)
        .iter()
        .fold(spawn, |spawn, (name, value)| spawn.env(name, value));
    if !holds_ports {
        connection.release();
    }
    let process = KernelProcess::start(&spawn)
        .map_err(|source| KernelError::Process { kernel: spec.name.clone(), source })?;
    Ok((connection, process))
}

fn kernel_environment(spec: &KernelSpec, options: &StartOptions) -> Environment {
    let mut environment = options.environment.for_kernel();
    if let Some(directory) = spec.bin_directory() {
        // Programs that cells call come from the kernel's own environment first.
        let path = environment.get("PATH").unwrap_or_default();
        let parts = std::iter::once(directory).chain(std::env::split_paths(path));
        if let Ok(path) = std::env::join_paths(parts) {
            environment.extend([("PATH", path)]);
        }
    }
    environment.extend(&spec.env);
    environment.extend(options.variables.iter());
    // Kernels that know it end when their parent has.
    environment.extend([("JPY_PARENT_PID", std::process::id().to_string())]);
    environment
}

/// Why a kernel did not become ready.
enum Unready {
    Ended,
    Wire(WireError),
}

async fn ready(
    connection: &Connection,
    process: &KernelProcess,
) -> Result<(Channels, Value), Unready> {
    let shaken = async {
        let mut channels = Channels::connect(connection).await?;
        let info = channels.shake_hands().await?;
        Ok((channels, info))
    };
    let problem = tokio::select! {
        () = process.ended() => return Err(Unready::Ended),
        shaken = shaken => match shaken {
            Ok(ready) => return Ok(ready),
            Err(problem) => problem,
        },
    };
    match ends_with(process, &problem).await {
        true => Err(Unready::Ended),
        false => Err(Unready::Wire(problem)),
    }
}

/// Tells whether a connection broke because the kernel ends: it closes its connections a little earlier.
pub(crate) async fn ends_with(process: &KernelProcess, problem: &WireError) -> bool {
    let may_end = matches!(problem, WireError::Closed | WireError::Io { .. });
    may_end && timeout(END_LIMIT, process.ended()).await.is_ok()
}

fn failure(spec: &KernelSpec, process: &mut KernelProcess, problem: Unready) -> KernelError {
    let kernel = spec.name.clone();
    let (exit, last_output) = process.end();
    match problem {
        Unready::Ended => {
            let exit = exit.unwrap_or(Exit::Status(0));
            KernelError::EndedEarly { kernel, exit, last_output }
        }
        Unready::Wire(source) => KernelError::Wire { kernel, source, last_output },
    }
}
