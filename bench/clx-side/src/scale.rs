//! The queue on a server beside that in a file: what passes with many workers, how soon a job starts, and
//! what ten thousand workers at one queue cost.

use std::collections::HashSet;
use std::error::Error;
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use clx_queue::{
    JobId, JobState, NewJob, NewSession, NewWorker, Owner, Queue, QueueError, QueueView, Seat,
    SessionId, SqliteOptions, SqliteQueue, WorkerMode,
};
use clx_queue_postgres::{PasswordSources, PostgresOptions, PostgresQueue};
use clx_testkit::postgres::PostgresServer;
use serde_json::{Map, json};

use crate::Figures;

type Outcome<T> = Result<T, Box<dyn Error>>;

const KIND: &str = "bench";
const PAYLOAD: [u8; 400] = [7; 400];

/// Workers at the same time, each with a connection of its own.
const WORKERS: [usize; 3] = [1, 16, 64];

/// Jobs that start one after the other.
const N_STARTS: usize = 300;

/// Long enough for the worker to report and to wait again.
const PAUSE: Duration = Duration::from_millis(2);

/// Workers that are registered, one after the other in the same queue.
const CROWDS: [usize; 3] = [100, 1_000, 10_000];

/// Jobs for each crowd.
const N_CROWD_JOBS: usize = 20_000;

/// Threads that drive a crowd, over as many handles as there might be hosts.
const DRIVERS: usize = 16;
const HOSTS: usize = 4;

pub fn measure(below: &Path) -> Figures {
    let directory = tempfile::tempdir_in(below)?;
    // It waits for the disk as the file does.
    let server = PostgresServer::start_with(&["fsync=on", "shared_buffers=128MB"]);
    let file = directory.path().join("jobs.db");
    let file: Arc<dyn Queue> = Arc::new(SqliteQueue::open(&file, &SqliteOptions::default())?);
    let open = || -> Outcome<Arc<PostgresQueue>> {
        let passwords = PasswordSources::default();
        let mut options = PostgresOptions::from_url(&server.url(), &passwords)?;
        options.connections = 64;
        Ok(Arc::new(PostgresQueue::open(options)?))
    };
    // One handle enqueues, the other one works, as on two machines.
    let (here, there) = (open()?, open()?);
    let mut figures = Map::new();
    for n in WORKERS {
        figures.insert(format!("file_{n}_per_s"), json!(drain(&*file, &*file, n)?));
        let before = here.change_counter()?;
        figures.insert(format!("server_{n}_per_s"), json!(drain(&*here, &*there, n)?));
        // What the server counts as changes is bytes of its log; megabytes of a thousand jobs.
        let log = (here.change_counter()? - before) as f64 / n_jobs(n) as f64 / 1e3;
        figures.insert(format!("server_{n}_log_mb"), json!(log));
    }
    figures.insert("file_start_ms".to_owned(), json!(start(&*file, &*file)?));
    figures.insert("server_start_ms".to_owned(), json!(start(&*here, &*there)?));
    let hosts = (0..HOSTS).map(|_| open()).collect::<Outcome<Vec<_>>>()?;
    for n in CROWDS {
        let (per_s, ms) = crowd(&hosts, n)?;
        figures.insert(format!("crowd_{n}_per_s"), json!(per_s));
        figures.insert(format!("crowd_{n}_ms"), json!(ms));
    }
    Ok(figures.into())
}

fn job() -> NewJob {
    NewJob::new(KIND, "a job", PAYLOAD.to_vec())
}

fn session(queue: &dyn Queue) -> Outcome<SessionId> {
    let owner = Owner { pid: 1, start: 0, boot_id: String::new() };
    Ok(queue.open_session(&NewSession::new(owner, Path::new("/bench")))?)
}

/// Nobody beats here, so the lease is long.
fn seat(queue: &dyn Queue, session: SessionId) -> Result<Seat, QueueError> {
    let lease = Duration::from_secs(3600);
    let new = NewWorker { lease, ..NewWorker::new(session, KIND, WorkerMode::Process) };
    let worker = queue.register_worker(&new)?;
    queue.activate_worker(worker, None)?;
    Ok(Seat::new(worker))
}

fn fill(queue: &dyn Queue, session: SessionId, n_jobs: usize) -> Outcome<()> {
    for _ in 0..n_jobs / 1000 {
        queue.enqueue(session, (0..1000).map(|_| job()).collect())?;
    }
    Ok(())
}

/// Reports what a seat has and claims one job; returns it.
fn step(
    seat: &mut Seat,
    queue: &dyn Queue,
    held: &mut Vec<clx_queue::ClaimedJob>,
) -> Result<Option<JobId>, QueueError> {
    let done = held.drain(..).map(|job| job.completed(Vec::new())).collect();
    let claim = seat.claim(queue, done, Duration::ZERO)?;
    held.extend(claim.jobs);
    Ok(held.first().map(|job| job.id))
}

/// Returns how many jobs so many workers drain.
const fn n_jobs(n_workers: usize) -> usize {
    if n_workers == 1 { 4_000 } else { 12_000 }
}

