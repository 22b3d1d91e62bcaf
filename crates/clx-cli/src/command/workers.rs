//! `clx workers`: who works on jobs.

use clx_backend_sqlite::{is_dead, reap_dead_sessions};
use clx_pool::Engine;
use clx_queue::{
    JobId, JobRecord, Place, QueueView, SessionFilter, WorkerExit, WorkerId, WorkerRecord,
    WorkerState,
};
use clx_status::words::{ago, span};
use serde_json::{Value, json};

use super::containers::reap_dead;
use super::failure::Failure;
use super::queue_file::now;
use super::shown::{Shown, with_queue};
use crate::args::ListFormat;
use crate::args::queue::{ListWorkersArgs, ReapArgs, ShowWorkerArgs, WorkersCommand};
use crate::display::{plural, stderr_line, stdout_line, stdout_text, table};
use crate::exit::Exit;

pub(super) fn run(command: &WorkersCommand) -> Exit {
    match command {
        WorkersCommand::List(args) => with_queue(&args.queue.look, |queue, _| list(queue, args)),
        WorkersCommand::Show(args) => with_queue(&args.queue.look, |queue, _| show(queue, args)),
        WorkersCommand::Stop(args) => with_queue(&args.queue.look, |queue, _| stop(queue, args)),
        WorkersCommand::Reap(args) => {
            with_queue(&args.queue.look, |queue, shown| reap(queue, shown, args))
        }
    }
}

/// A worker with its job.
struct Row {
    worker: WorkerRecord,
    job: Option<JobRecord>,
}

impl Row {
    fn of(queue: &dyn QueueView, worker: WorkerRecord) -> Result<Self, Failure> {
        let job = worker.job.map(|job: JobId| queue.job(job)).transpose()?.flatten();
        Ok(Self { worker, job })
    }

    /// Returns what people want to know first.
    fn status(&self) -> &'static str {
        if now() > self.worker.seen.plus(self.worker.lease) {
            return "hung";
        }
        match (self.worker.state, &self.job) {
            (WorkerState::Created, _) => "starting",
            (WorkerState::Stopping, _) => "stopping",
            (WorkerState::Live, Some(_)) => "busy",
            (WorkerState::Live, None) => "idle",
        }
    }

    fn cells(&self) -> [String; 9] {
        let worker = &self.worker;
        let process = worker.process.map(|process| process.pid.to_string());
        let place = worker.external_id.clone().or(process);
        [
            worker.id.to_string(),
            worker.job_type.clone(),
            worker.mode.to_string(),
            self.status().to_owned(),
            self.job.as_ref().map(|job| job.label.clone()).unwrap_or_default(),
            worker.done.to_string(),
            worker.failed.to_string(),
            ago(now().since(worker.seen).as_secs_f64()),
            place.unwrap_or_default(),
        ]
    }

    fn object(&self) -> Value {
        let worker = &self.worker;
        json!({
            "id": worker.id,
            "session_id": worker.session,
            "kind": worker.job_type,
            "mode": worker.mode,
            "state": worker.state,
            "status": self.status(),
            "pid": worker.process.map(|process| process.pid),
            "external_id": worker.external_id,
            "last_seen": clx_status::unix_seconds(worker.seen),
            "lease_seconds": worker.lease.as_secs_f64(),
            "jobs_done": worker.done,
            "jobs_failed": worker.failed,
            "job_id": worker.job,
            "document": self.job.as_ref().map(|job| &job.label),
        })
    }
}

fn list(queue: &dyn QueueView, args: &ListWorkersArgs) -> Result<Exit, Failure> {
    let mut workers = queue.workers(None)?;
    workers.retain(|worker| args.status.is_none_or(|state| worker.state == state));
    let rows: Vec<Row> =
        workers.into_iter().map(|worker| Row::of(queue, worker)).collect::<Result<_, _>>()?;
    match args.queue.format {
        ListFormat::Json => {
            let workers: Vec<_> = rows.iter().map(Row::object).collect();
            stdout_line(&json!({ "workers": workers }).to_string());
        }
        ListFormat::Table if rows.is_empty() => stdout_line("No workers: no build runs."),
        ListFormat::Table => {
            let headings = [
                "WORKER", "KIND", "MODE", "STATUS", "WORKS ON", "DONE", "FAILED", "SEEN", "PROCESS",
            ];
            stdout_text(&table(headings, &rows.iter().map(Row::cells).collect::<Vec<_>>()));
        }
    }
    Ok(Exit::Built)
}

