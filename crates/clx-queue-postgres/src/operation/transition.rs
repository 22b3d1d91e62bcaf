//! Final transitions and what follows from them: the outbox of the session and the jobs that needed
//! these. Principal function: [`finish`].

use clx_queue::{ErrorClass, EventType, JobId, JobState, SessionId};
use postgres::Row;

use crate::error::Failure;
use crate::hub::JobType;
use crate::transaction::Tx;
use crate::value::{Columns, p};

/// The part of a job's row that transitions need.
#[derive(Debug, Clone, Copy)]
pub(crate) struct JobHead {
    pub(crate) id: JobId,
    pub(crate) session: SessionId,
    pub(crate) job_type: JobType,
    pub(crate) state: JobState,
}

impl JobHead {
    /// Reads the columns `id`, `session_id`, `job_type` and `state`.
    pub(crate) fn read(row: &Row) -> Result<Self, postgres::Error> {
        Ok(Self {
            id: row.job("id")?,
            session: row.session("session_id")?,
            job_type: row.job_type("job_type")?,
            state: row.state("state")?,
        })
    }
}

/// Ends locked jobs without a result and lets their dependents follow, transitively; a wave of any size is
/// a few statements. Returns how many jobs ended.
pub(crate) fn finish(
    tx: &mut Tx<'_>,
    jobs: &[JobHead],
    to: JobState,
    class: ErrorClass,
) -> Result<u64, Failure> {
    let mut n_ended = jobs.len() as u64;
    let mut wave = end(tx, jobs, to, class)?;
    while !wave.is_empty() {
        n_ended += wave.len() as u64;
        wave = end(tx, &wave, JobState::Cancelled, ErrorClass::Dependency)?;
    }
    Ok(n_ended)
}

/// Ends jobs; returns those that cannot run without them.
fn end(
    tx: &mut Tx<'_>,
    jobs: &[JobHead],
    to: JobState,
    class: ErrorClass,
) -> Result<Vec<JobHead>, Failure> {
    if jobs.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = jobs.iter().map(|job| job.id.0).collect();
    let now = tx.now.as_us();
    tx.execute(
        "UPDATE jobs
         SET state = $2, error_class = $3, finished_us = $4, cancel_requested = 0
         WHERE id = ANY($1)",
        &[p(&ids), p(&to.code()), p(&class.code()), p(&now)],
    )?;
    tx.execute(
        "INSERT INTO finished(session_id, job)
         SELECT session_id, id FROM jobs WHERE id = ANY($1) ORDER BY id",
        &[p(&ids)],
    )?;
    for job in jobs {
        tx.count(job.session, job.job_type, Some(job.state), to);
        tx.effects.finished.insert(job.session);
    }
    release_dependents(tx, &ids)
}

/// Lowers `blocked_by` of the jobs that needed ended ones and run all the same; returns those that
/// cannot run without them.
fn release_dependents(tx: &mut Tx<'_>, ended: &[i64]) -> Result<Vec<JobHead>, Failure> {
    let ended = ended.to_vec();
    // A statement after the one that ended the jobs sees what was enqueued while these were waited for.
    let rows = tx.query(
        "SELECT jobs.id, session_id, job_type, state, run_at_us, blocked_by,
                needs.n, needs.strict, needs.first
         FROM jobs
         JOIN (SELECT job, count(*) AS n, max(1 - on_failure) AS strict, min(needs) AS first
               FROM deps WHERE needs = ANY($1) GROUP BY job) AS needs ON needs.job = jobs.id
         WHERE state = 0
         ORDER BY jobs.id
         FOR NO KEY UPDATE OF jobs",
        &[p(&ended)],
    )?;
    let mut lost = Vec::new();
    for row in rows {
        let job = JobHead::read(&row)?;
        if row.flag("strict")? {
            let needed = row.job("first")?;
            let detail = format!("job {needed}, which it needs, did not complete");
            tx.event(job.session, EventType::JobCancelled, Some(job.id), None, &detail);
            lost.push(job);
        } else {
            unblock(tx, job, row.int("run_at_us")?, row.int("blocked_by")? - row.int("n")?)?;
        }
    }
    Ok(lost)
}

fn unblock(tx: &mut Tx<'_>, job: JobHead, run_at: i64, blocked_by: i64) -> Result<(), Failure> {
    let to = if blocked_by > 0 {
        JobState::Blocked
    } else if run_at > tx.now.as_us() {
        JobState::Scheduled
    } else {
        JobState::Ready
    };
    tx.execute(
        "UPDATE jobs SET blocked_by = $2, state = $3 WHERE id = $1",
        &[p(&job.id.0), p(&blocked_by), p(&to.code())],
    )?;
    if to != JobState::Blocked {
        tx.count(job.session, job.job_type, Some(JobState::Blocked), to);
    }
    Ok(())
}

/// Moves a locked job that is not final into a waiting state, to run at `run_at_us`.
pub(crate) fn put_back(tx: &mut Tx<'_>, job: JobHead, run_at_us: i64) -> Result<(), Failure> {
    let to = if run_at_us > tx.now.as_us() { JobState::Scheduled } else { JobState::Ready };
    tx.execute(
        "UPDATE jobs
         SET state = $2, run_at_us = $3, worker_id = NULL, claim_seq = NULL
         WHERE id = $1",
        &[p(&job.id.0), p(&to.code()), p(&run_at_us)],
    )?;
    tx.count(job.session, job.job_type, Some(job.state), to);
    Ok(())
}
