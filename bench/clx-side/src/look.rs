//! What it takes to look at a queue with a long history: `clx status` and each page of a list, as whole
//! commands.

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use clx_queue::{
    ErrorClass, NewJob, NewSession, NewWorker, Queue, Seat, SqliteOptions, SqliteQueue, WorkerMode,
};
use serde_json::json;

use crate::Figures;
use crate::command::clx;
use crate::timing::median;

/// Builds of the history, each with so many jobs: 400,000 in all.
const N_BUILDS: usize = 800;
const N_NOTEBOOKS: usize = 450;
const N_DIAGRAMS: usize = 50;

/// One in so many notebooks went wrong.
const FAILURE: usize = 90;

/// How often each command is run.
const TIMES: usize = 9;

/// Pages of lists, as they are typed.
const PAGES: [&[&str]; 8] = [
    &["jobs", "list"],
    &["jobs", "list", "--failed"],
    &["jobs", "list", "--state", "failed"],
    &["jobs", "list", "--state", "pending"],
    &["jobs", "list", "--kind", "drawio", "--since", "1h"],
    &["jobs", "list", "--build", "7", "--format", "json"],
    &["workers", "list"],
    &["builds", "list"],
];

pub fn measure(below: &Path) -> Figures {
    let directory = tempfile::tempdir_in(below)?;
    make_history(directory.path())?;
    let mut status = times(directory.path(), &["status"])?;
    let mut slowest = 0.0_f64;
    for page in PAGES {
        slowest = slowest.max(median(&mut times(directory.path(), page)?));
    }
    Ok(json!({ "status_ms": median(&mut status), "slowest_page_ms": slowest }))
}

fn times(state: &Path, words: &[&str]) -> Result<Vec<f64>, Box<dyn Error>> {
    let time = || -> Result<f64, Box<dyn Error>> {
        let mut command: Command = clx()?;
        command.args(words).arg("--state-dir").arg(state);
        let begin = Instant::now();
        let output = command.output()?;
        let ms = begin.elapsed().as_secs_f64() * 1000.0;
        // A history with failures is worth a warning.
        match output.status.code() {
            Some(0 | 1) => Ok(ms),
            _ => Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)).into()),
        }
    };
    (0..TIMES).map(|_| time()).collect()
}

fn make_history(directory: &Path) -> Result<(), Box<dyn Error>> {
    let queue = SqliteQueue::open(&directory.join("jobs.db"), &SqliteOptions::default())?;
    for _ in 0..N_BUILDS {
        let session = queue.open_session(&NewSession::of_this_process(directory, 0, ""))?;
        let notebooks = (0..N_NOTEBOOKS).map(|n| job("notebook", &format!("slides/slides_{n}.py")));
        let diagrams = (0..N_DIAGRAMS).map(|n| job("drawio", &format!("slides/img/{n}.drawio")));
        queue.enqueue(session, notebooks.chain(diagrams).collect())?;
        for kind in ["notebook", "drawio"] {
            let new = NewWorker::new(session, kind, WorkerMode::InProcess);
            let worker = queue.register_worker(&new)?;
            queue.activate_worker(worker, None)?;
            work(&queue, Seat::new(worker))?;
        }
        queue.close_session(session)?;
    }
    // As builds do at their end.
    Ok(queue.tidy_up()?)
}

fn job(kind: &str, label: &str) -> NewJob {
    NewJob::new(kind, label, crate::place::PAYLOAD.to_vec())
}

fn work(queue: &SqliteQueue, mut seat: Seat) -> Result<(), Box<dyn Error>> {
    let mut done = Vec::new();
    for n in 1.. {
        let mut jobs = seat.claim(queue, std::mem::take(&mut done), Duration::ZERO)?.jobs;
        let Some(job) = jobs.pop() else { break };
        done.push(match n % FAILURE {
            0 => job.failed(ErrorClass::User, "it is wrong".to_owned()),
            1 => job.completed_in_part(Vec::new(), ErrorClass::User),
            _ => job.completed(Vec::new()),
        });
    }
    Ok(())
}
