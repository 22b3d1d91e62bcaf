//! Sessions share the workers of one or more pools.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use clx_queue::{
    CancelTarget, EventType, JobId, JobState, NewWorker, SessionId, WorkerExit, WorkerMode,
};

use crate::bench::{Begun, Bench, KIND, LIMIT, NOT_LENT_TO, Pool, count, on_each_queue};

on_each_queue!(
    build_that_comes_later_gets_its_share_within_a_jobs_time,
    weights_divide_the_jobs,
    two_builds_take_turns_at_a_single_worker,
    session_gets_no_more_workers_of_two_pools_than_its_bound,
    session_gets_workers_as_soon_as_another_pool_gives_them_up,
    bounded_session_gets_workers_for_its_jobs_only,
    session_that_is_not_lent_to_gets_no_worker,
    workers_of_all_pools_leave_a_cancelled_session,
    worker_that_moves_loses_no_job_and_reports_none_twice,
);

fn build_that_comes_later_gets_its_share_within_a_jobs_time(bench: &Bench) {
    bench.borrower("100", "first", 300);
    let pool = bench.pool(4);
    let mut running = bench.begun(4);
    assert_eq!(count(&running, "first"), 4);
    bench.borrower("100", "second", 100);
    pool.wait_for_borrowers(2);
    for _ in 0..5 {
        running.into_iter().for_each(Begun::end);
        running = bench.begun(4);
        assert_eq!((count(&running, "first"), count(&running, "second")), (2, 2));
    }
    drop(running);
    pool.stop();
}

fn weights_divide_the_jobs(bench: &Bench) {
    let light = bench.borrower("100", "light", 200);
    let heavy = bench.borrower("300", "heavy", 200);
    let pool = bench.pool(4);
    // The first jobs may begin before the pool knows both.
    bench.begun(4).into_iter().for_each(Begun::end);
    let mut running = bench.begun(4);
    let before = [light, heavy].map(|session| bench.n_in(session, JobState::Completed));
    for _ in 0..40 {
        running.into_iter().for_each(Begun::end);
        running = bench.begun(4);
    }
    let after = [light, heavy].map(|session| bench.n_in(session, JobState::Completed));
    let done = [after[0] - before[0], after[1] - before[1]];
    assert_eq!(done.iter().sum::<u64>(), 160);
    assert!((35..=45).contains(&done[0]), "{done:?}");
    drop(running);
    pool.stop();
}

fn two_builds_take_turns_at_a_single_worker(bench: &Bench) {
    let first = bench.borrower("100", "first", 1);
    let pool = bench.pool(1);
    let mut running = bench.begun(1).remove(0);
    let second = bench.borrower("100", "second", 1);
    let mut turns = Vec::new();
    while turns.len() < 3 {
        let (session, label) = match running.label.as_str() {
            "first" => (first, "first"),
            _ => (second, "second"),
        };
        if turns.last() != Some(&label) {
            turns.push(label);
        }
        // Neither ever lacks a job.
        bench.enqueue(session, label, 1);
        running.end();
        running = bench.begun(1).remove(0);
    }
    assert_eq!(turns, ["first", "second", "first"]);
    drop(running);
    pool.stop();
}

fn session_gets_no_more_workers_of_two_pools_than_its_bound(bench: &Bench) {
    let bounded = bench.borrower("900 3", "bounded", 200);
    let pools = [bench.pool(3), bench.pool(3)];
    let other = bench.borrower("100", "other", 200);
    let mut most = 0;
    let mut running = bench.begun(6);
    // Pools look now and then how many workers the others have lent, so it is not known after how many
    // jobs the session has all that it may have.
    let begin = Instant::now();
    for step in 0.. {
        let now = count(&running, "bounded");
        assert!(now <= 3, "{now} in step {step}");
        assert!(bench.n_in(bounded, JobState::Running) <= 3);
        most = most.max(now);
        if step >= 200 && most == 3 {
            break;
        }
        assert!(begin.elapsed() < LIMIT, "it has {most} workers at most");
        // Neither ever lacks a job.
        let oldest = running.remove(0);
        let session = if oldest.label == "bounded" { bounded } else { other };
        bench.enqueue(session, &oldest.label, 1);
        oldest.end();
        running.extend(bench.begun(1));
    }
    drop(running);
    pools.into_iter().for_each(Pool::stop);
}

fn session_gets_workers_as_soon_as_another_pool_gives_them_up(bench: &Bench) {
    let bounded = bench.borrower("900 2", "bounded", 10);
    let new = NewWorker::new(bounded, KIND, WorkerMode::InProcess);
    let rows = [(); 2].map(|()| bench.queue.register_worker(&new).unwrap());
    let pool = bench.pool(2);
    let other = bench.borrower("100", "other", 2);
    let mut running = bench.begun(2);
    assert_eq!(count(&running, "other"), 2);
    for row in rows {
        bench.queue.remove_worker(row, &WorkerExit::Stopped).unwrap();
    }
    let begin = Instant::now();
    while count(&running, "bounded") == 0 {
        assert!(begin.elapsed() < LIMIT, "it gets no worker while the other one has jobs");
        bench.enqueue(other, "other", 1);
        running.remove(0).end();
        running.extend(bench.begun(1));
    }
    drop(running);
    pool.stop();
}

