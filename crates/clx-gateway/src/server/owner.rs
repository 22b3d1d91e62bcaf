//! The calls of the session's owner. Principal function: [`call`].

use clx_queue::Queue;

use super::route::Answer;
use crate::protocol::{LONGEST_WAIT, OwnerCall};
use crate::refusal::Refusal;

/// Passes a call on.
pub(super) fn call(queue: &dyn Queue, call: OwnerCall) -> Result<Answer, Refusal> {
    match call {
        OwnerCall::OpenSession { new } => Answer::json(&queue.open_session(&new)?),
        OwnerCall::CloseSession { session } => Answer::json(&queue.close_session(session)?),
        OwnerCall::AbandonSession { session } => Answer::json(&queue.abandon_session(session)?),
        OwnerCall::Sessions => Answer::json(&queue.sessions()?),
        OwnerCall::Enqueue { session, jobs } => Answer::json(&queue.enqueue(session, jobs)?),
        OwnerCall::Cancel { session, target, by } => {
            Answer::json(&queue.cancel(session, &target, &by)?)
        }
        OwnerCall::Finished { session, after, limit, wait } => {
            Answer::json(&queue.finished(session, after, limit, wait.min(LONGEST_WAIT))?)
        }
        OwnerCall::RegisterWorker { new } => Answer::json(&queue.register_worker(&new)?),
        OwnerCall::SetPaused { job_type, paused } => {
            Answer::json(&queue.set_paused(&job_type, paused)?)
        }
        OwnerCall::SetMaxRunning { job_type, limit } => {
            Answer::json(&queue.set_max_running(&job_type, limit)?)
        }
        OwnerCall::Retry { job } => Answer::json(&queue.retry(job)?),
        OwnerCall::Counts { session } => {
            // Keys of a JSON object are texts; pairs keep the states.
            let counts: Vec<_> = queue.counts(session)?.into_iter().collect();
            Answer::json(&counts)
        }
        OwnerCall::Job { job } => Answer::json(&queue.job(job)?),
        OwnerCall::Jobs { filter } => Answer::json(&queue.jobs(&filter)?),
        OwnerCall::Attempts { job } => Answer::json(&queue.attempts(job)?),
        OwnerCall::Workers { session } => Answer::json(&queue.workers(session)?),
        OwnerCall::Events { after, limit } => Answer::json(&queue.events(after, limit)?),
        OwnerCall::Prune { retention } => Answer::json(&queue.prune(&retention)?),
    }
}
