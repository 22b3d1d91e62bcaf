//! Reports finished attempts and claims jobs, in one transaction. Principal functions: [`Call::run`],
//! [`the_long_way`].
//!
//! What nearly every call is, plain completions and a claim, is one call of the function `claim` on the
//! server: one round trip. Reports of other kinds are taken first, statement by statement, in the
//! transaction in which that function is called then.

use clx_queue::{
    Claim, ClaimRequest, ClaimedJob, Completion, JobId, Outcome, QueueError, SessionId, WorkerId,
};
use postgres::{Client, Row};

use super::report::{self, Reported};
use crate::error::Failure;
use crate::hub::JobType;
use crate::transaction::{Effects, Tx};
use crate::value::{Columns, p};

/// A call of the function `claim`.
pub(crate) struct Call<'r> {
    request: &'r ClaimRequest,
    /// Plain completions, by the ids of their jobs.
    plain: Vec<(&'r Completion, &'r [u8], Option<i64>)>,
    n_failed: i64,
    is_reported: bool,
}

/// What the function answered.
#[derive(Default)]
pub(crate) struct Answer {
    pub(crate) claim: Claim,
    pub(crate) effects: Effects,
    refusal: Option<Refusal>,
}

enum Refusal {
    Gone,
    OutOfOrder { expected: i64 },
}

/// Limits and moment of a call, as the function takes them; no limits if it runs in a transaction that has
/// them already.
pub(crate) struct Limits<'l> {
    pub(crate) clock: Option<i64>,
    pub(crate) commit: Option<&'l str>,
    pub(crate) lock_ms: Option<&'l str>,
}

impl<'r> Call<'r> {
    /// Makes a call if all that is reported are plain completions.
    pub(crate) fn plain(request: &'r ClaimRequest) -> Option<Self> {
        let mut call = Self { request, plain: Vec::new(), n_failed: 0, is_reported: false };
        for completion in &request.done {
            let Outcome::Completed { result, partial } = &completion.outcome else { return None };
            call.plain.push((completion, result, partial.map(clx_queue::ErrorClass::code)));
        }
        call.plain.sort_by_key(|(completion, ..)| completion.job);
        Some(call)
    }

    /// Calls the function by its full name.
    pub(crate) fn run(
        &self,
        client: &mut Client,
        function: &str,
        limits: &Limits<'_>,
    ) -> Result<Answer, postgres::Error> {
        let jobs: Vec<_> = self.plain.iter().map(|(done, ..)| done.job.0).collect();
        let attempts: Vec<_> =
            self.plain.iter().map(|(done, ..)| i64::from(done.attempt)).collect();
        let results: Vec<_> = self.plain.iter().map(|&(_, result, _)| result).collect();
        let partials: Vec<_> = self.plain.iter().map(|&(.., partial)| partial).collect();
        let rows = client.query_typed(
            &format!("SELECT * FROM {function}($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"),
            &[
                p(&self.request.worker.0),
                p(&self.request.seq),
                p(&i64::from(self.request.free)),
                p(&jobs),
                p(&attempts),
                p(&results),
                p(&partials),
                p(&self.n_failed),
                p(&self.is_reported),
                p(&limits.clock),
                p(&limits.commit),
                p(&limits.lock_ms),
            ],
        )?;
        Answer::read(&rows)
    }
}

impl Answer {
    fn read(rows: &[Row]) -> Result<Self, postgres::Error> {
        let mut answer = Self::default();
        for row in rows {
            match row.int("kind")? {
                0 => match row.int("a")? {
                    1 => answer.refusal = Some(Refusal::Gone),
                    2 => {
                        answer.refusal = Some(Refusal::OutOfOrder { expected: row.int("b")? });
                    }
                    _ => {}
                },
                1 => answer.claim.lost.push(row.job("a")?),
                2 => answer.claim.jobs.push(read_claimed(row)?),
                3 => {
                    let topic = (row.session("a")?, row.job_type("b")?);
                    let n = usize::try_from(row.int("c")?).unwrap_or_default();
                    *answer.effects.ready.entry(topic).or_default() += n;
                }
                4 => {
                    answer.effects.finished.insert(row.session("a")?);
                }
                _ => answer.effects.put_off = true,
            }
        }
        Ok(answer)
    }

