//! From an address to what is asked for. Principal type: [`Route`].

use clx_queue::{JobId, SessionId};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    /// All at a glance.
    Overview,
    /// The history of builds.
    Builds,
    /// One build.
    Build(SessionId),
    /// The list of jobs.
    Jobs,
    /// One job.
    Job(JobId),
    /// What a source depended on and what came of it.
    Depends,
    /// What the cache holds.
    Cache,
    /// The list of output trees.
    Trees,
    /// Built outputs.
    Tree,
    /// The stylesheet.
    Style,
    /// The script.
    Script,
    /// The stream of events.
    Events,
    /// JSON.
    Api(Api),
    /// To change something.
    Change(Change),
    /// There is nothing.
    Nothing,
}

/// JSON that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Api {
    Health,
    Version,
    Status,
    Workers,
    Jobs,
    Job(JobId),
    Builds,
    Nothing,
}

/// What is to be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    CancelJob(JobId),
    RetryJob(JobId),
    CancelBuild(SessionId),
}

impl Route {
    /// Finds out what is asked for by the path of an address.
    pub(crate) fn of(path: &str) -> Self {
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        match *parts {
            [""] => Self::Overview,
            ["builds"] => Self::Builds,
            ["builds", id] => number(id).map_or(Self::Nothing, |id| Self::Build(SessionId(id))),
            ["builds", id, "cancel"] => number(id)
                .map_or(Self::Nothing, |id| Self::Change(Change::CancelBuild(SessionId(id)))),
            ["jobs"] => Self::Jobs,
            ["jobs", id] => number(id).map_or(Self::Nothing, |id| Self::Job(JobId(id))),
            ["jobs", id, "cancel"] => {
                number(id).map_or(Self::Nothing, |id| Self::Change(Change::CancelJob(JobId(id))))
            }
            ["jobs", id, "retry"] => {
                number(id).map_or(Self::Nothing, |id| Self::Change(Change::RetryJob(JobId(id))))
            }
            ["depends"] => Self::Depends,
            ["cache"] => Self::Cache,
            ["tree"] | ["tree", ""] => Self::Trees,
            ["tree", ..] => Self::Tree,
            ["style.css"] => Self::Style,
            ["script.js"] => Self::Script,
            ["events"] => Self::Events,
            ["api", ref rest @ ..] => Self::Api(Api::of(rest)),
            _ => Self::Nothing,
        }
    }
}

impl Api {
    fn of(parts: &[&str]) -> Self {
        match *parts {
            ["health"] => Self::Health,
            ["version"] => Self::Version,
            ["status"] => Self::Status,
            ["workers"] => Self::Workers,
            ["jobs"] => Self::Jobs,
            ["jobs", id] => number(id).map_or(Self::Nothing, |id| Self::Job(JobId(id))),
            ["builds"] => Self::Builds,
            _ => Self::Nothing,
        }
    }
}

/// Reads an id; nothing else is one.
fn number(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: Route) {
        assert_eq!(Route::of(path), expected, "{path}");
    }

    #[test]
    fn pages_and_json_have_addresses() {
        check("/", Route::Overview);
        check("/builds/7", Route::Build(SessionId(7)));
        check("/jobs", Route::Jobs);
        check("/jobs/12", Route::Job(JobId(12)));
        check("/tree/", Route::Trees);
        check("/tree/public/En/a%20b.html", Route::Tree);
        check("/api/jobs/12", Route::Api(Api::Job(JobId(12))));
        check("/jobs/12/cancel", Route::Change(Change::CancelJob(JobId(12))));
        check("/jobs/12/retry", Route::Change(Change::RetryJob(JobId(12))));
        check("/builds/7/cancel", Route::Change(Change::CancelBuild(SessionId(7))));
    }

    #[test]
    fn anything_else_is_nothing() {
        for path in
            ["/job", "/jobs/", "/jobs/-1", "/jobs/+1", "/jobs/1x", "/jobs/1/drop", "/builds/"]
        {
            check(path, Route::Nothing);
        }
        check("/jobs/99999999999999999999", Route::Nothing);
        check("/api/", Route::Api(Api::Nothing));
        check("/api/jobs/x", Route::Api(Api::Nothing));
    }
}
