//! Which jobs a command is about. Principal function: [`job_filter`].

use clx_queue::{JobFilter, SessionId};

use crate::args::queue::JobFilterArgs;
use crate::command::queue_file::now;

/// Reads the flags that choose jobs.
pub(super) fn job_filter(args: &JobFilterArgs) -> JobFilter {
    let now = now();
    JobFilter {
        session: args.build.map(SessionId),
        states: args.state.iter().flat_map(|states| states.0.clone()).collect(),
        job_type: args.kind.map(|kind| kind.name().to_owned()),
        label: args.source.clone(),
        since: args.since.map(|age| now.minus(age.0)),
        until: args.older_than.map(|age| now.minus(age.0)),
        ..JobFilter::default()
    }
}
