//! How many jobs pass through a queue in a second, and how soon one starts, on a server of its own and,
//! beside it, in a file: `cargo run --release -p clx-queue-postgres --example throughput`. With an address
//! as its argument, on that server only.
//!
//! The server waits for the disk (`fsync=on`) like the file. Absolute figures belong to one machine and
//! one hour; the rows of one run can be compared.

#![expect(clippy::print_stdout, reason = "it prints a table")]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clx_queue::{
    NewJob, NewSession, NewWorker, Owner, Queue, Seat, SessionId, SqliteOptions, SqliteQueue,
    WorkerMode,
};
use clx_queue_postgres::{Durability, PasswordSources, PostgresOptions, PostgresQueue};
use clx_testkit::postgres::{Pooler, PostgresServer};

type Outcome<T> = Result<T, Box<dyn Error>>;

const KIND: &str = "bench";
const PAYLOAD: [u8; 400] = [7; 400];

/// Workers at the same time.
const WORKERS: [usize; 3] = [1, 16, 64];

/// Jobs that start one after the other, for the time from enqueue to start.
const N_STARTS: usize = 300;

/// Long enough for the worker to report and to wait again.
const PAUSE: Duration = Duration::from_millis(2);

fn main() -> Outcome<()> {
    println!(
        "{:<26}{:>9}{:>9}{:>9}{:>10}{:>10}{:>10}{:>10}",
        "", "1", "16", "64", "enqueue", "by 1000", "start p50", "p99"
    );
    if let Some(url) = std::env::args().nth(1) {
        let passwords = PasswordSources::of_this_process();
        let mut options = PostgresOptions::from_url(&url, &passwords)?;
        options.connections = 64;
        let open =
            || -> Outcome<Arc<dyn Queue>> { Ok(Arc::new(PostgresQueue::open(options.clone())?)) };
        return row("this server", &[open()?, open()?]);
    }
    let directory = tempfile::tempdir()?;
    let server = PostgresServer::start_with(&["fsync=on", "shared_buffers=128MB"]);
    let pooler = Pooler::start(&server);
    let file = directory.path().join("jobs.db");
    row("file, normal", &[Arc::new(SqliteQueue::open(&file, &SqliteOptions::default())?)])?;
    for (name, durability, url) in [
        ("PostgreSQL, normal", Durability::Normal, format!("{}&schema=a", server.url())),
        ("PostgreSQL, full", Durability::Full, format!("{}&schema=b", server.url())),
        ("PostgreSQL, TCP, normal", Durability::Normal, format!("{}?schema=c", server.tcp_url())),
    ] {
        let open = || -> Outcome<Arc<dyn Queue>> {
            let mut options = PostgresOptions::from_url(&url, &PasswordSources::default())?;
            options.durability = durability;
            options.connections = 64;
            Ok(Arc::new(PostgresQueue::open(options)?))
        };
        // One handle enqueues, the other one works, as on two machines.
        row(name, &[open()?, open()?])?;
    }
    let url = format!("{}&schema=d&pooler=transaction", pooler.url());
    let mut options = PostgresOptions::from_url(&url, &PasswordSources::default())?;
    options.connections = 64;
    let pooled: Arc<dyn Queue> = Arc::new(PostgresQueue::open(options)?);
    row("PostgreSQL, pooler", &[pooled])
}

/// Measures one queue, seen by one handle or by two.
fn row(name: &str, handles: &[Arc<dyn Queue>]) -> Outcome<()> {
    let (here, there) = (&*handles[0], &*handles[handles.len() - 1]);
    let mut drained = Vec::new();
    for n_workers in WORKERS {
        drained.push(drain(here, there, n_workers)?);
    }
    let session = session(here)?;
    let begin = Instant::now();
    for _ in 0..500 {
        here.enqueue(session, vec![job()])?;
    }
    let singles = 500.0 / begin.elapsed().as_secs_f64();
    let begin = Instant::now();
    for _ in 0..10 {
        here.enqueue(session, (0..1000).map(|_| job()).collect())?;
    }
    let batches = 10_000.0 / begin.elapsed().as_secs_f64();
    here.close_session(session)?;
    let mut starts = starts(here, there)?;
    starts.sort_unstable();
    println!(
        "{name:<26}{:>7.0}/s{:>7.0}/s{:>7.0}/s{singles:>8.0}/s{batches:>8.0}/s{:>7.2} ms{:>7.2} ms",
        drained[0],
        drained[1],
        drained[2],
        starts[N_STARTS / 2].as_secs_f64() * 1e3,
        starts[N_STARTS * 99 / 100].as_secs_f64() * 1e3,
    );
    Ok(())
}

