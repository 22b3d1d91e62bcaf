//! Adds a batch of jobs. Principal function: [`enqueue`].
//!
//! The rows of a batch are gathered and inserted by one statement, under ids that are taken before; only a
//! job whose unique key or needs concern another costs statements of its own.

use std::collections::HashMap;

use clx_queue::{
    JobId, JobState, Need, NewJob, OnConflict, OnFailure, QueueError, SessionId, UniqueKey,
};

use super::cancel;
use super::plain::NewColumns;
use super::session::require_open;
use super::transition::JobHead;
use crate::error::Failure;
use crate::hub::JobType;
use crate::transaction::Tx;
use crate::value::{Columns, p};

/// Enqueues all jobs or none; returns their ids in order. `types` names the row of every type.
pub(crate) fn enqueue(
    tx: &mut Tx<'_>,
    session: SessionId,
    jobs: &[NewJob],
    types: &HashMap<String, JobType>,
) -> Result<Vec<JobId>, Failure> {
    require_open(tx, session)?;
    let mut batch = Batch::begin(tx, session, jobs)?;
    for (index, job) in jobs.iter().enumerate() {
        // The caller looked all types up.
        let job_type = types.get(&job.job_type).copied().unwrap_or(JobType(0));
        batch.add(tx, index, job, job_type)?;
    }
    batch.flush(tx)?;
    Ok(batch.ids)
}

/// A batch under way.
struct Batch<'j> {
    session: SessionId,
    jobs: &'j [NewJob],
    /// Ids for all jobs, in order; those of joined jobs stay unused.
    fresh: Vec<JobId>,
    /// Ids of the jobs so far, as the caller gets them.
    ids: Vec<JobId>,
    /// Jobs that are not inserted yet.
    waiting: Vec<NewRow<'j>>,
    /// Live jobs with a unique key of this batch.
    keys: HashMap<&'j str, JobHead>,
    /// States of jobs that others need, locked so that they do not end meanwhile.
    states: HashMap<JobId, JobState>,
}

struct NewRow<'j> {
    head: JobHead,
    /// What is enqueued, and what replaces its payload and label.
    job: &'j NewJob,
    content: &'j NewJob,
    needs: Vec<(JobId, OnFailure)>,
    /// A need had failed, so the job can never run.
    is_hopeless: bool,
}

impl<'j> Batch<'j> {
    fn begin(tx: &mut Tx<'_>, session: SessionId, jobs: &'j [NewJob]) -> Result<Self, Failure> {
        let n = i64::try_from(jobs.len()).unwrap_or(i64::MAX);
        let rows = tx.query(
            "SELECT nextval(pg_get_serial_sequence('jobs', 'id')) AS id FROM generate_series(1, $1)",
            &[p(&n)],
        )?;
        let fresh = rows.iter().map(|row| row.job("id")).collect::<Result<_, _>>()?;
        let needs = jobs.iter().flat_map(|job| &job.needs).filter_map(|(need, _)| match need {
            Need::Job(id) => Some(*id),
            Need::InBatch(_) => None,
        });
        let states = lock_states(tx, session, needs.map(|id| id.0).collect())?;
        let keys = lock_keys(tx, session, jobs)?;
        Ok(Self { session, jobs, fresh, ids: Vec::new(), waiting: Vec::new(), keys, states })
    }

    fn add(
        &mut self,
        tx: &mut Tx<'_>,
        index: usize,
        job: &'j NewJob,
        job_type: JobType,
    ) -> Result<(), Failure> {
        if let Some(unique) = &job.unique
            && let Some(id) = self.resolve_conflict(tx, job, unique)?
        {
            self.ids.push(id);
            return Ok(());
        }
        let (needs, is_hopeless) = self.open_needs(tx, index, job)?;
        let state = if is_hopeless || !needs.is_empty() {
            JobState::Blocked
        } else if job.not_before.is_some_and(|moment| moment > tx.now) {
            JobState::Scheduled
        } else {
            JobState::Ready
        };
        let id = self.fresh[index];
        let head = JobHead { id, session: self.session, job_type, state };
        let known = if is_hopeless { JobState::Cancelled } else { state };
        self.states.insert(id, known);
        if let (Some(unique), false) = (&job.unique, is_hopeless) {
            self.keys.insert(&unique.key, head);
        }
        self.waiting.push(NewRow { head, job, content: job, needs, is_hopeless });
        self.ids.push(id);
        if is_hopeless {
            self.flush(tx)?;
        }
        Ok(())
    }

