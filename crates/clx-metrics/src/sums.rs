//! The sums of a queue at one moment. Principal type: [`Sums`].

use std::collections::{BTreeMap, BTreeSet};

use clx_core::{Clock, JobKind};
use clx_queue::{
    JobState, QueueError, QueueView, SessionFilter, SessionId, SessionRole, Total, WorkerRecord,
    WorkerState,
};
use prometheus_client::registry::Registry;

use crate::family::add_gauge;
use crate::metric::{JOBS, OLDEST, SESSIONS, WAITING, WORKERS};

/// Sessions read at once.
const PAGE: u32 = 500;

/// What is read of a queue.
#[derive(Debug, Default)]
pub(crate) struct Sums {
    totals: Vec<Total>,
    oldest_ready_seconds: f64,
    workers: BTreeMap<String, Workers>,
    roles: BTreeMap<SessionId, SessionRole>,
}

/// Workers of a kind.
#[derive(Debug, Default)]
struct Workers {
    created: u32,
    /// Idle or busy.
    live: u32,
    busy: u32,
    stopping: u32,
}

impl Sums {
    pub(crate) fn read(queue: &dyn QueueView, clock: &dyn Clock) -> Result<Self, QueueError> {
        let oldest = queue.oldest_ready()?;
        let mut sums = Self {
            totals: queue.totals(None)?,
            oldest_ready_seconds: oldest
                .map_or(0.0, |oldest| clock.now().since(oldest).as_secs_f64()),
            workers: BTreeMap::new(),
            roles: open_sessions(queue)?,
        };
        for worker in queue.workers(None)? {
            sums.add(&worker);
        }
        Ok(sums)
    }

    /// A worker that is lent has two rows: one at home, where it is watched, and one where it works.
    fn add(&mut self, worker: &WorkerRecord) {
        let Some(role) = self.roles.get(&worker.session) else { return };
        let is_home = u32::from(*role != SessionRole::Borrower);
        let of_kind = self.workers.entry(worker.job_type.clone()).or_default();
        match worker.state {
            WorkerState::Created => of_kind.created += is_home,
            WorkerState::Live => {
                of_kind.live += is_home;
                of_kind.busy += u32::from(worker.job.is_some());
            }
            WorkerState::Stopping => of_kind.stopping += is_home,
        }
    }

    pub(crate) fn register(&self, registry: &mut Registry) {
        let kinds = self.kinds();
        let of_kind = |kind: &str, state: JobState| {
            let same = |total: &&Total| total.job_type == kind && total.state == state;
            self.totals.iter().find(same).map_or(0, |total| total.n)
        };
        let mut jobs = Vec::new();
        let mut waiting = Vec::new();
        let mut workers = Vec::new();
        let none = Workers::default();
        for &kind in &kinds {
            for &state in JobState::ALL {
                jobs.push((vec![kind, state.name()], number(of_kind(kind, state))));
            }
            waiting.push((vec![kind], number(of_kind(kind, JobState::Ready))));
            let Workers { created, live, busy, stopping } = self.workers.get(kind).unwrap_or(&none);
            let idle = live.saturating_sub(*busy);
            for (state, n) in
                [("created", *created), ("idle", idle), ("busy", *busy), ("stopping", *stopping)]
            {
                workers.push((vec![kind, state], f64::from(n)));
            }
        }
        let roles = [
            ("own", SessionRole::Own),
            ("borrower", SessionRole::Borrower),
            ("pool", SessionRole::Pool),
        ];
        let sessions = roles.map(|(name, role)| {
            let n = self.roles.values().filter(|other| **other == role).count();
            (vec![name], number(n as u64))
        });
        add_gauge(registry, &JOBS, &jobs);
        add_gauge(registry, &WAITING, &waiting);
        add_gauge(registry, &OLDEST, &[(vec![], self.oldest_ready_seconds)]);
        add_gauge(registry, &WORKERS, &workers);
        add_gauge(registry, &SESSIONS, &sessions);
    }

    /// Names all kinds, also those of which there is nothing: who scales by a sum needs its 0.
    fn kinds(&self) -> BTreeSet<&str> {
        let mut kinds: BTreeSet<&str> = self.workers.keys().map(String::as_str).collect();
        kinds.extend(JobKind::ALL.map(JobKind::name));
        kinds.extend(self.totals.iter().map(|total| total.job_type.as_str()));
        kinds
    }
}

fn open_sessions(queue: &dyn QueueView) -> Result<BTreeMap<SessionId, SessionRole>, QueueError> {
    let mut filter = SessionFilter { open: true, limit: PAGE, ..SessionFilter::default() };
    let mut roles = BTreeMap::new();
    loop {
        let page = queue.list_sessions(&filter)?;
        let Some(last) = page.last() else { return Ok(roles) };
        filter.after = Some(last.id);
        let is_last = page.len() < PAGE as usize;
        roles.extend(page.iter().map(|session| (session.id, session.role)));
        if is_last {
            return Ok(roles);
        }
    }
}

/// Turns a count into what metrics are made of; exact below 2^53.
#[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 jobs")]
fn number(n: u64) -> f64 {
    n as f64
}
