//! What to make of a queue. Principal type: [`Health`].

use serde::Serialize;

use crate::build::{Build, BuildState};
use crate::overview::{Kind, QueueLoad};
use crate::words::counted;

/// A job that waits longer than this although somebody could begin with it is worth a warning.
const LONG_WAIT_SECONDS: f64 = 300.0;

/// Waiting jobs that nobody works on are worth a warning beyond this number.
const MANY_WAITING: u64 = 10;

/// Workers take a moment to come up; jobs that wait longer than this should have some.
const START_SECONDS: f64 = 10.0;

/// One in so many jobs of the last hour may fail before it is worth a warning.
const FAILURE_SHARE: u64 = 5;

/// How a queue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// All is well.
    Healthy,
    /// Somebody should look.
    Warning,
    /// It does not work.
    Error,
}

impl Health {
    /// Returns the word that people see.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// What is wrong, in sentences: lower case, no final dot.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) warnings: Vec<String>,
    pub(crate) errors: Vec<String>,
}

impl Findings {
    pub(crate) fn of(queue: &QueueLoad, kinds: &[Kind], builds: &[Build]) -> Self {
        let mut found = Self::default();
        let waits = queue.oldest_pending_seconds.unwrap_or(0.0);
        for kind in kinds {
            let name = &kind.name;
            if kind.ready > 0 && kind.total == 0 && waits > START_SECONDS {
                let jobs = counted(kind.ready, "job");
                found.errors.push(format!("{jobs} of kind {name} wait and no worker is there"));
            }
            if kind.hung > 0 {
                let workers = counted(kind.hung, &format!("{name} worker"));
                found.warnings.push(format!("{workers} gave no sign of life for a lease"));
            }
            if kind.dead > 0 {
                let workers = counted(kind.dead, &format!("{name} worker"));
                found.warnings.push(format!("{workers} died in a build that still runs"));
            }
        }
        let busy: u64 = kinds.iter().map(|kind| kind.busy).sum();
        if queue.pending > MANY_WAITING && busy == 0 && waits > START_SECONDS {
            found.warnings.push(format!("{} jobs wait and nobody works", queue.pending));
        }
        if waits > LONG_WAIT_SECONDS {
            found.warnings.push(format!("a job has been ready for {waits:.0} s"));
        }
        let (failed, done) = (queue.failed_last_hour, queue.completed_last_hour);
        if failed > 0 && failed * FAILURE_SHARE > failed + done {
            let all = failed + done;
            found.warnings.push(format!("{failed} of {all} jobs failed in the last hour"));
        }
        for build in builds.iter().filter(|build| build.state == BuildState::Died) {
            let (id, pid) = (build.id, build.pid);
            found.warnings.push(format!(
                "the process of build {id} (pid {pid}) is dead; the next build tidies up after it, \
                 as does `clx workers reap`"
            ));
        }
        found
    }

    pub(crate) fn health(&self) -> Health {
        match (self.errors.is_empty(), self.warnings.is_empty()) {
            (false, _) => Health::Error,
            (true, false) => Health::Warning,
            (true, true) => Health::Healthy,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(ready: u64, total: u64, busy: u64) -> Kind {
        Kind { name: "notebook".to_owned(), ready, total, busy, ..Kind::default() }
    }

    fn load(pending: u64, waits: f64, failed: u64, done: u64) -> QueueLoad {
        QueueLoad {
            pending,
            oldest_pending_seconds: (pending > 0).then_some(waits),
            failed_last_hour: failed,
            completed_last_hour: done,
            ..QueueLoad::default()
        }
    }

    #[track_caller]
    fn check(load: &QueueLoad, kind: Kind, errors: &[&str], warnings: &[&str], health: Health) {
        let found = Findings::of(load, &[kind], &[]);
        assert_eq!(found.errors, errors);
        assert_eq!(found.warnings, warnings);
        assert_eq!(found.health(), health);
    }

    #[test]
    fn no_worker_is_an_error_only_while_jobs_wait_longer_than_one_takes_to_start() {
        check(&load(0, 0.0, 0, 9), kind(0, 0, 0), &[], &[], Health::Healthy);
        check(&load(2, 9.0, 0, 0), kind(2, 0, 0), &[], &[], Health::Healthy);
        let nobody = "2 jobs of kind notebook wait and no worker is there";
        check(&load(2, 11.0, 0, 0), kind(2, 0, 0), &[nobody], &[], Health::Error);
    }

    #[test]
    fn many_waiting_jobs_are_no_trouble_while_somebody_works() {
        check(&load(300, 20.0, 0, 0), kind(300, 2, 2), &[], &[], Health::Healthy);
        let idle = "300 jobs wait and nobody works";
        check(&load(300, 20.0, 0, 0), kind(300, 2, 0), &[], &[idle], Health::Warning);
        let long = "a job has been ready for 301 s";
        check(&load(1, 301.0, 0, 0), kind(1, 1, 1), &[], &[long], Health::Warning);
    }

    #[test]
    fn more_than_one_failure_in_five_is_worth_a_warning() {
        check(&load(0, 0.0, 1, 4), kind(0, 1, 0), &[], &[], Health::Healthy);
        let failed = "2 of 9 jobs failed in the last hour";
        check(&load(0, 0.0, 2, 7), kind(0, 1, 0), &[], &[failed], Health::Warning);
    }

    #[test]
    fn silent_and_lost_workers_are_told() {
        let kind = Kind { hung: 1, dead: 2, ..kind(0, 3, 0) };
        let told = [
            "1 notebook worker gave no sign of life for a lease",
            "2 notebook workers died in a build that still runs",
        ];
        check(&load(0, 0.0, 0, 0), kind, &[], &told, Health::Warning);
    }
}
