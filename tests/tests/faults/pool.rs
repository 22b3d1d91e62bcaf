//! Workers that take their time, and who is who.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clx_pool::{Executor, PoolEvent, PoolManager, PoolSettings, Process};
use clx_queue::{JobState, Queue, WorkerMode};
use clx_tests::fire::{KIND, SLOW_START_MS, Stage, jobs, read_ledger, worker_program};

use super::LIMIT;

const PROGRAM: &str = env!("CARGO_BIN_EXE_fire-worker");

#[test]
fn slow_start_and_long_job_are_no_loss() {
    let stage = Stage::new(PROGRAM);
    let session = stage.session();
    let (queue, ledger) = (stage.queue.path().to_owned(), stage.path("ledger"));
    // Both take longer than a lease.
    let lease = Duration::from_millis(600);
    let start = move |worker| {
        worker_program(Path::new(PROGRAM), &queue, worker, &ledger).env(SLOW_START_MS, "1500")
    };
    let executor: Arc<dyn Executor> = Arc::new(Process::new(start));
    let (sender, events) = std::sync::mpsc::channel();
    let on_event = move |event| drop(sender.send(event));
    let settings = PoolSettings { lease, ..PoolSettings::default() };
    let pools = vec![(KIND.to_owned(), executor, 1)];
    let queue = Arc::clone(&stage.queue) as _;
    let pool = PoolManager::start(queue, session, pools, settings, on_event).unwrap();
    stage.enqueue(session, jobs("long", "x", 1));
    pool.ensure(KIND, 1);
    let finished = stage.collect(session, 1);
    assert_eq!((finished[0].state, finished[0].attempts), (JobState::Completed, 1));
    pool.stop(LIMIT);
    let events: Vec<_> = events.iter().collect();
    assert!(matches!(events[..], [PoolEvent::Started { .. }]), "{events:?}");
}

#[test]
fn every_process_has_one_row_and_one_id_in_all_views() {
    let stage = Stage::new(PROGRAM);
    let session = stage.session();
    let ledger = stage.path("ledger");
    let (pool, events) = stage.pool(session, &ledger, 4, PoolSettings::default());
    stage.enqueue(session, jobs("slow", "x", 4));
    let finished = stage.collect(session, 4);
    let told: BTreeSet<_> = (0..4)
        .map(|_| match events.recv_timeout(LIMIT).unwrap() {
            PoolEvent::Started { worker, external_id, .. } => (worker.0, external_id),
            event => panic!("{event:?}"),
        })
        .collect();
    let workers = stage.queue.workers(Some(session)).unwrap();
    let rows: BTreeSet<_> = workers
        .iter()
        .map(|worker| (worker.id.0, format!("process {}", worker.process.unwrap().pid)))
        .collect();
    assert_eq!((workers.len(), rows.len()), (4, 4), "{workers:?}");
    assert_eq!(told, rows);
    let ids: BTreeSet<_> = rows.iter().map(|(id, _)| *id).collect();
    assert!(read_ledger(&ledger).iter().all(|entry| ids.contains(&entry.who)));
    assert_eq!(finished.len(), 4);
    pool.stop(LIMIT);
}

#[test]
fn pools_of_one_process_keep_their_modes() {
    let stage = Stage::new(PROGRAM);
    let (first, second) = (stage.session(), stage.session());
    let pools = [first, second].map(|session| {
        let ledger = stage.path(&session.to_string());
        stage.pool(session, &ledger, 1, PoolSettings::default())
    });
    // What only containers may do waits for one, whoever else is there.
    let mut contained = jobs("note", "contained", 1);
    contained[0].requires = Some(WorkerMode::Container);
    let contained = stage.enqueue(first, contained)[0];
    for session in [first, second] {
        stage.enqueue(session, jobs("note", "own", 3));
        assert_eq!(stage.collect(session, 3).len(), 3);
    }
    assert_eq!(stage.queue.job(contained).unwrap().unwrap().state, JobState::Ready);
    let workers = stage.queue.workers(None).unwrap();
    assert!(workers.iter().all(|worker| worker.mode == WorkerMode::Process), "{workers:?}");
    pools.into_iter().for_each(|(pool, _events)| pool.stop(LIMIT));
}
