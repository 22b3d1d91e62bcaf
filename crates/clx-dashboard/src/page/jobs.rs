//! The list of jobs.

use clx_queue::JobState;
use serde_json::json;

use super::Page;
use crate::dashboard::Site;
use crate::job_query::JobQuery;
use crate::job_row::JobLine;
use crate::problem::Problem;

/// Makes a page of the list.
pub(crate) fn jobs(site: &Site, query: &str) -> Result<String, Problem> {
    let (query, now) = (JobQuery::read(query)?, site.now());
    let list = query.page(&*site.queue)?;
    let rows: Vec<_> = list.jobs.iter().map(|job| JobLine::of(job, now)).collect();
    let mut kinds: Vec<String> =
        site.queue.totals(None)?.into_iter().map(|total| total.job_type).collect();
    kinds.dedup();
    let states: Vec<&str> = JobState::ALL.iter().map(|state| state.name()).collect();
    let page = Page { template: "jobs", title: "Jobs", section: "jobs", is_live: true };
    let content = json!({
        "query": query,
        "filters": query.filters(),
        "is_first": query.after.is_none(),
        "first": query.address(None),
        "next": list.next.map(|next| query.address(Some(next))),
        "total": list.total,
        "jobs": rows,
        "kinds": kinds,
        "states": states,
    });
    page.render(site, content)
}
