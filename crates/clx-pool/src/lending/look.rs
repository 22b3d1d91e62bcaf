//! What the pool knows of its borrowers without asking the queue again. Principal type: [`Outlook`].

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use clx_queue::{JobFilter, JobState, Queue, QueueError, SessionId, WorkerId};

use super::fair::{self, Share};
use super::post::Seat;
use super::terms::Borrower;
use super::{LendingQueue, State};

/// How often the pool looks which sessions have jobs, at most: a look is a query for each session and
/// kind of workers.
pub(super) const LOOK_INTERVAL: Duration = Duration::from_millis(200);

/// A longer time without a look counts as this much: nobody knows what was then.
const LONGEST: Duration = Duration::from_secs(1);

/// What was seen when the pool last looked, and what has added up from look to look.
#[derive(Debug, Default)]
pub(super) struct Outlook {
    /// Whether what was seen still counts.
    is_valid: bool,
    looked: Option<Instant>,
    /// Sessions with ready jobs, by type of the jobs.
    ready: BTreeSet<(String, SessionId)>,
    /// Workers that sessions with a bound have from other pools.
    elsewhere: BTreeMap<SessionId, u32>,
    /// What each session is owed, by type of jobs.
    owed: BTreeMap<(String, SessionId), f64>,
}

impl Outlook {
    /// Makes the next look a real one.
    pub(super) fn is_outdated(&mut self) {
        self.is_valid = false;
    }

    /// Notes how many workers a session has from other pools.
    pub(super) fn has_elsewhere(&mut self, session: SessionId, n: u32) {
        self.elsewhere.insert(session, n);
    }

    fn is_fresh(&self, now: Instant) -> bool {
        self.is_valid && self.looked.is_some_and(|looked| now < looked + LOOK_INTERVAL)
    }
}

/// What a look has to find out.
struct Question {
    borrowers: Vec<Borrower>,
    job_types: BTreeSet<String>,
}

impl LendingQueue {
    /// Looks which borrowers have jobs and how many workers of other pools, unless that is known.
    pub(super) fn look(&self) -> Result<(), QueueError> {
        // Who comes while another one looks waits for what that one sees.
        let _one = self.looking.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let now = Instant::now();
        let question = {
            let mut state = self.lock();
            if state.outlook.is_fresh(now) {
                return Ok(());
            }
            // What changes from here on counts for the next look.
            state.outlook.is_valid = true;
            state.question()
        };
        let seen = self.ask(&question);
        let mut state = self.lock();
        match seen {
            Ok((ready, rows)) => {
                state.has_seen(ready, &rows, now);
                Ok(())
            }
            Err(error) => {
                state.outlook.is_outdated();
                Err(error)
            }
        }
    }

    fn ask(&self, question: &Question) -> Result<(Ready, Rows), QueueError> {
        let mut ready = Ready::new();
        let mut rows = Rows::new();
        for Borrower { session, terms } in &question.borrowers {
            for job_type in &question.job_types {
                let filter = JobFilter {
                    session: Some(*session),
                    states: vec![JobState::Ready],
                    job_type: Some(job_type.clone()),
                    limit: 1,
                    ..JobFilter::default()
                };
                if !self.inner.jobs(&filter)?.is_empty() {
                    ready.insert((job_type.clone(), *session));
                }
            }
            if terms.most.is_some() {
                rows.insert(*session, rows_of(&*self.inner, *session)?);
            }
        }
        Ok((ready, rows))
    }
}

type Ready = BTreeSet<(String, SessionId)>;
type Rows = BTreeMap<SessionId, Vec<WorkerId>>;

/// Lists the workers that a session has from all pools.
pub(super) fn rows_of(queue: &dyn Queue, session: SessionId) -> Result<Vec<WorkerId>, QueueError> {
    Ok(queue.workers(Some(session))?.iter().map(|worker| worker.id).collect())
}

impl State {
    fn question(&self) -> Question {
        let job_types = self.seats.values().map(|seat| seat.job_type.clone()).collect();
        Question { borrowers: self.borrowers.clone(), job_types }
    }

    fn has_seen(&mut self, ready: Ready, rows: &Rows, now: Instant) {
        let seconds = self.outlook.looked.map_or(Duration::ZERO, |looked| now - looked);
        self.outlook.looked = Some(now);
        self.outlook.ready = ready;
        self.outlook.elsewhere =
            rows.iter().map(|(session, rows)| (*session, self.foreign(rows))).collect();
        let mut owed = BTreeMap::new();
        let job_types = self.question().job_types;
        for job_type in job_types {
            let (shares, n) = self.shares(&job_type);
            for (share, part) in shares.iter().zip(fair::parts(&shares, n)) {
                if let Some(debt) = fair::owed(share, part, seconds.min(LONGEST).as_secs_f64()) {
                    owed.insert((job_type.clone(), share.session), debt);
                }
            }
        }
        self.outlook.owed = owed;
    }

    /// Counts the rows that are no posts of this pool.
    pub(super) fn foreign(&self, rows: &[WorkerId]) -> u32 {
        let own: BTreeSet<_> = self.seats.values().filter_map(Seat::row).collect();
        count(rows.iter().filter(|row| !own.contains(row)))
    }

    /// Returns what each borrower has of the workers for a type of jobs, and how many of them there are.
    pub(super) fn shares(&self, job_type: &str) -> (Vec<Share>, u32) {
        let n = count(self.seats.values().filter(|seat| seat.job_type == job_type));
        let shares = self.borrowers.iter().map(|borrower| self.share(borrower, job_type));
        (shares.collect(), n)
    }

    fn share(&self, borrower: &Borrower, job_type: &str) -> Share {
        let Borrower { session, terms } = *borrower;
        let of = |seat: &&Seat| seat.session() == Some(session);
        let (same, other): (Vec<_>, Vec<_>) =
            self.seats.values().filter(of).partition(|seat| seat.job_type == job_type);
        let elsewhere = self.outlook.elsewhere.get(&session).copied().unwrap_or(0);
        let other = count(other.iter());
        let less = |taken| terms.most.map(|most| most.saturating_sub(taken));
        let place = (job_type.to_owned(), session);
        Share {
            session,
            weight: terms.weight,
            lent: count(same.iter()),
            bound: less(elsewhere.saturating_add(other)),
            most: less(other),
            is_ready: self.outlook.ready.contains(&place),
            owed: self.outlook.owed.get(&place).copied().unwrap_or(0.0),
        }
    }
}

fn count(things: impl Iterator) -> u32 {
    u32::try_from(things.count()).unwrap_or(u32::MAX)
}
