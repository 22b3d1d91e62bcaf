//! Which jobs an address asks for. Principal type: [`JobQuery`].

use clx_queue::{JobFilter, JobId, JobRecord, JobState, QueueView, SessionId};
use clx_serve::{encode, form_values};
use serde::Serialize;

use crate::problem::Problem;

/// Jobs on a page unless another number is asked for.
const USUAL_SIZE: u32 = 50;

/// Jobs on a page at most.
const MOST: u32 = 200;

/// What a form or a program filters by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct JobQuery {
    pub(crate) build: Option<SessionId>,
    pub(crate) kind: Option<String>,
    pub(crate) status: Option<JobState>,
    pub(crate) text: Option<String>,
    /// Only what went wrong, also what completed in part.
    pub(crate) failed: bool,
    pub(crate) after: Option<JobId>,
    pub(crate) page_size: u32,
}

/// A page of jobs.
#[derive(Debug)]
pub(crate) struct JobPage {
    /// Jobs on all pages.
    pub(crate) total: u64,
    pub(crate) jobs: Vec<JobRecord>,
    /// After which job the next page goes on, if there is one.
    pub(crate) next: Option<JobId>,
}

impl JobQuery {
    /// Reads what follows the question mark of an address. A field that is empty is not there, as
    /// forms send those that nobody filled in.
    pub(crate) fn read(query: &str) -> Result<Self, Problem> {
        let mut read = Self { page_size: USUAL_SIZE, ..Self::default() };
        for (name, value) in form_values(query) {
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            match name.as_str() {
                "build" => read.build = Some(SessionId(number(&name, value)?)),
                "kind" => read.kind = Some(value.to_owned()),
                "status" => read.status = Some(state(value)?),
                "text" => read.text = Some(value.to_owned()),
                "failed" => read.failed = yes_or_no(value)?,
                "after" => read.after = Some(JobId(number(&name, value)?)),
                "page_size" => read.page_size = page_size(value)?,
                // Browsers and programs add fields of their own.
                _ => {}
            }
        }
        Ok(read)
    }

    fn filter(&self) -> JobFilter {
        JobFilter {
            session: self.build,
            states: self.status.into_iter().collect(),
            troubled: self.failed,
            job_type: self.kind.clone(),
            label: self.text.clone(),
            after: self.after,
            limit: self.page_size + 1,
            ..JobFilter::default()
        }
    }

    /// Reads the page.
    pub(crate) fn page(&self, queue: &dyn QueueView) -> Result<JobPage, Problem> {
        let filter = self.filter();
        let mut jobs = queue.jobs(&filter)?;
        let has_more = jobs.len() > self.page_size as usize;
        jobs.truncate(self.page_size as usize);
        let next = jobs.last().filter(|_| has_more).map(|job| job.id);
        // What is all on this page need not be looked for again.
        let total = if self.after.is_none() && !has_more {
            jobs.len() as u64
        } else {
            queue.count_jobs(&filter)?
        };
        Ok(JobPage { total, jobs, next })
    }

    /// Returns the address of the page after a job, or of the first one.
    pub(crate) fn address(&self, after: Option<JobId>) -> String {
        let fields = [
            ("build", self.build.map(|build| build.to_string())),
            ("kind", self.kind.clone()),
            ("status", self.status.map(|state| state.to_string())),
            ("text", self.text.clone()),
            ("failed", self.failed.then(|| "yes".to_owned())),
            ("page_size", (self.page_size != USUAL_SIZE).then(|| self.page_size.to_string())),
            ("after", after.map(|after| after.to_string())),
        ];
        let fields: Vec<String> = fields
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name}={}", encode(&value?))))
            .collect();
        if fields.is_empty() { "/jobs".to_owned() } else { format!("/jobs?{}", fields.join("&")) }
    }

    /// Tells whether anything is left out.
    pub(crate) fn filters(&self) -> bool {
        self.address(None) != "/jobs"
    }
}

pub(crate) fn number(name: &str, value: &str) -> Result<i64, Problem> {
    value.parse().map_err(|_| {
        let message = format!("`{name}` is a number, and `{value}` is none");
        Problem::bad(message, "lists tell the numbers of builds and jobs")
    })
}

fn state(value: &str) -> Result<JobState, Problem> {
    JobState::ALL.iter().copied().find(|state| state.name() == value).ok_or_else(|| {
        let hint =
            "states are blocked, scheduled, ready, running, completed, failed, cancelled, dead";
        Problem::bad(format!("no job has the state `{value}`"), hint)
    })
}

fn yes_or_no(value: &str) -> Result<bool, Problem> {
    match value {
        "yes" | "true" | "1" => Ok(true),
        "no" | "false" | "0" => Ok(false),
        other => Err(Problem::bad(
            format!("`failed` is `yes` or `no`, not `{other}`"),
            "leave it out for all",
        )),
    }
}

fn page_size(value: &str) -> Result<u32, Problem> {
    value.parse().ok().filter(|size| (1..=MOST).contains(size)).ok_or_else(|| {
        let message = format!("a page has 1 to {MOST} jobs, not `{value}`");
        Problem::bad(message, "go on with `after` for more")
    })
}

#[cfg(test)]
mod tests {
    use clx_queue::{NewJob, NewSession, Queue, SqliteOptions, SqliteQueue};

    use super::*;

    #[test]
    fn form_is_read_and_written_again() {
        let address =
            "build=3&kind=notebook&status=failed&text=a%20b%26&failed=yes&page_size=10&after=7";
        let query = JobQuery::read(address).unwrap();
        assert_eq!(query.text.as_deref(), Some("a b&"));
        assert_eq!(query.address(query.after), format!("/jobs?{address}"));
        let filter = query.filter();
        assert_eq!((filter.states.as_slice(), filter.troubled), (&[JobState::Failed][..], true));
        assert_eq!((filter.limit, filter.after), (11, Some(JobId(7))));
    }

    #[test]
    fn empty_fields_filter_nothing() {
        let query = JobQuery::read("build=&kind=&status=&text=+&other=x").unwrap();
        assert_eq!(query, JobQuery { page_size: USUAL_SIZE, ..JobQuery::default() });
        assert!(!query.filters());
    }

    #[test]
    fn pages_follow_each_other_to_the_last() {
        let dir = tempfile::tempdir().unwrap();
        let queue =
            SqliteQueue::open(&dir.path().join("jobs.db"), &SqliteOptions::default()).unwrap();
        let session = queue.open_session(&NewSession::of_this_process(dir.path(), 0, "")).unwrap();
        let jobs = (0..4).map(|n| NewJob::new("a", &format!("{n}.py"), vec![])).collect();
        queue.enqueue(session, jobs).unwrap();
        let mut query = JobQuery::read("page_size=2").unwrap();
        let mut labels = Vec::new();
        loop {
            let page = query.page(&queue).unwrap();
            assert_eq!((page.total, page.jobs.len()), (4, 2));
            labels.extend(page.jobs.into_iter().map(|job| job.label));
            query.after = page.next;
            if query.after.is_none() {
                break;
            }
        }
        assert_eq!(labels, ["3.py", "2.py", "1.py", "0.py"]);
    }

    #[test]
    fn nonsense_is_refused_with_a_reason() {
        for query in
            ["build=x", "status=lost", "failed=maybe", "page_size=0", "page_size=201", "after=1.5"]
        {
            let problem = JobQuery::read(query).unwrap_err();
            assert_eq!(problem.status, clx_serve::StatusCode::BAD_REQUEST, "{query}");
            assert!(!problem.hint.is_empty(), "{query}");
        }
    }
}
