//! Finds jobs by what no index and no counter knows: text in their labels, and kinds of trouble. Principal
//! functions: [`jobs`], [`count`].
//!
//! Sessions that have ended are looked up in their catalogues, all others job by job.

use rusqlite::{Connection, named_params};

use super::catalogue::{Catalogues, Entry, Unpacked};
use super::jobs::{After, Conditions, Sessions, like};
use super::list::job;
use crate::ids::SessionId;
use crate::job::{JobFilter, JobRecord};

/// Tells whether a filter is for a search.
pub(super) fn is_for(filter: &JobFilter) -> bool {
    let is_kind_of_trouble =
        filter.troubled && (filter.job_type.is_some() || !filter.states.is_empty());
    filter.label.is_some() || is_kind_of_trouble
}

/// Lists jobs, the newest session first and in it the newest job.
pub(super) fn jobs(
    connection: &Connection,
    filter: &JobFilter,
    after: After,
    limit: usize,
) -> rusqlite::Result<Vec<JobRecord>> {
    let search = Search::new(connection, filter)?;
    let mut catalogues = Catalogues::new(connection)?;
    let mut sessions = search.sessions(connection)?;
    let mut sessions = sessions.with(filter, after)?;
    let mut found: Vec<JobRecord> = Vec::new();
    while found.len() < limit
        && let Some((session, _)) = sessions.next()?
    {
        let before = after.filter(|(last, _)| *last == session).map(|(_, job)| job);
        let wanted =
            |entry: &Entry| search.wants(entry) && before.is_none_or(|job| entry.job < job);
        let look = |entries: Unpacked<'_>| entries.filter(wanted).collect::<Vec<Entry>>();
        let Some(entries) = catalogues.read(session, look)? else {
            let rest = limit - found.len();
            found.extend(one(filter, session, after).read(connection, rest)?);
            continue;
        };
        for entry in entries.into_iter().rev() {
            if found.len() == limit {
                break;
            }
            let listed = job(connection, entry.job)?;
            found.extend(listed.filter(|job| is_in_time(filter, job)));
        }
    }
    Ok(found)
}

/// Counts the jobs on all pages.
pub(super) fn count(connection: &Connection, filter: &JobFilter) -> rusqlite::Result<u64> {
    if filter.since.is_some() || filter.until.is_some() {
        return Conditions::new(filter, None).count(connection);
    }
    let search = Search::new(connection, filter)?;
    let mut catalogues = Catalogues::new(connection)?;
    let mut sessions = search.sessions(connection)?;
    let mut sessions = sessions.with(filter, None)?;
    let mut n = 0;
    while let Some((session, _)) = sessions.next()? {
        let look = |entries: Unpacked<'_>| entries.filter(|entry| search.wants(entry)).count();
        n += match catalogues.read(session, look)? {
            Some(found) => found as u64,
            None => one(filter, session, None).count(connection)?,
        };
    }
    Ok(n)
}

fn one(filter: &JobFilter, session: SessionId, after: After) -> Conditions {
    Conditions::new(&JobFilter { session: Some(session), ..filter.clone() }, after)
}

fn is_in_time(filter: &JobFilter, job: &JobRecord) -> bool {
    filter.since.is_none_or(|since| job.created >= since)
        && filter.until.is_none_or(|until| job.created < until)
}

/// What is looked for in catalogues.
struct Search<'f> {
    filter: &'f JobFilter,
    /// Whether the label with this row id is wanted.
    labels: Vec<bool>,
}

impl<'f> Search<'f> {
    fn new(connection: &Connection, filter: &'f JobFilter) -> rusqlite::Result<Self> {
        let mut statement = connection.prepare_cached(
            "SELECT id
             FROM labels
             WHERE (:type IS NULL OR job_type = (SELECT id FROM job_types WHERE name = :type))
               AND (:like IS NULL OR label LIKE :like ESCAPE '\\')",
        )?;
        let rows = statement.query_map(
            named_params! { ":type": filter.job_type, ":like": filter.label.as_deref().map(like) },
            |row| row.get::<_, i64>("id"),
        )?;
        let mut labels = Vec::new();
        for id in rows {
            let place = usize::try_from(id?).unwrap_or_default();
            if labels.len() <= place {
                labels.resize(place + 1, false);
            }
            labels[place] = true;
        }
        Ok(Self { filter, labels })
    }

    /// Returns the sessions to look at. Catalogues cannot have what no label has.
    fn sessions<'c>(&self, connection: &'c Connection) -> rusqlite::Result<Sessions<'c>> {
        if self.labels.is_empty() {
            Sessions::without_catalogue(connection, self.filter)
        } else {
            Sessions::new(connection, self.filter)
        }
    }

    #[inline]
    fn wants(&self, entry: &Entry) -> bool {
        let JobFilter { states, troubled, .. } = self.filter;
        let label = usize::try_from(entry.label).ok().and_then(|place| self.labels.get(place));
        label.copied().unwrap_or(false)
            && (!troubled || entry.troubled)
            && (states.is_empty() || states.contains(&entry.state))
    }
}