    /// Returns what was claimed and whom to wake, or why the request was refused.
    pub(crate) fn or_refusal(
        self,
        worker: WorkerId,
        found: i64,
    ) -> Result<(Claim, Effects), QueueError> {
        match self.refusal {
            None => Ok((self.claim, self.effects)),
            Some(Refusal::Gone) => Err(QueueError::WorkerGone { worker }),
            Some(Refusal::OutOfOrder { expected }) => {
                Err(QueueError::ClaimOutOfOrder { worker, found, expected })
            }
        }
    }
}

fn read_claimed(row: &Row) -> Result<ClaimedJob, postgres::Error> {
    let mut job = ClaimedJob::given(
        row.job("a")?,
        row.small("b")?,
        row.text("label")?,
        row.opt_bytes("payload")?.unwrap_or_default(),
    );
    job.timeout = row.opt_millis("timeout_ms")?;
    job.correlation_id = row.opt_text("correlation_id")?;
    Ok(job)
}

/// Accepts reports of all kinds one by one, then calls the function for the rest and the claim.
pub(crate) fn the_long_way(
    tx: &mut Tx<'_>,
    request: &ClaimRequest,
    function: &str,
) -> Result<Claim, Failure> {
    let mut call =
        Call { request, plain: Vec::new(), n_failed: 0, is_reported: !request.done.is_empty() };
    let mut lost: Vec<JobId> = Vec::new();
    if is_new(tx, request)? {
        let mut done: Vec<_> = request.done.iter().collect();
        done.sort_by_key(|completion| completion.job);
        for completion in done {
            match report::report(tx, request.worker, completion)? {
                Reported::Accepted { failed } => call.n_failed += i64::from(failed),
                Reported::Lost => lost.push(completion.job),
                Reported::Plain => {
                    let Outcome::Completed { result, partial } = &completion.outcome else {
                        continue;
                    };
                    let partial = partial.map(clx_queue::ErrorClass::code);
                    call.plain.push((completion, result, partial));
                }
            }
        }
    }
    let now = tx.now.as_us();
    let limits = Limits { clock: Some(now), commit: None, lock_ms: None };
    let answer = call.run(tx.client(), function, &limits)?;
    let (mut claim, effects) = answer.or_refusal(request.worker, request.seq)?;
    tx.effects.merge(effects);
    claim.lost.extend(lost);
    Ok(claim)
}

/// Tells whether the request is the worker's next one, and locks the worker's row. Anything else is left
/// to the function, which says what it is.
fn is_new(tx: &mut Tx<'_>, request: &ClaimRequest) -> Result<bool, Failure> {
    let row = tx.query_opt(
        "SELECT claim_seq
         FROM workers JOIN sessions ON sessions.id = workers.session_id
         WHERE workers.id = $1 AND workers.state <> 0 AND sessions.state = 1
         FOR NO KEY UPDATE OF workers",
        &[p(&request.worker.0)],
    )?;
    Ok(row.map(|row| row.int("claim_seq")).transpose()?.is_some_and(|seq| seq + 1 == request.seq))
}

/// Returns where a worker stands: whose jobs of which type it claims; `None` if its row is gone or its
/// session closed.
pub(crate) fn place(
    tx: &mut Tx<'_>,
    worker: WorkerId,
) -> Result<Option<(SessionId, JobType)>, Failure> {
    let row = tx.query_opt(
        "SELECT workers.session_id, workers.job_type
         FROM workers JOIN sessions ON sessions.id = workers.session_id
         WHERE workers.id = $1 AND sessions.state = 1",
        &[p(&worker.0)],
    )?;
    let place = row.map(|row| Ok((row.session("session_id")?, row.job_type("job_type")?)));
    place.transpose()
}