/// Returns how many jobs are claimed and completed in a second.
fn drain(here: &dyn Queue, there: &dyn Queue, n_workers: usize) -> Outcome<f64> {
    let n_jobs = n_jobs(n_workers);
    let session = session(here)?;
    fill(here, session, n_jobs)?;
    let seats = (0..n_workers).map(|_| seat(there, session)).collect::<Result<Vec<_>, _>>()?;
    let begin = Instant::now();
    let total: usize = std::thread::scope(|scope| {
        let run = |mut seat: Seat| {
            scope.spawn(move || {
                let (mut n_jobs, mut held) = (0, Vec::new());
                while step(&mut seat, there, &mut held)?.is_some() {
                    n_jobs += 1;
                }
                Ok::<_, QueueError>(n_jobs)
            })
        };
        let threads: Vec<_> = seats.into_iter().map(run).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("no worker panics"))
            .sum::<Result<_, _>>()
    })?;
    let seconds = begin.elapsed().as_secs_f64();
    here.close_session(session)?;
    if total == n_jobs {
        Ok(n_jobs as f64 / seconds)
    } else {
        Err(format!("{total} of {n_jobs} jobs were claimed").into())
    }
}

/// Returns the median time from before an enqueue to the moment when a waiting worker has the job, in
/// milliseconds.
fn start(here: &dyn Queue, there: &dyn Queue) -> Outcome<f64> {
    let session = session(here)?;
    let mut seat = seat(there, session)?;
    let (sender, receiver) = mpsc::channel();
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
            Ok::<_, QueueError>(())
        });
        for _ in 0..N_STARTS {
            std::thread::park_timeout(PAUSE);
            let begin = Instant::now();
            here.enqueue(session, vec![job()])?;
            times.push(receiver.recv()?.duration_since(begin).as_secs_f64() * 1e3);
        }
        Ok(())
    })?;
    here.close_session(session)?;
    Ok(crate::timing::median(&mut times))
}

/// So many workers take turns at the jobs, all registered at once. Returns the jobs per second and the
/// median of a turn in milliseconds; fails if a job was lost or came twice.
fn crowd(hosts: &[Arc<PostgresQueue>], n_workers: usize) -> Outcome<(f64, f64)> {
    let session = session(&*hosts[0])?;
    fill(&*hosts[0], session, N_CROWD_JOBS)?;
    let share = n_workers / DRIVERS + usize::from(n_workers % DRIVERS > 0);
    let register = |driver: usize| {
        let queue = &*hosts[driver % HOSTS];
        let n = share.min(n_workers.saturating_sub(driver * share));
        (0..n).map(|_| seat(queue, session)).collect::<Result<Vec<_>, _>>()
    };
    let seats = in_threads((0..DRIVERS).collect(), register)?;
    let begin = Instant::now();
    let work = |(driver, mut seats): (usize, Vec<Seat>)| {
        let queue = &*hosts[driver % HOSTS];
        let mut held: Vec<Vec<_>> = seats.iter().map(|_| Vec::new()).collect();
        let (mut jobs, mut times) = (Vec::new(), Vec::new());
        loop {
            let mut any = false;
            for (seat, held) in seats.iter_mut().zip(&mut held) {
                let begin = Instant::now();
                let claimed = step(seat, queue, held)?;
                times.push(begin.elapsed().as_secs_f64() * 1e3);
                jobs.extend(claimed);
                any |= claimed.is_some();
            }
            if !any {
                return Ok((jobs, times));
            }
        }
    };
    let done = in_threads(seats.into_iter().enumerate().collect(), work)?;
    let seconds = begin.elapsed().as_secs_f64();
    let jobs: Vec<JobId> = done.iter().flat_map(|(jobs, _)| jobs).copied().collect();
    let distinct: HashSet<_> = jobs.iter().collect();
    let n_completed = hosts[0].counts(Some(session))?.get(&JobState::Completed).copied();
    if (jobs.len(), distinct.len(), n_completed)
        != (N_CROWD_JOBS, N_CROWD_JOBS, Some(N_CROWD_JOBS as u64))
    {
        let (n, distinct) = (jobs.len(), distinct.len());
        return Err(format!("{n} claims of {distinct} jobs, {n_completed:?} completed").into());
    }
    hosts[0].close_session(session)?;
    let mut times: Vec<f64> = done.into_iter().flat_map(|(_, times)| times).collect();
    Ok((N_CROWD_JOBS as f64 / seconds, crate::timing::median(&mut times)))
}

/// Runs work for each item in a thread of its own.
fn in_threads<I: Send, T: Send>(
    items: Vec<I>,
    work: impl Fn(I) -> Result<T, QueueError> + Sync,
) -> Outcome<Vec<T>> {
    std::thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> =
            items.into_iter().map(|item| scope.spawn(move || work(item))).collect();
        threads.into_iter().map(|thread| Ok(thread.join().expect("no thread panics")?)).collect()
    })
}
