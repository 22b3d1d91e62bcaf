//! Measures effectum, whose file is put into WAL mode by hand: its own pragma is misspelt and does nothing.
//!
//! `effectum MEASUREMENT DIRECTORY` prints one JSON object of figures.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use effectum::{Job, JobRunner, Queue, RunningJob, Worker};
use peers::{N_JOBS, N_LATENCY, N_SINGLE, N_WARM_UP, N_WORKERS, PAUSE, PAYLOAD, quantile_ms};
use serde_json::{Value, json};
use tokio::sync::mpsc;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let figures = match words[..] {
        ["queue", directory] => throughput(Path::new(directory)).await?,
        ["latency", directory] => latency(Path::new(directory)).await?,
        _ => return Err("usage: effectum MEASUREMENT DIRECTORY".into()),
    };
    println!("{figures}");
    Ok(())
}

/// A queue in a directory of its own.
struct Place {
    queue: Queue,
    _directory: tempfile::TempDir,
}

impl Place {
    async fn new(below: &Path) -> Result<Self, Box<dyn Error>> {
        let directory = tempfile::tempdir_in(below)?;
        let file = directory.path().join("effectum.db");
        let mode = |connection: &rusqlite::Connection, sql: &str| -> rusqlite::Result<String> {
            connection.query_row(sql, (), |row| row.get(0))
        };
        let connection = rusqlite::Connection::open(&file)?;
        mode(&connection, "PRAGMA journal_mode = WAL")?;
        let queue = Queue::new(&file).await?;
        let found = mode(&connection, "PRAGMA journal_mode")?;
        if found != "wal" {
            return Err(format!("effectum runs with journal mode `{found}`, not with WAL").into());
        }
        Ok(Self { queue, _directory: directory })
    }

    async fn close(self) -> Result<(), Box<dyn Error>> {
        Ok(self.queue.close(Duration::from_secs(30)).await?)
    }
}

fn job() -> Job {
    Job::builder("noop").payload(PAYLOAD.to_vec()).build()
}

async fn throughput(below: &Path) -> Result<Value, Box<dyn Error>> {
    Ok(json!({
        "enqueue_per_s": enqueue(below).await?,
        "drain_per_s": drain(below).await?,
    }))
}

async fn enqueue(below: &Path) -> Result<f64, Box<dyn Error>> {
    let place = Place::new(below).await?;
    let begin = Instant::now();
    for _ in 0..N_SINGLE {
        place.queue.add_job(job()).await?;
    }
    let seconds = begin.elapsed().as_secs_f64();
    place.close().await?;
    Ok(N_SINGLE as f64 / seconds)
}

async fn drain(below: &Path) -> Result<f64, Box<dyn Error>> {
    let place = Place::new(below).await?;
    for _ in 0..N_JOBS / 1000 {
        place.queue.add_jobs((0..1000).map(|_| job()).collect()).await?;
    }
    let begin = Instant::now();
    let mut workers = Vec::new();
    for _ in 0..N_WORKERS {
        let runner =
            JobRunner::builder("noop", |_job: RunningJob, _: ()| async { Ok::<(), String>(()) });
        let worker = Worker::builder(&place.queue, ()).max_concurrency(1).jobs([runner.build()]);
        workers.push(worker.build().await?);
    }
    // The count rises after the completion has been committed.
    while workers.iter().map(|worker| worker.counts().finished).sum::<u64>() < N_JOBS as u64 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let seconds = begin.elapsed().as_secs_f64();
    drop(workers);
    place.close().await?;
    Ok(N_JOBS as f64 / seconds)
}

async fn latency(below: &Path) -> Result<Value, Box<dyn Error>> {
    let place = Place::new(below).await?;
    let (sender, mut starts) = mpsc::unbounded_channel();
    let runner = JobRunner::builder(
        "noop",
        |_job: RunningJob, sender: Arc<mpsc::UnboundedSender<Instant>>| async move {
            sender.send(Instant::now()).map_err(|error| error.to_string())
        },
    );
    let worker =
        Worker::builder(&place.queue, Arc::new(sender)).jobs([runner.build()]).build().await?;
    let mut sample = Vec::new();
    for n in 0..N_WARM_UP + N_LATENCY {
        let begin = Instant::now();
        place.queue.add_job(job()).await?;
        let start = starts.recv().await.ok_or("the worker ended")?;
        if n >= N_WARM_UP {
            sample.push(start - begin);
        }
        while worker.counts().finished < n as u64 + 1 {
            tokio::task::yield_now().await;
        }
        tokio::time::sleep(PAUSE).await;
    }
    drop(worker);
    place.close().await?;
    Ok(json!({ "p50_ms": quantile_ms(&mut sample, 0.5), "p99_ms": quantile_ms(&mut sample, 0.99) }))
}