    /// Returns the jobs that a new one has to wait for, or that it can never run.
    fn open_needs(
        &mut self,
        tx: &mut Tx<'_>,
        index: usize,
        job: &NewJob,
    ) -> Result<(Vec<(JobId, OnFailure)>, bool), Failure> {
        let mut open: Vec<(JobId, OnFailure)> = Vec::new();
        for &(need, on_failure) in &job.needs {
            let bad = |needs: String| QueueError::BadNeed { index, needs };
            let id = match need {
                Need::Job(id) => id,
                Need::InBatch(earlier) => *self
                    .ids
                    .get(earlier)
                    .ok_or_else(|| bad(format!("number {earlier} of the batch")))?,
            };
            if open.iter().any(|&(other, _)| other == id) {
                continue;
            }
            if !self.states.contains_key(&id) {
                // One that a job of this batch joined.
                self.states.extend(lock_states(tx, self.session, vec![id.0])?);
            }
            let state = self.states.get(&id).copied();
            match state.ok_or_else(|| bad(format!("job {id}")))? {
                JobState::Completed => {}
                JobState::Failed | JobState::Cancelled | JobState::Dead => {
                    if on_failure == OnFailure::Cancel {
                        return Ok((Vec::new(), true));
                    }
                }
                JobState::Blocked | JobState::Scheduled | JobState::Ready | JobState::Running => {
                    open.push((id, on_failure));
                }
            }
        }
        Ok((open, false))
    }

    /// Makes room for a unique key; returns the job that stands for the new one, if any does.
    fn resolve_conflict(
        &mut self,
        tx: &mut Tx<'_>,
        job: &'j NewJob,
        unique: &'j UniqueKey,
    ) -> Result<Option<JobId>, Failure> {
        let Some(existing) = self.keys.get(unique.key.as_str()).copied() else { return Ok(None) };
        match (unique.on_conflict, existing.state) {
            (OnConflict::Join, _) => Ok(Some(existing.id)),
            (OnConflict::Replace, JobState::Blocked | JobState::Scheduled | JobState::Ready) => {
                self.replace(tx, existing.id, job)?;
                Ok(Some(existing.id))
            }
            (OnConflict::Replace | OnConflict::Supersede, _) => {
                self.flush(tx)?;
                cancel::supersede(tx, existing)?;
                // Jobs that needed it went with it: what was known of others may no longer hold.
                self.keys = lock_keys(tx, self.session, self.jobs)?;
                self.states.clear();
                Ok(None)
            }
        }
    }

    fn replace(&mut self, tx: &mut Tx<'_>, id: JobId, job: &'j NewJob) -> Result<(), Failure> {
        if let Some(row) = self.waiting.iter_mut().find(|row| row.head.id == id) {
            row.content = job;
            return Ok(());
        }
        tx.execute(
            "UPDATE jobs SET payload = $2, label = $3 WHERE id = $1",
            &[p(&id.0), p(&job.payload.as_slice()), p(&job.label)],
        )?;
        Ok(())
    }

    /// Inserts what waits.
    fn flush(&mut self, tx: &mut Tx<'_>) -> Result<(), Failure> {
        let rows = std::mem::take(&mut self.waiting);
        if rows.is_empty() {
            return Ok(());
        }
        insert(tx, self.session, &rows)?;
        insert_needs(tx, &rows)?;
        for row in &rows {
            tx.count(self.session, row.head.job_type, None, row.head.state);
        }
        let hopeless: Vec<_> =
            rows.iter().filter(|row| row.is_hopeless).map(|row| row.head).collect();
        cancel::for_failed_need(tx, &hopeless)
    }
}

