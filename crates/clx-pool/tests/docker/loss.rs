//! Containers that end unasked are noticed at once, and the reason is told.

use std::time::Instant;

use bollard::query_parameters::{KillContainerOptionsBuilder, RemoveContainerOptionsBuilder};
use clx_pool::{PoolEvent, PoolSettings};
use clx_queue::{JobId, NewJob, Queue, Seat, WorkerId};

use crate::bench::{Bench, KIND, LIMIT, hasty};

#[test]
fn killed_container_is_noticed_at_once_and_replaced() {
    let Some(bench) = Bench::open() else { return };
    let work = bench.start(bench.settings(), 1, hasty());
    work.pool.ensure(KIND, 1);
    let visitor = work.visitor();
    let job = claim_job(&bench, visitor.worker);
    let name = bench.container(visitor.worker);
    let options = KillContainerOptionsBuilder::new().signal("KILL").build();
    let begin = Instant::now();
    bench.runtime.block_on(bench.api.kill_container(&name, Some(options))).unwrap();
    let (how, returned) = work.await_event(|event| match event {
        PoolEvent::Lost { how, released, .. } => Some((how.clone(), released.returned.clone())),
        _ => None,
    });
    assert_eq!(how, "killed by signal 9 (SIGKILL)");
    assert_eq!(returned, [job]);
    println!("a kill was noticed after {:?}", begin.elapsed());
    let lease = PoolSettings::default().lease;
    assert!(begin.elapsed() < lease / 2, "{:?}", begin.elapsed());
    assert_ne!(work.visitor().worker, visitor.worker);
    bench.wait_removed(visitor.worker);
    assert_eq!(*bench.revoked.lock().unwrap(), [visitor.worker]);
}

/// Claims a job as the worker would.
fn claim_job(bench: &Bench, worker: WorkerId) -> JobId {
    let jobs = vec![NewJob::new(KIND, "job", Vec::new())];
    let ids = bench.queue.enqueue(bench.session, jobs).unwrap();
    bench.queue.activate_worker(worker, None).unwrap();
    let claim = Seat::new(worker).claim(&*bench.queue, Vec::new(), LIMIT).unwrap();
    assert_eq!(claim.jobs[0].id, ids[0]);
    ids[0]
}

#[test]
fn container_that_others_removed_is_a_loss() {
    let Some(bench) = Bench::open() else { return };
    let work = bench.start(bench.settings(), 1, hasty());
    work.pool.ensure(KIND, 1);
    let visitor = work.visitor();
    let name = bench.container(visitor.worker);
    let options = RemoveContainerOptionsBuilder::new().force(true).build();
    bench.runtime.block_on(bench.api.remove_container(&name, Some(options))).unwrap();
    // The engine tells of the kill, or only that nothing is left.
    let how = work.loss();
    let expected = ["killed by signal 9 (SIGKILL)", "somebody removed its container"];
    assert!(expected.contains(&&*how), "{how}");
}

#[test]
fn last_words_of_a_broken_worker_are_told() {
    let Some(bench) = Bench::open() else { return };
    let work = bench.start(bench.settings(), 1, hasty());
    work.pool.ensure(KIND, 1);
    work.visitor().tell("fail 7");
    assert_eq!(work.loss(), "exit status 7; it said: no kernel");
}

#[test]
fn lack_of_memory_is_named() {
    let Some(bench) = Bench::open() else { return };
    let work = bench.start(bench.settings(), 1, hasty());
    work.pool.ensure(KIND, 1);
    work.visitor().tell("eat");
    let expected = "the container was killed for exceeding its memory limit of 64 MiB";
    assert_eq!(work.loss(), expected);
}

#[test]
fn lack_of_memory_that_the_worker_survives_is_told() {
    let Some(bench) = Bench::open() else { return };
    let work = bench.start(bench.settings(), 1, hasty());
    work.pool.ensure(KIND, 1);
    let mut visitor = work.visitor();
    visitor.tell("let-child-eat");
    visitor.wait_done();
    let (worker, note) = work.await_event(|event| match event {
        PoolEvent::Noted { worker, note, .. } => Some((*worker, note.clone())),
        _ => None,
    });
    assert_eq!(worker, visitor.worker);
    let expected = "a process in its container was killed for exceeding the memory limit of 64 MiB";
    assert_eq!(note, expected);
    work.pool.stop(LIMIT);
}
