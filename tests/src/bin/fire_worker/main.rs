//! A worker process, or a build that has some, for the suites of the queue under fire.
//!
//! ```text
//! fire-worker worker QUEUE ID LEDGER                     works under a registered id
//! fire-worker owner QUEUE LEDGER WORKERS JOBS SCRIPT     a session, worker processes and jobs
//! fire-worker gateway QUEUE STORE SOCKET                 serves whoever comes to the socket
//! ```
//!
//! All die with whoever holds their standard input. What a job's payload can say is listed in
//! `handler`.

mod gateway;
mod handler;
mod owner;
mod worker;

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

use clx_process::Lifeline;

/// Whatever goes wrong here fails a test, which shows it.
type Failure = Box<dyn Error + Send + Sync>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            writeln!(std::io::stderr(), "fire-worker: {}", describe(&*error)).ok();
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    clx_tests::fault::arm();
    let _lifeline = Lifeline::die_with_parent()?;
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["worker", queue, id, ledger] => worker::run(queue.as_ref(), id.parse()?, ledger.as_ref()),
        ["owner", queue, ledger, n_workers, n_jobs, script] => {
            owner::run(queue.as_ref(), ledger.as_ref(), n_workers.parse()?, n_jobs.parse()?, script)
        }
        ["gateway", queue, store, socket] => {
            gateway::run(queue.as_ref(), store.as_ref(), socket.as_ref())
        }
        _ => Err(format!("unknown arguments: {args:?}").into()),
    }
}

fn describe(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
