//! All at a glance.

use serde_json::json;

use super::Page;
use crate::chart::throughput::Throughput;
use crate::dashboard::Site;
use crate::problem::Problem;

/// Makes the first page.
pub(crate) fn overview(site: &Site) -> Result<String, Problem> {
    let version = site.queue.change_counter()?;
    let overview = site.overview()?;
    let page = Page { template: "overview", title: "Overview", section: "overview", is_live: true };
    let content = json!({
        "overview": overview,
        "throughput": Throughput::of(&overview.minutes, site.now()),
    });
    page.render_with(site, version, &overview, content)
}