fn bounded_session_gets_workers_for_its_jobs_only(bench: &Bench) {
    let pool = bench.pool(2);
    let session = bench.borrower("100 1", "bounded", 1);
    for _ in 0..3 {
        bench.begun(1).remove(0).end();
        bench.enqueue(session, "bounded", 1);
    }
    let last = bench.begun(1).remove(0);
    assert_eq!(bench.queue.workers(Some(session)).unwrap().len(), 1);
    last.end();
    pool.stop();
}

fn session_that_is_not_lent_to_gets_no_worker(bench: &Bench) {
    let other = bench.borrower(NOT_LENT_TO, "not for the pool", 1);
    let pool = bench.pool(1);
    bench.borrower("100", "for the pool", 2);
    for _ in 0..2 {
        let begun = bench.begun(1).remove(0);
        assert_eq!(begun.label, "for the pool");
        begun.end();
    }
    assert_eq!(bench.n_in(other, JobState::Ready), 1);
    assert!(bench.queue.workers(Some(other)).unwrap().is_empty());
    pool.stop();
}

fn workers_of_all_pools_leave_a_cancelled_session(bench: &Bench) {
    let cancelled = bench.borrower("100", "cancelled", 200);
    let pools = [bench.pool(2), bench.pool(2)];
    let running = bench.begun(4);
    let workers = |begun: &[Begun]| -> BTreeSet<_> {
        begun.iter().map(|begun| begun.worker.clone()).collect()
    };
    let before = workers(&running);
    assert_eq!((before.len(), count(&running, "cancelled")), (4, 4));
    let counts = bench.queue.cancel(cancelled, &CancelTarget::All, "a test").unwrap();
    assert_eq!((counts.cancelled, counts.requested), (196, 4));
    running.into_iter().for_each(|begun| bench.wait_for_cancel(begun));
    bench.borrower("100", "other", 200);
    let running = bench.begun(4);
    assert_eq!(count(&running, "other"), 4);
    assert_eq!(workers(&running), before);
    collect(bench, cancelled, 200)
        .values()
        .for_each(|state| assert_eq!(*state, JobState::Cancelled));
    drop(running);
    pools.into_iter().for_each(Pool::stop);
}

fn worker_that_moves_loses_no_job_and_reports_none_twice(bench: &Bench) {
    let pools = [bench.pool(2), bench.pool(3)];
    let mut wanted: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let terms = [("100", "a"), ("300", "b"), ("150", "c")];
    let sessions = terms.map(|(terms, label)| (bench.borrower(terms, label, 0), label));
    for round in 0..4 {
        // All workers are with one session when the others get jobs as well.
        let (alone, label) = sessions[round % 3];
        wanted.entry(alone).or_default().extend(bench.enqueue(alone, label, 40));
        let running = bench.begun(5);
        for (session, label) in sessions {
            wanted.entry(session).or_default().extend(bench.enqueue(session, label, 20));
        }
        running.into_iter().for_each(Begun::end);
        (5..100).for_each(|_| bench.begun(1).remove(0).end());
    }
    for (session, _) in sessions {
        let finished = collect(bench, session, wanted[&session].len());
        assert_eq!(finished.keys().copied().collect::<Vec<_>>(), wanted[&session]);
        assert!(finished.values().all(|state| *state == JobState::Completed));
        for job in &wanted[&session] {
            let job = bench.queue.job(*job).unwrap().unwrap();
            assert_eq!((job.attempt, job.failures, job.losses), (1, 0, 0));
        }
    }
    pools.into_iter().for_each(Pool::stop);
    assert!(bench.queue.workers(None).unwrap().is_empty());
    let events = bench.queue.latest_events(10_000).unwrap();
    let n = |wanted| events.iter().filter(|event| event.event == wanted).count();
    // Five rows in the pools, and more than one round has the workers go from one to all.
    assert!(n(EventType::WorkerCreated) > 5 + 4 * 4, "{}", n(EventType::WorkerCreated));
    assert_eq!(n(EventType::WorkerStopped), n(EventType::WorkerCreated));
}

/// Collects so many finished jobs, each of which may come once.
fn collect(bench: &Bench, session: SessionId, n: usize) -> BTreeMap<JobId, JobState> {
    let mut finished = BTreeMap::new();
    let mut after = 0;
    while finished.len() < n {
        let jobs = bench.queue.finished(session, after, 100, LIMIT).unwrap();
        assert!(!jobs.is_empty(), "{} of {n} jobs finished", finished.len());
        for job in jobs {
            after = job.seq;
            assert_eq!(finished.insert(job.id, job.state), None, "{} came twice", job.id);
        }
    }
    finished
}
