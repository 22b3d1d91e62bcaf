//! One look at the database for all waiters of a handle. Principal function: [`look`].

use std::time::Duration;

use clx_queue::{SessionId, WorkerId};
use postgres::Client;

use super::claim::Limits;
use crate::hub::{JobType, Topic};
use crate::transaction::Effects;
use crate::value::{Columns, p};

/// What a look found.
#[derive(Default)]
pub(crate) struct Found {
    /// Topics that are waited for and have something, and for how many.
    pub(crate) news: Vec<(Topic, usize)>,
    /// What became ready by this look because its time had come; everybody should know.
    pub(crate) effects: Effects,
    /// How long until the next job is due.
    pub(crate) next_due: Option<Duration>,
}

/// Makes due jobs ready and looks for what is waited for, by indices only.
pub(crate) fn look(
    client: &mut Client,
    function: &str,
    topics: &[Topic],
    limits: &Limits<'_>,
) -> Result<Found, postgres::Error> {
    let (mut sessions, mut types, mut owners, mut workers) = (vec![], vec![], vec![], vec![]);
    for topic in topics {
        match *topic {
            Topic::Ready(session, job_type) => {
                sessions.push(session.0);
                types.push(job_type.0);
            }
            Topic::Finished(session) => owners.push(session.0),
            Topic::Worker(worker) => workers.push(worker.0),
        }
    }
    let rows = client.query_typed(
        &format!("SELECT * FROM {function}($1, $2, $3, $4, $5, $6, $7)"),
        &[
            p(&sessions),
            p(&types),
            p(&owners),
            p(&workers),
            p(&limits.clock),
            p(&limits.commit),
            p(&limits.lock_ms),
        ],
    )?;
    let mut found = Found::default();
    for row in &rows {
        let (a, n) = (row.int("a")?, usize::try_from(row.int("c")?).unwrap_or_default());
        let ready = (SessionId(a), JobType(row.int("b")?));
        match row.int("kind")? {
            0 => found.next_due = Some(Duration::from_micros(u64::try_from(a).unwrap_or_default())),
            3 => found.news.push((Topic::Ready(ready.0, ready.1), n)),
            4 => found.news.push((Topic::Finished(SessionId(a)), usize::MAX)),
            6 => found.news.push((Topic::Worker(WorkerId(a)), usize::MAX)),
            _ => *found.effects.ready.entry(ready).or_default() += n,
        }
    }
    Ok(found)
}
