//! Lists jobs by a filter, a page at a time, and counts them. Principal function: [`jobs`].
//!
//! The counters name the sessions that have what is wanted, so jobs are read from those sessions only,
//! and no further than the last one that counts. The time is that of the page, not that of the file.

use rusqlite::types::ToSql;
use rusqlite::{
    CachedStatement, Connection, OptionalExtension, Rows, named_params, params_from_iter,
};

use super::list::{JOB_COLUMNS, read_job};
use super::search;
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
    if search::is_for(filter) {
        return search::jobs(connection, filter, after, limit);
    }
    if filter.troubled {
        return Conditions::new(filter, after).read(connection, limit);
    }
    let mut sessions = Sessions::new(connection, filter)?;
    let mut sessions = sessions.with(filter, after)?;
    let mut found = Vec::new();
    while found.len() < limit
        && let Some((session, n)) = sessions.next()?
    {
        let one = JobFilter { session: Some(session), ..filter.clone() };
        // Conditions that the counters do not know make fewer of them, never more.
        let most = n.min(limit - found.len());
        found.extend(Conditions::new(&one, after).read(connection, most)?);
    }
    Ok(found)
}

/// Counts the jobs on all pages: by the counters if these know all that is asked for.
pub(crate) fn count(connection: &Connection, filter: &JobFilter) -> rusqlite::Result<u64> {
    if search::is_for(filter) {
        return search::count(connection, filter);
    }
    if filter.troubled || filter.since.is_some() || filter.until.is_some() {
        return Conditions::new(filter, None).count(connection);
    }
    let of_session =
        if filter.session.is_some() { "session_id = :session" } else { ":session IS NULL" };
    let sql = format!(
        "SELECT ifnull(sum(n), 0)
         FROM counters
         WHERE {of_session}
           AND (:type IS NULL OR job_type = (SELECT id FROM job_types WHERE name = :type))
           {}",
        in_states("state", &filter.states),
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let wanted = named_params! { ":session": filter.session, ":type": filter.job_type };
    statement.query_row(wanted, |row| row.get(0))
}

/// The place in the list after which to go on; a job that is gone has none.
pub(super) type After = Option<(SessionId, JobId)>;

fn place_of(connection: &Connection, after: Option<JobId>) -> rusqlite::Result<Option<After>> {
    let Some(job) = after else { return Ok(Some(None)) };
    let session = connection
        .prepare_cached("SELECT session_id FROM jobs WHERE id = :id")?
        .query_row(named_params! { ":id": job }, |row| row.get(0))
        .optional()?;
    Ok(session.map(|session| Some((session, job))))
}

/// The sessions that have jobs of the wanted states and type, and how many, by the counters.
pub(super) struct Sessions<'c>(CachedStatement<'c>);

/// Some of them, read as they are asked for.
pub(super) struct SessionsWith<'s>(Rows<'s>);

impl<'c> Sessions<'c> {
    pub(super) fn new(connection: &'c Connection, filter: &JobFilter) -> rusqlite::Result<Self> {
        Self::and(connection, filter, "")
    }

    /// Leaves out those that have a catalogue.
    pub(super) fn without_catalogue(
        connection: &'c Connection,
        filter: &JobFilter,
    ) -> rusqlite::Result<Self> {
        let lacks = "AND NOT EXISTS (SELECT 1 FROM catalogues
                                     WHERE catalogues.session_id = sessions.id)";
        Self::and(connection, filter, lacks)
    }

    fn and(
        connection: &'c Connection,
        filter: &JobFilter,
        condition: &str,
    ) -> rusqlite::Result<Self> {
        // From the sessions to their counters, so that nothing has to be sorted.
        let sql = format!(
            "SELECT sessions.id, sum(n)
             FROM sessions CROSS JOIN counters ON session_id = sessions.id
             WHERE (:session IS NULL OR sessions.id = :session)
               AND sessions.id <= :last
               AND (:type IS NULL OR job_type = (SELECT id FROM job_types WHERE name = :type))
               AND (:since IS NULL OR closed_us IS NULL OR closed_us >= :since)
               AND (:until IS NULL OR sessions.created_us < :until)
               {}
               {condition}
             GROUP BY sessions.id
             HAVING sum(n) > 0
             ORDER BY sessions.id DESC",
            in_states("counters.state", &filter.states),
        );
        Ok(Self(connection.prepare_cached(&sql)?))
    }

    /// Begins with the newest, or goes on after a job.
    pub(super) fn with(
        &mut self,
        filter: &JobFilter,
        after: After,
    ) -> rusqlite::Result<SessionsWith<'_>> {
        let rows = self.0.query(named_params! {
            ":session": filter.session,
            ":last": after.map_or(SessionId(i64::MAX), |(session, _)| session),
            ":type": filter.job_type,
            ":since": filter.since.map(clx_core::Timestamp::as_us),
            ":until": filter.until.map(clx_core::Timestamp::as_us),
        })?;
        Ok(SessionsWith(rows))
    }
}

impl SessionsWith<'_> {
    pub(super) fn next(&mut self) -> rusqlite::Result<Option<(SessionId, usize)>> {
        let Some(row) = self.0.next()? else { return Ok(None) };
        let n = usize::try_from(row.get::<_, i64>(1)?).unwrap_or(usize::MAX);
        Ok(Some((row.get(0)?, n)))
    }
}

fn in_states(column: &str, states: &[JobState]) -> String {
    if states.is_empty() {
        return String::new();
    }
    let codes: Vec<String> = states.iter().map(|&state| (state as i64).to_string()).collect();
    format!("AND {column} IN ({})", codes.join(", "))
}

/// Returns the pattern of labels that contain a text.
pub(super) fn like(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

/// A WHERE clause and its values.
pub(super) struct Conditions {
    sql: String,
    values: Vec<Box<dyn ToSql>>,
}

impl Conditions {
    pub(super) fn new(filter: &JobFilter, after: After) -> Self {
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
            let named = "jobs.job_type = (SELECT id FROM job_types WHERE name = ?)";
            all.and(named, job_type.clone());
        }
        if let Some(label) = &filter.label {
            all.and("jobs.label LIKE ? ESCAPE '\\'", like(label));
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

    /// Counts without a join: what an index answers alone is a hundred times faster.
    pub(super) fn count(&self, connection: &Connection) -> rusqlite::Result<u64> {
        let sql = format!("SELECT count(*) AS n FROM jobs WHERE {}", self.sql);
        let mut statement = connection.prepare_cached(&sql)?;
        statement.query_row(params_from_iter(&self.values), |row| row.get("n"))
    }

    pub(super) fn read(
        &self,
        connection: &Connection,
        limit: usize,
    ) -> rusqlite::Result<Vec<JobRecord>> {
        let sql = format!(
            "{JOB_COLUMNS}
             WHERE {}
             ORDER BY jobs.session_id DESC, jobs.id DESC
             LIMIT ?",
            self.sql
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let values = self.values.iter().map(AsRef::as_ref).chain([&limit as &dyn ToSql]);
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(values), read_job)?;
        rows.collect()
    }
}
