//! Claims of a worker that moves, one by one: their numbers, and what a repeated one gets.

use std::time::Duration;

use clx_queue::{
    Claim, ClaimRequest, ClaimedJob, Completion, JobState, NewJob, NewWorker, Queue, QueueError,
    WorkerExit, WorkerId, WorkerMode,
};

use crate::bench::{Bench, KIND, LIMIT, Pool, on_each_queue};

on_each_queue!(
    repeated_claim_of_a_worker_that_moved_gets_the_same_job,
    worker_that_moves_in_vain_goes_on_with_the_next_number,
    pool_that_did_not_see_the_worker_of_another_one_keeps_to_the_bound,
);

/// A worker whose claims a test makes.
struct Hand<'a> {
    pool: &'a Pool,
    worker: WorkerId,
}

impl<'a> Hand<'a> {
    fn new(pool: &'a Pool) -> Self {
        let new = NewWorker::new(pool.home, KIND, WorkerMode::InProcess);
        let worker = pool.lending.register_worker(&new).unwrap();
        pool.lending.activate_worker(worker, None).unwrap();
        Self { pool, worker }
    }

    fn claim(&self, seq: i64, done: &[Completion], wait: Duration) -> Result<Claim, QueueError> {
        let done = done.to_vec();
        self.pool.lending.claim(ClaimRequest { worker: self.worker, seq, free: 1, done, wait })
    }

    fn job(&self, seq: i64, done: &[Completion]) -> ClaimedJob {
        self.claim(seq, done, LIMIT).unwrap().jobs.remove(0)
    }
}

impl Drop for Hand<'_> {
    fn drop(&mut self) {
        let _gone = self.pool.lending.remove_worker(self.worker, &WorkerExit::Stopped);
    }
}

fn repeated_claim_of_a_worker_that_moved_gets_the_same_job(bench: &Bench) {
    let first = bench.borrower("100", "first", 10);
    let pool = bench.pool(0);
    pool.wait_for_borrowers(1);
    let hands = [Hand::new(&pool), Hand::new(&pool)];
    let [old, _other] = hands.each_ref().map(|hand| hand.job(1, &[]));
    bench.borrower("100", "second", 10);
    pool.wait_for_borrowers(2);

    let done = [old.clone().completed(Vec::new())];
    let new = hands[0].job(2, &done);
    assert_eq!((old.label.as_str(), new.label.as_str()), ("first", "second"));
    let again = hands[0].claim(2, &done, LIMIT).unwrap();
    assert_eq!((again.jobs[0].id, again.jobs[0].attempt), (new.id, new.attempt));
    assert_eq!(again.lost, []);
    assert_eq!(bench.n_in(first, JobState::Completed), 1);

    let next = hands[0].job(3, &[new.completed(Vec::new())]);
    assert_eq!(next.label, "second");
    let late = hands[0].claim(2, &done, LIMIT);
    assert!(matches!(late, Err(QueueError::ClaimOutOfOrder { .. })), "{late:?}");
    drop(hands);
    pool.stop();
}

fn worker_that_moves_in_vain_goes_on_with_the_next_number(bench: &Bench) {
    let first = bench.borrower("100", "first", 10);
    let pool = bench.pool(0);
    pool.wait_for_borrowers(1);
    let hands = [Hand::new(&pool), Hand::new(&pool)];
    let [old, _other] = hands.each_ref().map(|hand| hand.job(1, &[]));
    // Its job is ready, but not for these workers.
    let second = bench.borrower("100", "second", 0);
    let requires = Some(WorkerMode::Container);
    let job = NewJob { requires, ..NewJob::new(KIND, "second", Vec::new()) };
    bench.queue.enqueue(second, vec![job]).unwrap();
    pool.wait_for_borrowers(2);

    let done = [old.completed(Vec::new())];
    // The second time stands for a first answer that was lost.
    for _ in 0..2 {
        let claim = hands[0].claim(2, &done, LIMIT).unwrap();
        assert!(claim.jobs.is_empty() && claim.lost.is_empty(), "{claim:?}");
        assert_eq!(bench.n_in(first, JobState::Completed), 1);
        assert_eq!(bench.queue.workers(Some(second)).unwrap().len(), 1);
    }
    let next = hands[0].job(3, &[]);
    assert_eq!(next.label, "first");
    drop(hands);
    pool.stop();
}

fn pool_that_did_not_see_the_worker_of_another_one_keeps_to_the_bound(bench: &Bench) {
    let session = bench.borrower("100 1", "bounded", 5);
    let pools = [bench.pool(0), bench.pool(0)];
    pools.iter().for_each(|pool| pool.wait_for_borrowers(1));
    let early = Hand::new(&pools[0]);
    assert_eq!(early.job(1, &[]).label, "bounded");
    drop(early);
    let other = Hand::new(&pools[1]);
    let job = other.job(1, &[]);
    // The first pool has looked a moment ago, when there was room.
    let late = Hand::new(&pools[0]);
    assert!(late.claim(1, &[], Duration::ZERO).unwrap().jobs.is_empty());
    assert_eq!(bench.queue.workers(Some(session)).unwrap().len(), 1);
    drop(other);
    assert_eq!(late.job(1, &[]).id, job.id);
    drop(late);
    pools.into_iter().for_each(Pool::stop);
}