fn find(queue: &dyn QueueView, id: i64) -> Result<Row, Failure> {
    let worker = queue.workers(None)?.into_iter().find(|worker| worker.id == WorkerId(id));
    let worker = worker.ok_or_else(|| {
        Failure::refused(format!(
            "there is no worker {id}\n  hint: `clx workers list` shows those that there are; they go \
             with their build"
        ))
    })?;
    Row::of(queue, worker)
}

fn show(queue: &dyn QueueView, args: &ShowWorkerArgs) -> Result<Exit, Failure> {
    let row = find(queue, args.worker)?;
    if args.queue.format == ListFormat::Json {
        stdout_line(&row.object().to_string());
        return Ok(Exit::Built);
    }
    let worker = &row.worker;
    stdout_line(&format!("Worker {} of build {}", worker.id, worker.session));
    let fact = |name: &str, value: &str| stdout_line(&format!("  {name:<10}{value}"));
    fact("kind", &worker.job_type);
    fact("mode", worker.mode.name());
    fact("status", row.status());
    if let Some(process) = worker.process {
        fact("process", &process.pid.to_string());
    }
    if let Some(name) = &worker.external_id {
        fact("container", name);
    }
    let lease = span(worker.lease.as_secs_f64());
    fact("seen", &format!("{}, lease {lease}", ago(now().since(worker.seen).as_secs_f64())));
    fact("done", &format!("{}, {} failed", plural_jobs(worker.done), worker.failed));
    if let Some(job) = &row.job {
        fact("works on", &format!("job {}, {}", job.id, job.label));
        if let Some(progress) = &job.progress {
            fact("step", &format!("{} of {} {}", progress.step, progress.total, progress.note));
        }
    }
    Ok(Exit::Built)
}

fn plural_jobs(n: u64) -> String {
    plural(usize::try_from(n).unwrap_or(usize::MAX), "job")
}

/// Takes a worker's row away: it finds that out with its next beat and ends, and its job goes back.
fn stop(queue: &dyn QueueView, args: &ShowWorkerArgs) -> Result<Exit, Failure> {
    let row = find(queue, args.worker)?;
    let released = queue.remove_worker(row.worker.id, &WorkerExit::Stopped)?;
    match args.queue.format {
        ListFormat::Json => {
            let stopped = json!({ "worker": row.worker.id, "jobs_returned": released.returned });
            stdout_line(&stopped.to_string());
        }
        ListFormat::Table => {
            let job = match released.returned.first() {
                Some(job) => format!("; job {job} went back into the queue"),
                None => String::new(),
            };
            stdout_line(&format!("Worker {} stops{job}.", row.worker.id));
        }
    }
    Ok(Exit::Built)
}

/// Closes what dead builds left open, in the file and at the container engine.
fn reap(queue: &dyn QueueView, shown: &Shown, args: &ReapArgs) -> Result<Exit, Failure> {
    if let Place::Server(_) = shown.place() {
        return Err(Failure::refused(
            "builds on a queue that hosts share are closed by the hosts that work for them, as soon as \
             nothing keeps them alive\n  hint: without `--queue` this tidies up on this machine",
        ));
    }
    let open = SessionFilter { open: true, limit: u32::MAX, ..SessionFilter::default() };
    let sessions = queue.list_sessions(&open)?;
    let dead: Vec<_> = sessions.iter().filter(|session| is_dead(&session.owner)).collect();
    let mut containers = Vec::new();
    if !args.dry_run {
        reap_dead_sessions(queue)?;
        containers = reap_containers();
    }
    if args.queue.format == ListFormat::Json {
        let ids: Vec<_> = dead.iter().map(|session| session.id).collect();
        let reaped = json!({ "sessions": ids, "containers": containers, "dry_run": args.dry_run });
        stdout_line(&reaped.to_string());
        return Ok(Exit::Built);
    }
    for session in &dead {
        let (id, pid) = (session.id, session.owner.pid);
        let verb = if args.dry_run { "Would close" } else { "Closed" };
        stdout_line(&format!("{verb} build {id}: its process {pid} is dead."));
    }
    for name in &containers {
        stdout_line(&format!("Removed container {name}."));
    }
    if dead.is_empty() && containers.is_empty() {
        stdout_line("Nothing to tidy up: no dead build left anything.");
    }
    Ok(Exit::Built)
}

/// Removes the containers of dead builds; without an engine there are none.
fn reap_containers() -> Vec<String> {
    let Ok(runtime) = tokio::runtime::Runtime::new() else { return Vec::new() };
    let Ok(engine) = Engine::connect(runtime.handle().clone()) else { return Vec::new() };
    match reap_dead(&engine) {
        Ok(reaped) => {
            for (name, why) in &reaped.left {
                stderr_line(&format!("warning: container {name} could not be removed: {why}"));
            }
            reaped.removed
        }
        Err(_) => Vec::new(),
    }
}
