//! Lists jobs by a filter, a page at a time, and counts them. Principal function: [`jobs`].
//!
//! The counters name the sessions that have what is wanted, so jobs are read from those sessions only,
//! and no further than the last one that counts. The time is that of the page, not that of the table.

use clx_queue::{JobFilter, JobId, JobRecord, JobState, SessionId};

use super::list::{JOB_COLUMNS, read_job};
use crate::error::Failure;
use crate::transaction::Tx;
use crate::value::{Columns, Param, Typed, p};

/// Jobs on a page if nothing is said.
const USUAL_LIMIT: u32 = 100;

/// Lists jobs, the newest session first and in it the newest job.
pub(crate) fn jobs(tx: &mut Tx<'_>, filter: &JobFilter) -> Result<Vec<JobRecord>, Failure> {
    let limit = if filter.limit == 0 { USUAL_LIMIT } else { filter.limit } as usize;
    let Some(after) = place_of(tx, filter.after)? else { return Ok(Vec::new()) };
    if filter.troubled {
        return Conditions::new(filter, after).read(tx, limit);
    }
    let mut found = Vec::new();
    for (session, n) in sessions_with(tx, filter, after)? {
        let one = JobFilter { session: Some(session), ..filter.clone() };
        // Conditions that the counters do not know make fewer of them, never more.
        let most = n.min(limit - found.len());
        found.extend(Conditions::new(&one, after).read(tx, most)?);
        if found.len() >= limit {
            break;
        }
    }
    Ok(found)
}

/// Counts the jobs on all pages: by the counters if these know all that is asked for.
pub(crate) fn count(tx: &mut Tx<'_>, filter: &JobFilter) -> Result<u64, Failure> {
    let JobFilter { troubled, label, since, until, .. } = filter;
    if *troubled || label.is_some() || since.is_some() || until.is_some() {
        return Conditions::new(filter, None).count(tx);
    }
    let sessions = sessions_with(tx, filter, None)?;
    Ok(sessions.into_iter().map(|(_, n)| n as u64).sum())
}

/// The place in the list after which to go on; a job that is gone has none.
type After = Option<(SessionId, JobId)>;

fn place_of(tx: &mut Tx<'_>, after: Option<JobId>) -> Result<Option<After>, Failure> {
    let Some(job) = after else { return Ok(Some(None)) };
    let row = tx.query_opt("SELECT session_id FROM jobs WHERE id = $1", &[p(&job.0)])?;
    let session = row.map(|row| row.session("session_id")).transpose()?;
    Ok(session.map(|session| Some((session, job))))
}

/// Names the sessions that have jobs of the wanted states and type, and how many.
fn sessions_with(
    tx: &mut Tx<'_>,
    filter: &JobFilter,
    after: After,
) -> Result<Vec<(SessionId, usize)>, Failure> {
    let sql = format!(
        "SELECT session_id, sum(n)::bigint AS n
         FROM counters JOIN sessions ON sessions.id = session_id
         WHERE ($1::bigint IS NULL OR session_id = $1)
           AND ($2::bigint IS NULL OR session_id <= $2)
           AND ($3::text IS NULL OR job_type = (SELECT id FROM job_types WHERE name = $3))
           AND ($4::bigint IS NULL OR closed_us IS NULL OR closed_us >= $4)
           AND ($5::bigint IS NULL OR sessions.created_us < $5)
           AND {}
         GROUP BY session_id
         HAVING sum(n) > 0
         ORDER BY session_id DESC",
        is_in_states("counters.state", &filter.states).unwrap_or_else(|| "true".to_owned()),
    );
    let rows = tx.query(
        &sql,
        &[
            p(&filter.session.map(|id| id.0)),
            p(&after.map(|(session, _)| session.0)),
            p(&filter.job_type),
            p(&filter.since.map(clx_core::Timestamp::as_us)),
            p(&filter.until.map(clx_core::Timestamp::as_us)),
        ],
    )?;
    let sessions = rows.iter().map(|row| {
        Ok((row.session("session_id")?, usize::try_from(row.int("n")?).unwrap_or(usize::MAX)))
    });
    sessions.collect()
}

fn is_in_states(column: &str, states: &[JobState]) -> Option<String> {
    let codes: Vec<String> = states.iter().map(|&state| state.code().to_string()).collect();
    (!codes.is_empty()).then(|| format!("{column} IN ({})", codes.join(", ")))
}

/// A value of a condition.
enum Value {
    Number(i64),
    Text(String),
}

impl Value {
    fn param(&self) -> Param<'_> {
        match self {
            Self::Number(number) => (number, i64::TYPE),
            Self::Text(text) => (text, String::TYPE),
        }
    }
}

/// A WHERE clause and its values.
struct Conditions {
    /// All must hold; empty if none is needed.
    parts: Vec<String>,
    values: Vec<Value>,
}

impl Conditions {
    fn new(filter: &JobFilter, after: After) -> Self {
        let mut all = Self { parts: Vec::new(), values: Vec::new() };
        if filter.troubled {
            // As the index `jobs_troubled` has it, so that it is used.
            all.parts.push("jobs.error_class NOT IN (6, 7)".to_owned());
        }
        all.parts.extend(is_in_states("jobs.state", &filter.states));
        if let Some(session) = filter.session {
            all.and("jobs.session_id =", Value::Number(session.0));
        }
        if let Some((session, job)) = after {
            let session = all.place(Value::Number(session.0));
            let job = all.place(Value::Number(job.0));
            all.parts.push(format!("(jobs.session_id, jobs.id) < ({session}, {job})"));
        }
        if let Some(job_type) = &filter.job_type {
            all.and("job_types.name =", Value::Text(job_type.clone()));
        }
        if let Some(label) = &filter.label {
            let escaped = label.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            // The plain collation knows upper and lower case of ASCII letters only.
            all.and("jobs.label COLLATE \"C\" ILIKE", Value::Text(format!("%{escaped}%")));
        }
        if let Some(since) = filter.since {
            all.and("jobs.created_us >=", Value::Number(since.as_us()));
        }
        if let Some(until) = filter.until {
            all.and("jobs.created_us <", Value::Number(until.as_us()));
        }
        all
    }

    fn and(&mut self, left: &str, value: Value) {
        let place = self.place(value);
        self.parts.push(format!("{left} {place}"));
    }

    /// Keeps a value and returns how the clause names it.
    fn place(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    fn clause(&self) -> String {
        if self.parts.is_empty() { "true".to_owned() } else { self.parts.join(" AND ") }
    }

    fn params(&self) -> Vec<Param<'_>> {
        self.values.iter().map(Value::param).collect()
    }

    fn count(&self, tx: &mut Tx<'_>) -> Result<u64, Failure> {
        let sql = format!(
            "SELECT count(*) AS n
             FROM jobs JOIN job_types ON job_types.id = jobs.job_type
             WHERE {}",
            self.clause()
        );
        Ok(tx.query_one(&sql, &self.params())?.count("n")?)
    }

    fn read(&self, tx: &mut Tx<'_>, limit: usize) -> Result<Vec<JobRecord>, Failure> {
        let sql = format!(
            "{JOB_COLUMNS}
             WHERE {}
             ORDER BY jobs.session_id DESC, jobs.id DESC
             LIMIT {limit}",
            self.clause()
        );
        let rows = tx.query(&sql, &self.params())?;
        Ok(rows.iter().map(read_job).collect::<Result<_, _>>()?)
    }
}
