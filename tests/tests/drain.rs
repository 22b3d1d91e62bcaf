//! Many worker processes on one queue: nothing lost, nothing done twice.

use std::collections::BTreeSet;
use std::sync::mpsc;
use std::time::Duration;

use clx_pool::{PoolEvent, PoolSettings};
use clx_queue::{JobState, Queue, WorkerId};
use clx_tests::fire::{LIMIT, Stage, Watched, jobs, read_ledger};

fn stage() -> Stage {
    Stage::new(env!("CARGO_BIN_EXE_fire-worker"))
}

#[test]
fn sixteen_processes_do_each_of_20000_jobs_once() {
    const N_JOBS: u32 = 20_000;
    let stage = stage();
    let ledger = stage.path("ledger");
    let session = stage.session();
    let mut workers: Vec<_> = (0..16).map(|_| stage.start_worker(session, &ledger)).collect();
    let mut ids: BTreeSet<i64> = BTreeSet::new();
    for batch in 0..20 {
        let batch = jobs("note", &batch.to_string(), N_JOBS / 20);
        ids.extend(stage.enqueue(session, batch).iter().map(|id| id.0));
    }
    let finished = stage.collect(session, 20_000);
    assert!(finished.iter().all(|job| job.state == JobState::Completed && job.attempts == 1));
    assert_eq!(finished.iter().map(|job| job.id.0).collect::<BTreeSet<_>>(), ids);

    let wal = std::fs::metadata(stage.path("jobs.db-wal")).map_or(0, |wal| wal.len());
    // Some 800 MB went through it; it is cut at 32 MB, with room for what comes meanwhile.
    assert!(wal < 128 << 20, "the WAL has {wal} bytes");

    // Who does how many is looked at in `faults::crowd`, with jobs of milliseconds: with these the lock is
    // hardly ever free, and whom SQLite lets in next is not fair.
    let mut done: BTreeSet<i64> = BTreeSet::new();
    for entry in read_ledger(&ledger) {
        assert!(done.insert(entry.job), "job {} was done twice", entry.job);
    }
    assert_eq!(done, ids);
    stage.queue.close_session(session).unwrap();
    for worker in &mut workers {
        let waited = worker.wait(LIMIT).unwrap();
        assert!(matches!(waited, clx_process::Waited::Exited(exit) if exit.is_success()));
        assert_eq!(worker.tail(), "");
    }
}

/// A reproducible sequence of numbers below `n`.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        const FACTOR: u64 = 6_364_136_223_846_793_005;
        self.0 = self.0.wrapping_mul(FACTOR).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// The living workers of a pool, to be killed.
struct Hunt {
    events: mpsc::Receiver<PoolEvent>,
    alive: Vec<(WorkerId, Watched)>,
}

impl Hunt {
    /// Kills a worker and waits for the pool to notice, one second at most; returns how many jobs
    /// went back.
    fn kill_one(&mut self, dice: &mut Dice) -> usize {
        while self.alive.is_empty() {
            let event = self.events.recv_timeout(LIMIT).expect("a worker is started");
            self.started(event);
        }
        let index = usize::try_from(dice.below(self.alive.len() as u64)).expect("an index");
        let (victim, process) = self.alive.swap_remove(index);
        process.kill();
        loop {
            match self.events.recv_timeout(Duration::from_secs(1)).expect("the loss is noticed") {
                PoolEvent::Lost { worker, released, how, .. } if worker == victim => {
                    assert_eq!(how, "killed by signal 9 (SIGKILL)");
                    return released.returned.len();
                }
                event => self.started(event),
            }
        }
    }

    fn started(&mut self, event: PoolEvent) {
        let PoolEvent::Started { worker, external_id, .. } = event else { panic!("{event:?}") };
        let pid = external_id.trim_start_matches("process ").parse().expect("a pid");
        self.alive.push((worker, Watched::new(pid)));
    }
}

#[test]
fn killed_workers_lose_no_job() {
    const N_JOBS: usize = 2000;
    const N_KILLS: u32 = 25;
    let stage = stage();
    let session = stage.session();
    stage.enqueue(session, jobs("work", "x", 2000));
    let settings = PoolSettings {
        max_restarts: u32::MAX,
        restart_pause: Duration::ZERO,
        ..PoolSettings::default()
    };
    let (pool, events) = stage.pool(session, &stage.path("ledger"), 4, settings);
    let mut hunt = Hunt { events, alive: Vec::new() };
    let mut dice = Dice(42);
    let mut n_returned = 0;
    for _ in 0..N_KILLS {
        // A wait that lasts: the position is behind every job.
        let pause = Duration::from_millis(dice.below(40));
        assert_eq!(stage.queue.finished(session, i64::MAX, 1, pause).unwrap(), []);
        n_returned += hunt.kill_one(&mut dice);
    }
    assert!(n_returned > 0, "no worker was killed while it had a job");
    let n_left = N_JOBS - stage.queue.finished(session, 0, 2000, Duration::ZERO).unwrap().len();
    assert!(n_left > 0, "the jobs were done before the last worker was killed");

    let finished = stage.collect(session, N_JOBS);
    pool.stop(LIMIT);
    assert!(finished.iter().all(|job| job.state == JobState::Completed));
    let ids: BTreeSet<_> = finished.iter().map(|job| job.id).collect();
    assert_eq!((ids.len(), finished.len()), (N_JOBS, N_JOBS));
    assert_eq!(stage.queue.workers(Some(session)).unwrap(), []);
}

#[test]
fn worker_that_prints_10_mb_first_works_all_the_same() {
    let stage = stage();
    let session = stage.session();
    let ledger = stage.path("ledger");
    stage.enqueue(session, jobs("note", "x", 1));
    let flooding = stage
        .worker(stage.register(session), &ledger)
        .env(clx_tests::fire::FLOOD_BYTES, "10000000")
        .start();
    let _worker = flooding.unwrap();
    assert_eq!(stage.collect(session, 1)[0].state, JobState::Completed);
}
