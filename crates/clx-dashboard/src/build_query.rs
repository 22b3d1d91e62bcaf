//! Which builds an address asks for. Principal type: [`BuildQuery`].

use clx_queue::{SessionFilter, SessionId};
use clx_serve::form_values;
use clx_status::Build;

use crate::dashboard::Site;
use crate::job_query::number;
use crate::problem::Problem;

/// Builds on a page.
const SIZE: u32 = 50;

/// A page of the history.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct BuildQuery {
    /// The last build of the page before.
    pub(crate) after: Option<SessionId>,
}

impl BuildQuery {
    pub(crate) fn read(query: &str) -> Result<Self, Problem> {
        let after = form_values(query).into_iter().find(|(name, _)| name == "after");
        let after = after.map(|(name, value)| number(&name, &value)).transpose()?;
        Ok(Self { after: after.map(SessionId) })
    }

    /// Reads the page, the newest first, and after which build the next one goes on.
    pub(crate) fn page(&self, site: &Site) -> Result<(Vec<Build>, Option<SessionId>), Problem> {
        let filter =
            SessionFilter { after: self.after, limit: SIZE + 1, ..SessionFilter::default() };
        let mut builds = Build::list(&*site.queue, &filter, site.now(), site.is_dead())?;
        let has_more = builds.len() > SIZE as usize;
        builds.truncate(SIZE as usize);
        let next = builds.last().filter(|_| has_more).map(|build| build.id);
        Ok((builds, next))
    }
}
