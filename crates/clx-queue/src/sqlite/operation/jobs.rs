//! Lists jobs by a filter, a page at a time, and counts them. Principal function: [`jobs`].
//!
//! The counters name the sessions that have what is wanted, so jobs are read from those sessions only,
//! and no further than the last one that counts. The time is that of the page, not that of the file.

use rusqlite::types::ToSql;
use rusqlite::{Connection, OptionalExtension, named_params, params_from_iter};

use super::list::{JOB_COLUMNS, read_job};
use crate::ids::{JobId, SessionId};
use crate::job::{JobFilter, JobRecord};
use crate::state::JobState;

/// Jobs on a page if nothing is said.
const USUAL_LIMIT: u32 = 100;

/// Lists jobs, the newest session first and in it the newest job.
pub(crate) fn jobs(
    connection: &Connection,
    filter: &JobFilter,
) -> rusqlite::Result<Vec<JobRecord>> {
    let limit = if filter.limit == 0 { USUAL_LIMIT } else { filter.limit } as usize;
    let Some(after) = place_of(connection, filter.after)? else { return Ok(Vec::new()) };
    if filter.troubled {
        return Conditions::new(filter, after).read(connection, limit);
    }
    let mut found = Vec::new();
    for (session, n) in sessions_with(connection, filter, after)? {
        let one = JobFilter { session: Some(session), ..filter.clone() };
        // Conditions that the counters do not know make fewer of them, never more.
        let most = n.min(limit - found.len());
        found.extend(Conditions::new(&one, after).read(connection, most)?);
        if found.len() >= limit {
            break;
        }
    }
    Ok(found)
}

/// Counts the jobs on all pages: by the counters if these know all that is asked for.
pub(crate) fn count(connection: &Connection, filter: &JobFilter) -> rusqlite::Result<u64> {
    let JobFilter { troubled, label, since, until, .. } = filter;
    if *troubled || label.is_some() || since.is_some() || until.is_some() {
        return Conditions::new(filter, None).count(connection);
    }
    let sessions = sessions_with(connection, filter, None)?;
    Ok(sessions.into_iter().map(|(_, n)| n as u64).sum())
}

/// The place in the list after which to go on; a job that is gone has none.
type After = Option<(SessionId, JobId)>;

fn place_of(connection: &Connection, after: Option<JobId>) -> rusqlite::Result<Option<After>> {
    let Some(job) = after else { return Ok(Some(None)) };
    let session = connection
        .prepare_cached("SELECT session_id FROM jobs WHERE id = :id")?
        .query_row(named_params! { ":id": job }, |row| row.get(0))
        .optional()?;
    Ok(session.map(|session| Some((session, job))))
}

/// Names the sessions that have jobs of the wanted states and type, and how many.
fn sessions_with(
    connection: &Connection,
    filter: &JobFilter,
    after: After,
) -> rusqlite::Result<Vec<(SessionId, usize)>> {
    let sql = format!(
        "SELECT session_id, sum(n)
         FROM counters JOIN sessions ON sessions.id = session_id
         WHERE (:session IS NULL OR session_id = :session)
           AND (:last IS NULL OR session_id <= :last)
           AND (:type IS NULL OR job_type = (SELECT id FROM job_types WHERE name = :type))
           AND (:since IS NULL OR closed_us IS NULL OR closed_us >= :since)
           AND (:until IS NULL OR sessions.created_us < :until)
           {}
         GROUP BY session_id
         HAVING sum(n) > 0
         ORDER BY session_id DESC",
        in_states("counters.state", &filter.states),
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(
        named_params! {
            ":session": filter.session, ":last": after.map(|(session, _)| session),
            ":type": filter.job_type,
            ":since": filter.since.map(clx_core::Timestamp::as_us),
            ":until": filter.until.map(clx_core::Timestamp::as_us),
        },
        |row| Ok((row.get(0)?, usize::try_from(row.get::<_, i64>(1)?).unwrap_or(usize::MAX))),
    )?;
    rows.collect()
}

fn in_states(column: &str, states: &[JobState]) -> String {
    if states.is_empty() {
        return String::new();
    }
    let codes: Vec<String> = states.iter().map(|&state| (state as i64).to_string()).collect();
    format!("AND {column} IN ({})", codes.join(", "))
}

/// A WHERE clause and its values.
struct Conditions {
    sql: String,
    values: Vec<Box<dyn ToSql>>,
}

impl Conditions {
    fn new(filter: &JobFilter, after: After) -> Self {
        let mut all = Self { sql: "1".to_owned(), values: Vec::new() };
        if filter.troubled {
            // As the index `jobs_troubled` has it, so that it is used.
            all.sql.push_str(" AND jobs.error_class NOT IN (6, 7)");
        }
        if !filter.states.is_empty() {
            all.sql.push(' ');
            all.sql.push_str(&in_states("jobs.state", &filter.states));
        }
        if let Some(session) = filter.session {
            all.and("jobs.session_id = ?", session);
        }
        if let Some((session, job)) = after {
            all.and("(jobs.session_id, jobs.id) < (?, ", session);
            all.sql.push_str("?)");
            all.values.push(Box::new(job));
        }
        if let Some(job_type) = &filter.job_type {
            all.and("job_types.name = ?", job_type.clone());
        }
        if let Some(label) = &filter.label {
            let escaped = label.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            all.and("jobs.label LIKE ? ESCAPE '\\'", format!("%{escaped}%"));
        }
        if let Some(since) = filter.since {
            all.and("jobs.created_us >= ?", since.as_us());
        }
        if let Some(until) = filter.until {
            all.and("jobs.created_us < ?", until.as_us());
        }
        all
    }

    fn and(&mut self, condition: &str, value: impl ToSql + 'static) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
        self.values.push(Box::new(value));
    }

    fn count(&self, connection: &Connection) -> rusqlite::Result<u64> {
        let sql = format!(
            "SELECT count(*) AS n
             FROM jobs JOIN job_types ON job_types.id = jobs.job_type
             WHERE {}",
            self.sql
        );
        connection.query_row(&sql, params_from_iter(&self.values), |row| row.get("n"))
    }

    fn read(&self, connection: &Connection, limit: usize) -> rusqlite::Result<Vec<JobRecord>> {
        let sql = format!(
            "{JOB_COLUMNS}
             WHERE {}
             ORDER BY jobs.session_id DESC, jobs.id DESC
             LIMIT {limit}",
            self.sql
        );
        let mut statement = connection.prepare(&sql)?;
        let rows = statement.query_map(params_from_iter(&self.values), read_job)?;
        rows.collect()
    }
}
