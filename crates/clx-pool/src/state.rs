//! What the manager's thread knows and decides. Principal type: [`State`].

use std::collections::BTreeMap;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use clx_queue::{NewWorker, Queue, SessionId, WorkerExit, WorkerId};
use clx_worker::Stop;

use crate::event::PoolEvent;
use crate::executor::{ExitReporter, RunningWorker};
use crate::exit::Exit;
use crate::lease::LeaseWatch;
use crate::message::Message;
use crate::settings::{Pool, PoolSettings};

/// Longest pause before a restart.
const MAX_RESTART_PAUSE: Duration = Duration::from_secs(10);

/// How long a worker that was killed may take to be reported as ended.
const KILL_LIMIT: Duration = Duration::from_secs(5);

struct Running {
    kind: String,
    handle: Box<dyn RunningWorker>,
    started: Instant,
    /// Set when the worker's end is wanted or was decided by the manager.
    ending: Option<String>,
}

#[derive(Default)]
struct Need {
    wanted: u32,
    restarts: u32,
    /// When the next one may be started after a loss.
    restart_at: Option<Instant>,
    exhausted: bool,
}

/// All workers of the session.
pub(crate) struct State {
    queue: Arc<dyn Queue>,
    session: SessionId,
    pools: BTreeMap<String, Pool>,
    settings: PoolSettings,
    own: mpsc::Sender<Message>,
    events: Box<dyn Fn(PoolEvent) + Send>,
    running: BTreeMap<WorkerId, Running>,
    needs: BTreeMap<String, Need>,
    leases: LeaseWatch,
    /// Set while stopping: when grace is over, and whether force was used already.
    stopping: Option<(Instant, bool)>,
}

impl State {
    pub(crate) fn new(
        queue: Arc<dyn Queue>,
        session: SessionId,
        pools: BTreeMap<String, Pool>,
        settings: PoolSettings,
        own: mpsc::Sender<Message>,
        events: Box<dyn Fn(PoolEvent) + Send>,
    ) -> Self {
        Self {
            queue,
            session,
            pools,
            settings,
            own,
            events,
            running: BTreeMap::new(),
            needs: BTreeMap::new(),
            leases: LeaseWatch::default(),
            stopping: None,
        }
    }

    /// Tells whether the manager was stopped and no worker is left.
    pub(crate) fn is_done(&self) -> bool {
        self.stopping.is_some() && self.running.is_empty()
    }