fn insert(tx: &mut Tx<'_>, session: SessionId, rows: &[NewRow<'_>]) -> Result<(), Failure> {
    fn column<'j, T>(rows: &[NewRow<'j>], f: impl Fn(&NewRow<'j>) -> T) -> Vec<T> {
        rows.iter().map(f).collect()
    }
    let ids = column(rows, |row| row.head.id.0);
    let types = column(rows, |row| row.head.job_type.0);
    let states = column(rows, |row| row.head.state.code());
    let blocked_by = column(rows, |row| {
        if row.is_hopeless { 1 } else { i64::try_from(row.needs.len()).unwrap_or(i64::MAX) }
    });
    let keys = column(rows, |row| row.job.unique.as_ref().map(|unique| unique.key.as_str()));
    let labels = column(rows, |row| row.content.label.as_str());
    let payloads = column(rows, |row| row.content.payload.as_slice());
    let columns = NewColumns::of(rows.iter().map(|row| row.job));
    let now = tx.now.as_us();
    tx.execute(
        "INSERT INTO jobs(id, session_id, job_type, state, priority, run_at_us, blocked_by,
                          max_failures, max_losses, requires, unique_key, label, payload,
                          timeout_ms, correlation_id, created_us)
         OVERRIDING SYSTEM VALUE
         SELECT id, $1, type, state, priority, run_at, blocked_by, max_failures, max_losses, requires,
                unique_key, label, payload, timeout, correlation, $2
         FROM unnest($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
           AS new(id, type, state, priority, run_at, blocked_by, max_failures, max_losses, requires,
                  unique_key, label, payload, timeout, correlation)",
        &[
            p(&session.0),
            p(&now),
            p(&ids),
            p(&types),
            p(&states),
            p(&columns.priorities),
            p(&columns.run_at),
            p(&blocked_by),
            p(&columns.max_failures),
            p(&columns.max_losses),
            p(&columns.requires),
            p(&keys),
            p(&labels),
            p(&payloads),
            p(&columns.timeouts),
            p(&columns.correlations),
        ],
    )?;
    Ok(())
}

fn insert_needs(tx: &mut Tx<'_>, rows: &[NewRow<'_>]) -> Result<(), Failure> {
    let (mut needs, mut jobs, mut on_failure) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        for &(need, otherwise) in &row.needs {
            needs.push(need.0);
            jobs.push(row.head.id.0);
            on_failure.push(i64::from(otherwise == OnFailure::Run));
        }
    }
    if !needs.is_empty() {
        tx.execute(
            "INSERT INTO deps(needs, job, on_failure) SELECT * FROM unnest($1, $2, $3)",
            &[p(&needs), p(&jobs), p(&on_failure)],
        )?;
    }
    Ok(())
}

/// Returns the states of a session's jobs. They are locked: whoever ends one of them waits for this
/// transaction and finds what needs it.
fn lock_states(
    tx: &mut Tx<'_>,
    session: SessionId,
    ids: Vec<i64>,
) -> Result<HashMap<JobId, JobState>, Failure> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = tx.query(
        "SELECT id, state FROM jobs
         WHERE id = ANY($1) AND session_id = $2
         ORDER BY id
         FOR SHARE",
        &[p(&ids), p(&session.0)],
    )?;
    let states = rows.iter().map(|row| Ok((row.job("id")?, row.state("state")?)));
    states.collect()
}

/// Returns the live jobs that have a unique key of the batch, locked.
fn lock_keys<'j>(
    tx: &mut Tx<'_>,
    session: SessionId,
    jobs: &'j [NewJob],
) -> Result<HashMap<&'j str, JobHead>, Failure> {
    let keys: Vec<&str> = jobs
        .iter()
        .filter_map(|job| job.unique.as_ref())
        .map(|unique| unique.key.as_str())
        .collect();
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = tx.query(
        "SELECT id, session_id, job_type, state, unique_key
         FROM jobs
         WHERE session_id = $1 AND unique_key = ANY($2)
           AND unique_key IS NOT NULL AND state <= 3
         ORDER BY id
         FOR NO KEY UPDATE",
        &[p(&session.0), p(&keys)],
    )?;
    let mut found = HashMap::new();
    for row in rows {
        let key = row.text("unique_key")?;
        if let Some(&key) = keys.iter().find(|own| **own == key) {
            found.insert(key, JobHead::read(&row)?);
        }
    }
    Ok(found)
}
