//! The history of builds.

use serde_json::json;

use super::Page;
use crate::build_query::BuildQuery;
use crate::chart::history::History;
use crate::dashboard::Site;
use crate::problem::Problem;

/// Makes the list of builds.
pub(crate) fn builds(site: &Site, query: &str) -> Result<String, Problem> {
    let query = BuildQuery::read(query)?;
    let (builds, next) = query.page(site)?;
    let page = Page { template: "builds", title: "Builds", section: "builds", is_live: true };
    let content = json!({
        "builds": builds,
        "history": History::of(&builds),
        "is_first": query.after.is_none(),
        "next": next,
    });
    page.render(site, content)
}