    /// Returns when something has to happen without a message.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        let restart = self.needs.values().filter_map(|need| need.restart_at).min();
        let grace = self.stopping.map(|(deadline, _)| deadline);
        restart.into_iter().chain(grace).min()
    }

    pub(crate) fn ensure(&mut self, kind: &str, n: u32) {
        let size = self.pools.get(kind).map_or(0, |pool| pool.size);
        if size == 0 {
            let why = format!("no worker for {kind} jobs is configured");
            (self.events)(PoolEvent::Exhausted { kind: kind.to_owned(), why });
            return;
        }
        let need = self.needs.entry(kind.to_owned()).or_default();
        need.wanted = need.wanted.max(n.min(size));
        self.fill(kind);
    }

    /// Starts what is wanted and may be started now.
    fn fill(&mut self, kind: &str) {
        while self.stopping.is_none() {
            let running = self.running.values().filter(|worker| worker.kind == kind).count();
            let Some(need) = self.needs.get(kind) else { return };
            let full = running >= usize::try_from(need.wanted).unwrap_or(usize::MAX);
            if full || need.exhausted || need.restart_at.is_some() {
                return;
            }
            if let Err(why) = self.start_one(kind) {
                (self.events)(PoolEvent::StartFailed { kind: kind.to_owned(), why: why.clone() });
                self.plan_restart(kind, &why);
            }
        }
    }

    fn start_one(&mut self, kind: &str) -> Result<(), String> {
        let pool = self.pools.get(kind).ok_or_else(|| format!("no pool for {kind} jobs"))?;
        let new = NewWorker {
            lease: self.settings.lease,
            ..NewWorker::new(self.session, kind, pool.executor.mode())
        };
        let worker = self.queue.register_worker(&new).map_err(|error| error.to_string())?;
        let reporter = ExitReporter { worker, manager: self.own.clone() };
        match pool.executor.start(worker, reporter) {
            Ok(handle) => {
                let external_id = handle.external_id();
                let kind = kind.to_owned();
                let started = Instant::now();
                let running = Running { kind: kind.clone(), handle, started, ending: None };
                self.running.insert(worker, running);
                (self.events)(PoolEvent::Started { kind, worker, external_id });
                Ok(())
            }
            Err(error) => {
                self.remove_row(worker, &WorkerExit::Stopped);
                Err(format!("{error}: {}", error.source))
            }
        }
    }

    pub(crate) fn exited(&mut self, worker: WorkerId, exit: Exit) {
        let Some(ended) = self.running.remove(&worker) else { return };
        if self.stopping.is_some() {
            self.remove_row(worker, &WorkerExit::Stopped);
            return;
        }
        let how = match (ended.ending, exit) {
            (_, Exit::Hopeless(why)) => {
                self.remove_row(worker, &WorkerExit::Stopped);
                self.give_up(&ended.kind, &why);
                return;
            }
            (Some(why), _) => Some(why),
            (None, Exit::Broken(how)) => Some(how),
            (None, Exit::Orderly) => None,
        };
        // Nobody asked it to end, so it is a loss, in order or not.
        let how = how.unwrap_or_else(|| "it ended without being asked".to_owned());
        let released = self.remove_row(worker, &WorkerExit::Lost { how: how.clone() });
        let kind = ended.kind;
        (self.events)(PoolEvent::Lost { kind: kind.clone(), worker, how: how.clone(), released });
        if ended.started.elapsed() >= self.settings.steady
            && let Some(need) = self.needs.get_mut(&kind)
        {
            need.restarts = 0;
        }
        self.plan_restart(&kind, &how);
        self.fill(&kind);
    }

    pub(crate) fn noted(&self, worker: WorkerId, note: String) {
        if let Some(running) = self.running.get(&worker) {
            (self.events)(PoolEvent::Noted { kind: running.kind.clone(), worker, note });
        }
    }

    /// Removes a worker's row; a failing queue leaves that to whoever opens it next.
    fn remove_row(&self, worker: WorkerId, exit: &WorkerExit) -> clx_queue::Released {
        self.queue.remove_worker(worker, exit).unwrap_or_default()
    }

    fn plan_restart(&mut self, kind: &str, why: &str) {
        let Some(need) = self.needs.get_mut(kind) else { return };
        need.restarts += 1;
        if need.restarts > self.settings.max_restarts {
            self.give_up(kind, why);
            return;
        }
        let factor = 1_u32 << (need.restarts - 1).min(10);
        let pause = (self.settings.restart_pause * factor).min(MAX_RESTART_PAUSE);
        need.restart_at = Some(Instant::now() + pause);
    }

    /// Starts no more workers of a kind; says so when the last one is gone.
    fn give_up(&mut self, kind: &str, why: &str) {
        let Some(need) = self.needs.get_mut(kind) else { return };
        need.exhausted = true;
        need.restart_at = None;
        if !self.running.values().any(|worker| worker.kind == kind) {
            (self.events)(PoolEvent::Exhausted { kind: kind.to_owned(), why: why.to_owned() });
        }
    }

    /// Does what was planned for a time that has come.
    pub(crate) fn pass_deadlines(&mut self, now: Instant) {
        let due: Vec<String> = self
            .needs
            .iter_mut()
            .filter(|(_, need)| need.restart_at.is_some_and(|at| at <= now))
            .map(|(kind, need)| {
                need.restart_at = None;
                kind.clone()
            })
            .collect();
        for kind in due {
            self.fill(&kind);
        }
        if let Some((deadline, forced)) = self.stopping
            && deadline <= now
        {
            if forced {
                // Killed long ago and still not reported: a thread that computes and cannot be
                // killed. Its row goes, so its report will count for nothing.
                for worker in std::mem::take(&mut self.running).into_keys() {
                    self.remove_row(worker, &WorkerExit::Stopped);
                }
            } else {
                self.request_stop(Stop::Now);
                self.stopping = Some((now + KILL_LIMIT, true));
            }
        }
    }

    /// Stops all: gracefully until `deadline`, then by force.
    pub(crate) fn stop(&mut self, deadline: Instant) {
        if self.stopping.is_none() {
            self.stopping = Some((deadline, false));
            self.request_stop(Stop::Gracefully);
        }
        for need in self.needs.values_mut() {
            need.restart_at = None;
        }
    }

    fn request_stop(&self, stop: Stop) {
        for worker in self.running.values() {
            worker.handle.request_stop(stop);
        }
    }

    /// Ends workers that live but no longer beat.
    pub(crate) fn check_leases(&mut self, now: Instant) {
        // A queue that cannot be read is no reason to kill anybody.
        let Ok(workers) = self.queue.workers(Some(self.session)) else { return };
        for (worker, lease) in self.leases.expired(&workers, now) {
            if let Some(running) = self.running.get_mut(&worker) {
                running.ending = Some(format!("its lease of {} s was over", lease.as_secs()));
                running.handle.request_stop(Stop::Now);
            }
        }
    }
}