fn job() -> NewJob {
    NewJob::new(KIND, "a job", PAYLOAD.to_vec())
}

fn session(queue: &dyn Queue) -> Outcome<SessionId> {
    let owner = Owner { pid: 1, start: 2, boot_id: String::new() };
    Ok(queue.open_session(&NewSession::new(owner, Path::new("/bench")))?)
}

fn seat(queue: &dyn Queue, session: SessionId) -> Outcome<Seat> {
    let worker = queue.register_worker(&NewWorker::new(session, KIND, WorkerMode::Process))?;
    queue.activate_worker(worker, None)?;
    Ok(Seat::new(worker))
}

/// Returns how many jobs are claimed and completed in a second.
fn drain(here: &dyn Queue, there: &dyn Queue, n_workers: usize) -> Outcome<f64> {
    let n_jobs = if n_workers == 1 { 4_000 } else { 12_000 };
    let session = session(here)?;
    for _ in 0..n_jobs / 1000 {
        here.enqueue(session, (0..1000).map(|_| job()).collect())?;
    }
    let seats = (0..n_workers).map(|_| seat(there, session)).collect::<Outcome<Vec<_>>>()?;
    let begin = Instant::now();
    let total: usize = std::thread::scope(|scope| {
        let run = |mut seat: Seat| {
            scope.spawn(move || {
                let (mut n_jobs, mut done) = (0, Vec::new());
                loop {
                    let report = std::mem::take(&mut done);
                    let claim =
                        seat.claim(there, report, Duration::ZERO).map_err(|e| e.to_string())?;
                    if claim.jobs.is_empty() {
                        return Ok::<_, String>(n_jobs);
                    }
                    n_jobs += claim.jobs.len();
                    done.extend(claim.jobs.into_iter().map(|job| job.completed(Vec::new())));
                }
            })
        };
        let threads: Vec<_> = seats.into_iter().map(run).collect();
        threads.into_iter().map(|thread| thread.join().map_or(Ok(0), |n| n)).sum::<Result<_, _>>()
    })?;
    let seconds = begin.elapsed().as_secs_f64();
    here.close_session(session)?;
    if total == n_jobs {
        Ok(n_jobs as f64 / seconds)
    } else {
        Err(format!("{total} of {n_jobs} jobs were claimed").into())
    }
}

/// Returns the times from before an enqueue to the moment when a waiting worker has the job.
fn starts(here: &dyn Queue, there: &dyn Queue) -> Outcome<Vec<Duration>> {
    let session = session(here)?;
    let mut seat = seat(there, session)?;
    let (sender, receiver) = std::sync::mpsc::channel();
    let mut times = Vec::new();
    std::thread::scope(|scope| -> Outcome<()> {
        scope.spawn(move || {
            let mut done = Vec::new();
            for _ in 0..N_STARTS {
                // The report goes alone, so that the claim finds nothing and waits.
                let mut claim = seat.report(there, std::mem::take(&mut done))?;
                while claim.jobs.is_empty() {
                    claim = seat.claim(there, vec![], Duration::from_secs(60))?;
                }
                let _receiver_gone = sender.send(Instant::now());
                done.extend(claim.jobs.into_iter().map(|job| job.completed(Vec::new())));
            }
            Ok::<_, clx_queue::QueueError>(())
        });
        for _ in 0..N_STARTS {
            std::thread::park_timeout(PAUSE);
            let begin = Instant::now();
            here.enqueue(session, vec![job()])?;
            times.push(receiver.recv()?.duration_since(begin));
        }
        Ok(())
    })?;
    here.close_session(session)?;
    Ok(times)
}
