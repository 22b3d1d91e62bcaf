//! One job: why it went wrong, or what it made.

use std::collections::BTreeSet;

use clx_core::ActionResult;
use clx_queue::{JobId, SessionFilter, SessionState};
use clx_status::{JobView, made};
use serde::Serialize;
use serde_json::json;

use super::Page;
use crate::change::no_job;
use crate::dashboard::Site;
use crate::job_row::JobLine;
use crate::problem::Problem;
use crate::stock::Place;

/// Something that a job made.
#[derive(Serialize)]
struct Made {
    kind: String,
    variant: String,
    bytes: u64,
    places: Vec<Place>,
}

/// Makes the page of a job.
pub(crate) fn job(site: &Site, id: JobId) -> Result<String, Problem> {
    let queue = &*site.queue;
    let view = JobView::read(queue, id)?.ok_or_else(|| no_job(id))?;
    let filter = SessionFilter { session: Some(view.record.session), ..SessionFilter::default() };
    let sessions = queue.list_sessions(&filter)?;
    let is_open = sessions.iter().any(|session| session.state == SessionState::Open);
    let is_final = view.record.state.is_final();
    let job = JobLine::of(&view.record, site.now());
    let can_retry = is_final && is_open && job.mark.class != "good";
    let title = format!("Job {id}");
    let page = Page { template: "job", title: &title, section: "jobs", is_live: true };
    let content = json!({
        "job": job,
        "problems": view.problems,
        "attempts": view.attempts,
        "made": made_of(site, made(queue, &view.record)?)?,
        "can_cancel": !is_final && !view.record.cancel_requested,
        "can_retry": can_retry,
        "is_open": is_open,
    });
    page.render(site, content)
}

fn made_of(site: &Site, results: Vec<ActionResult>) -> Result<Vec<Made>, Problem> {
    let artifacts = results.iter().flat_map(|result| &result.artifacts);
    let blobs: BTreeSet<_> = artifacts.map(|artifact| artifact.hash).collect();
    let places = site.stock.places(&blobs)?;
    let made = |result: ActionResult| {
        let subject = result.subject?;
        let artifacts = result.artifacts.iter();
        let places = artifacts.filter_map(|artifact| places.get(&artifact.hash)).flatten();
        Some(Made {
            kind: subject.kind,
            variant: subject.variant,
            bytes: result.artifacts.iter().map(|artifact| artifact.size).sum(),
            places: places.cloned().collect(),
        })
    };
    Ok(results.into_iter().filter_map(made).collect())
}
