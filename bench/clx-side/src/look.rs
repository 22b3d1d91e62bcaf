//! What it takes to look at a queue with a long history: `clx status` and each page of a list, as whole
//! commands, and the pages of the dashboard over HTTP.

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use clx_queue::{
    ErrorClass, NewJob, NewSession, NewWorker, Queue, Seat, SqliteOptions, SqliteQueue, WorkerMode,
};
use serde_json::{Map, Value, json};

use crate::Figures;
use crate::command::clx;
use crate::dashboard::Served;
use crate::timing::median;

/// Builds of the history, each with so many jobs: 400,000 in all.
const N_BUILDS: usize = 800;
const N_NOTEBOOKS: usize = 450;
const N_DIAGRAMS: usize = 50;

/// One in so many notebooks went wrong.
const FAILURE: usize = 90;

/// How often each command is run, and each page asked for.
const TIMES: usize = 9;

/// Pages of lists, as they are typed.
const LISTS: [&[&str]; 9] = [
    &["jobs", "list"],
    &["jobs", "list", "--failed"],
    &["jobs", "list", "--failed", "--kind", "drawio"],
    &["jobs", "list", "--state", "failed"],
    &["jobs", "list", "--state", "pending"],
    &["jobs", "list", "--kind", "drawio", "--since", "1h"],
    &["jobs", "list", "--build", "7", "--format", "json"],
    &["workers", "list"],
    &["builds", "list"],
];

/// Searches by text, as they are typed: for nothing that there is, for little, for much.
const SEARCHES: [&[&str]; 4] = [
    &["jobs", "list", "--source", "nothing"],
    &["jobs", "list", "--source", "slides_44"],
    &["jobs", "list", "--source", "img", "--state", "failed", "--limit", "1000"],
    &["jobs", "list", "--source", "slides"],
];

/// Pages of the dashboard, and searches in it.
const PAGES: [&str; 15] = [
    "/",
    "/builds",
    "/builds?after=400",
    "/builds/7",
    "/jobs",
    "/jobs?failed=yes",
    "/jobs?failed=yes&kind=drawio&status=completed",
    "/jobs?status=failed&after=200000",
    "/jobs/200000",
    "/api/status",
    "/jobs?text=nothing",
    "/jobs?text=slides_44",
    "/jobs?text=img&status=failed",
    "/jobs?text=slides",
    "/api/jobs?text=slides&failed=yes&page_size=200",
];

/// Measures each of them; the slowest of each group stands for it.
pub fn measure(below: &Path) -> Figures {
    let directory = tempfile::tempdir_in(below)?;
    let state = directory.path();
    make_history(state)?;
    let mut figures = Map::new();
    let command = |words: &&[&str]| Ok((words.join(" "), median(&mut times(state, words)?)));
    let (_, status) = command(&(&["status"] as &[&str]))?;
    figures.insert("status_ms".to_owned(), json!(status));
    slowest(&mut figures, "slowest_list_ms", LISTS.iter().map(command))?;
    slowest(&mut figures, "slowest_search_ms", SEARCHES.iter().map(command))?;
    let served = Served::start(state)?;
    let page = |address: &&str| {
        let ms = (0..TIMES).map(|_| served.page_ms(address));
        Ok(((*address).to_owned(), median(&mut ms.collect::<Result<Vec<_>, _>>()?)))
    };
    slowest(&mut figures, "slowest_page_ms", PAGES.iter().map(page))?;
    Ok(Value::Object(figures))
}

/// Keeps the figure of each of a group, and the highest.
fn slowest(
    figures: &mut Map<String, Value>,
    group: &str,
    each: impl Iterator<Item = Result<(String, f64), Box<dyn Error>>>,
) -> Result<(), Box<dyn Error>> {
    let mut highest = 0.0_f64;
    for measured in each {
        let (name, ms) = measured?;
        highest = highest.max(ms);
        figures.insert(name, json!(ms));
    }
    figures.insert(group.to_owned(), json!(highest));
    Ok(())
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
        // As builds do at their end.
        queue.tidy_up()?;
    }
    Ok(())
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
