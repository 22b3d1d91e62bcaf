//! One build.

use std::cmp::Reverse;

use clx_queue::{JobFilter, JobRecord, SessionId};
use clx_status::{Build, BuildState};
use serde_json::json;

use super::Page;
use crate::change::no_build;
use crate::chart::gantt::Gantt;
use crate::dashboard::Site;
use crate::job_query::JobQuery;
use crate::job_row::{JobLine, seconds};
use crate::problem::Problem;

/// Jobs of which a chart is drawn; more would be too small to see.
const DRAWN: u32 = 1000;

/// Jobs that are named as slow, and as failed.
const NAMED: u32 = 10;

/// Makes the page of a build.
pub(crate) fn build(site: &Site, id: SessionId) -> Result<String, Problem> {
    let (queue, now) = (&*site.queue, site.now());
    let build = Build::find(queue, id, now, site.is_dead())?.ok_or_else(|| no_build(id))?;
    let of_build = JobFilter { session: Some(id), ..JobFilter::default() };
    let drawn = queue.jobs(&JobFilter { limit: DRAWN, ..of_build.clone() })?;
    let failed = JobFilter { troubled: true, limit: NAMED, ..of_build };
    let failed: Vec<_> = queue.jobs(&failed)?.iter().map(|job| JobLine::of(job, now)).collect();
    let query = JobQuery { build: Some(id), ..JobQuery::read("")? };
    let list = query.page(queue)?;
    let rows: Vec<_> = list.jobs.iter().map(|job| JobLine::of(job, now)).collect();
    let title = format!("Build {id}");
    let page = Page { template: "build", title: &title, section: "builds", is_live: true };
    let content = json!({
        "build": build,
        "is_open": matches!(build.state, BuildState::Running),
        "can_cancel": matches!(build.state, BuildState::Running) && build.done < build.jobs,
        "gantt": Gantt::of(&drawn, now),
        "n_left_out": build.jobs.saturating_sub(drawn.len() as u64),
        "slowest": slowest(drawn, site),
        "failed": failed,
        "jobs": rows,
        "total": list.total,
        "next": list.next.map(|next| query.address(Some(next))),
    });
    page.render(site, content)
}

/// Returns the jobs that took longest, the longest first.
fn slowest(mut jobs: Vec<JobRecord>, site: &Site) -> Vec<JobLine> {
    let now = site.now();
    jobs.retain(|job| seconds(job, now).is_some());
    jobs.sort_by_cached_key(|job| {
        Reverse(job.started.map(|started| job.finished.unwrap_or(now).since(started)))
    });
    jobs.iter().take(NAMED as usize).map(|job| JobLine::of(job, now)).collect()
}
