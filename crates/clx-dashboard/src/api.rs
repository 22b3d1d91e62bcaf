//! What programs get: JSON, documented in `docs/reference/api.md`. Principal function: [`answer`].

use std::time::UNIX_EPOCH;

use clx_queue::{JobId, Place, WorkerRecord, WorkerState};
use clx_status::{JobView, Overview, unix_seconds};
use serde_json::{Value, json};

use crate::build_query::BuildQuery;
use crate::change::no_job;
use crate::dashboard::Site;
use crate::job_query::JobQuery;
use crate::job_row::JobRow;
use crate::problem::Problem;
use crate::route::Api;

/// Answers what `query` asks for.
pub(crate) fn answer(site: &Site, wanted: Api, query: &str) -> Result<Value, Problem> {
    match wanted {
        Api::Health => {
            let Overview { status, warnings, errors, .. } = site.overview()?;
            Ok(json!({ "status": status, "warnings": warnings, "errors": errors }))
        }
        Api::Version => Ok(json!({ "name": "clx", "version": env!("CARGO_PKG_VERSION") })),
        Api::Status => Ok(status(site, &site.overview()?)),
        Api::Workers => workers(site),
        Api::Jobs => jobs(site, query),
        Api::Job(id) => job(site, id),
        Api::Builds => builds(site, query),
        Api::Nothing => Err(Problem::missing(
            "there is no such address",
            "there are health, version, status, workers, jobs, jobs/ID and builds",
        )),
    }
}

/// Writes why something was not answered.
pub(crate) fn problem_json(problem: &Problem) -> Value {
    json!({ "error": { "message": problem.message, "hint": problem.hint } })
}

/// Writes the overview and what is known of the file.
pub(crate) fn status(site: &Site, overview: &Overview) -> Value {
    let place = site.queue.place();
    let metadata = match &place {
        Place::File(path) => std::fs::metadata(path).ok(),
        _ => None,
    };
    let modified = metadata.as_ref().and_then(|metadata| metadata.modified().ok());
    let modified = modified.and_then(|moment| moment.duration_since(UNIX_EPOCH).ok());
    let error = site.queue.change_counter().err();
    let mut json = json!(overview);
    json["database"] = json!({
        "path": place.to_string(),
        "exists": metadata.is_some() || (error.is_none() && matches!(place, Place::Server(_))),
        "accessible": error.is_none(),
        "size_bytes": metadata.map_or(0, |metadata| metadata.len()),
        "last_modified": modified.map(|since| since.as_secs()),
        "error_message": error.map(|error| error.to_string()),
    });
    json
}

fn workers(site: &Site) -> Result<Value, Problem> {
    let now = site.now();
    let row = |worker: WorkerRecord| {
        let status = if now > worker.seen.plus(worker.lease) {
            "hung"
        } else {
            match (worker.state, worker.job) {
                (WorkerState::Created, _) => "starting",
                (WorkerState::Stopping, _) => "stopping",
                (WorkerState::Live, Some(_)) => "busy",
                (WorkerState::Live, None) => "idle",
            }
        };
        json!({
            "worker_id": worker.id,
            "session_id": worker.session,
            "kind": worker.job_type,
            "execution_mode": worker.mode,
            "status": status,
            "pid": worker.process.map(|process| process.pid),
            "external_id": worker.external_id,
            "job_id": worker.job,
            "last_seen": unix_seconds(worker.seen),
            "jobs_processed": worker.done,
            "jobs_failed": worker.failed,
        })
    };
    let rows: Vec<Value> = site.queue.workers(None)?.into_iter().map(row).collect();
    Ok(json!({ "workers": rows }))
}

fn jobs(site: &Site, query: &str) -> Result<Value, Problem> {
    let query = JobQuery::read(query)?;
    let (page, now) = (query.page(&*site.queue)?, site.now());
    let rows: Vec<JobRow> = page.jobs.iter().map(|job| JobRow::of(job, now)).collect();
    let size = query.page_size;
    Ok(json!({ "total": page.total, "page_size": size, "jobs": rows, "after": page.next }))
}

fn job(site: &Site, id: JobId) -> Result<Value, Problem> {
    let view = JobView::read(&*site.queue, id)?.ok_or_else(|| no_job(id))?;
    let mut json = json!(JobRow::of(&view.record, site.now()));
    json["attempts"] = json!(view.attempts);
    json["problems"] = json!(view.problems);
    json["made"] = json!(view.made);
    Ok(json)
}

fn builds(site: &Site, query: &str) -> Result<Value, Problem> {
    let (builds, after) = BuildQuery::read(query)?.page(site)?;
    Ok(json!({ "builds": builds, "after": after }))
}
