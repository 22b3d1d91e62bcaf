//! A build in miniature: a session with jobs and worker processes. Principal function: [`run`].

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clx_backend_sqlite::open_session;
use clx_pool::{PoolManager, PoolSettings, Process};
use clx_queue::SessionRole;
use clx_queue::{Queue, SqliteOptions, SqliteQueue};
use clx_tests::fire::{Entry, KIND, collect, jobs, worker_program};

use crate::Failure;

/// Runs `n_jobs` jobs of a script in `n_workers` processes; their labels begin with the session.
pub(crate) fn run(
    path: &Path,
    ledger: &Path,
    n_workers: u32,
    n_jobs: u32,
    script: &str,
) -> Result<(), Failure> {
    let queue = Arc::new(SqliteQueue::open(path, &SqliteOptions::default())?);
    let session = open_session(&*queue, path, SessionRole::Own, "")?;
    announce(session.0, ledger)?;
    let (program, file, ledger) = (std::env::current_exe()?, path.to_owned(), ledger.to_owned());
    let executor = Process::new(move |worker| worker_program(&program, &file, worker, &ledger));
    let pools = vec![(KIND.to_owned(), Arc::new(executor) as _, n_workers)];
    let settings = PoolSettings::default();
    let pool = PoolManager::start(Arc::clone(&queue) as _, session, pools, settings, drop)?;
    queue.enqueue(session, jobs(script, &session.to_string(), n_jobs))?;
    pool.ensure(KIND, n_workers);
    collect(&*queue, session, usize::try_from(n_jobs)?);
    pool.stop(Duration::from_secs(10));
    Ok(queue.close_session(session)?)
}

fn announce(session: i64, ledger: &Path) -> std::io::Result<()> {
    let entry = Entry {
        event: "session".to_owned(),
        who: session,
        job: 0,
        attempt: 0,
        label: "-".to_owned(),
        pids: vec![std::process::id()],
    };
    let mut ledger = File::options().create(true).append(true).open(ledger)?;
    ledger.write_all(format!("{entry}\n").as_bytes())
}
