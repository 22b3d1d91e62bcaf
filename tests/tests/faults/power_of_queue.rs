//! The power is cut while a queue works: what is found afterwards is what it was after one of its
//! operations, and with [`Durability::Full`] none that was answered is lost.

use std::path::Path;
use std::time::Duration;

use clx_db::Durability;
use clx_queue::{
    CancelTarget, ClaimedJob, ErrorClass, FinishedJob, JobFilter, JobId, JobRecord, Need, NewJob,
    NewSession, NewWorker, OnFailure, Queue, Seat, SessionId, SqliteOptions, SqliteQueue,
    WorkerExit, WorkerMode, WorkerRecord,
};
use clx_testkit::random::Random;
use clx_tests::fault::power::{Disk, Image};

const KIND: &str = "test";

/// Operations of a run.
const N_OPERATIONS: usize = 80;

/// All that a queue knows of jobs and workers.
#[derive(Debug, PartialEq)]
struct State {
    jobs: Vec<JobRecord>,
    workers: Vec<WorkerRecord>,
    finished: Vec<FinishedJob>,
}

impl State {
    fn of(queue: &SqliteQueue) -> Self {
        let all = JobFilter { limit: 10_000, ..JobFilter::default() };
        let sessions = queue.sessions().unwrap();
        let finished = |session| queue.finished(session, 0, 10_000, Duration::ZERO).unwrap();
        Self {
            jobs: queue.jobs(&all).unwrap(),
            workers: queue.workers(None).unwrap(),
            finished: sessions.iter().flat_map(|record| finished(record.id)).collect(),
        }
    }
}

/// A queue on a disk that loses its power, and what it knew after each operation.
struct Bench {
    queue: SqliteQueue,
    disk: Disk,
    states: Vec<State>,
    session: SessionId,
    seats: Vec<Seat>,
    /// Jobs that seats have, with their positions.
    held: Vec<(usize, ClaimedJob)>,
    jobs: Vec<JobId>,
    random: Random,
}

impl Bench {
    fn new(dir: &Path, durability: Durability, seed: u64) -> Self {
        let disk = Disk::watch(dir, seed);
        let queue = open(dir, durability);
        let states = vec![State::of(&queue)];
        let session = queue.open_session(&NewSession::of_this_process(dir, 0, "")).unwrap();
        let random = Random::new(seed);
        let (seats, held, jobs) = (Vec::new(), Vec::new(), Vec::new());
        let mut bench = Self { queue, disk, states, session, seats, held, jobs, random };
        bench.answered();
        for _ in 0..3 {
            bench.seat();
        }
        bench
    }

    /// Notes what the queue knows; whoever asked for the last operation has the answer.
    fn answered(&mut self) {
        self.states.push(State::of(&self.queue));
        self.disk.answered();
    }

    fn seat(&mut self) {
        let new = NewWorker::new(self.session, KIND, WorkerMode::InProcess);
        let worker = self.queue.register_worker(&new).unwrap();
        self.answered();
        self.queue.activate_worker(worker, None).unwrap();
        self.answered();
        self.seats.push(Seat::new(worker));
    }

    fn step(&mut self) {
        match self.random.below(10) {
            0..3 => self.enqueue(),
            3..6 => self.claim(),
            6..8 => self.report(),
            8 => self.cancel_or_lose(),
            _ => {
                self.queue.tidy_up().unwrap();
                self.answered();
            }
        }
    }

    fn enqueue(&mut self) {
        let n = self.random.below(4) + 1;
        let job = |index: usize| NewJob::new(KIND, &index.to_string(), vec![b'x'; 500 * index]);
        let mut batch: Vec<_> = (0..n).map(job).collect();
        if n > 2 {
            batch[n - 1].needs = vec![(Need::InBatch(0), OnFailure::Cancel)];
        }
        self.jobs.extend(self.queue.enqueue(self.session, batch).unwrap());
        self.answered();
    }

    fn claim(&mut self) {
        let seat = self.random.below(self.seats.len());
        if self.held.iter().all(|(holder, _)| *holder != seat) {
            let claim = self.seats[seat].claim(&self.queue, vec![], Duration::ZERO).unwrap();
            self.held.extend(claim.jobs.into_iter().map(|job| (seat, job)));
            self.answered();
        }
    }

    fn report(&mut self) {
        let Some((seat, job)) = self.held.pop() else { return };
        let done = match self.random.below(6) {
            0 => job.failed(ErrorClass::User, "it is wrong".to_owned()),
            1 => job.failed(ErrorClass::Transient, "it broke".to_owned()),
            2 => job.returned(),
            _ => job.completed(vec![b'r'; 2000]),
        };
        self.seats[seat].report(&self.queue, vec![done]).unwrap();
        self.answered();
    }

    fn cancel_or_lose(&mut self) {
        if self.random.one_in(2) {
            let Some(job) = self.random.pick(&self.jobs).copied() else { return };
            self.queue.cancel(self.session, &CancelTarget::Job(job), "a test").unwrap();
            self.answered();
        } else {
            let lost = self.seats.len() - 1;
            self.held.retain(|(holder, _)| *holder != lost);
            let exit = WorkerExit::Lost { how: "killed".to_owned() };
            self.queue.remove_worker(self.seats[lost].worker(), &exit).unwrap();
            self.seats.pop();
            self.answered();
            self.seat();
        }
    }
}

fn open(dir: &Path, durability: Durability) -> SqliteQueue {
    let options = SqliteOptions { durability, ..SqliteOptions::default() };
    SqliteQueue::open(&dir.join("jobs.db"), &options).unwrap()
}

/// Fails unless a new session can do a job.
#[track_caller]
fn assert_works(queue: &SqliteQueue) {
    let session = queue.open_session(&NewSession::of_this_process(queue.path(), 0, "")).unwrap();
    let new = NewWorker::new(session, KIND, WorkerMode::InProcess);
    let mut seat = Seat::new(queue.register_worker(&new).unwrap());
    queue.activate_worker(seat.worker(), None).unwrap();
    let job = queue.enqueue(session, vec![NewJob::new(KIND, "next", vec![])]).unwrap()[0];
    let claimed = seat.claim(queue, vec![], Duration::ZERO).unwrap().jobs.remove(0);
    assert_eq!(claimed.id, job);
    seat.report(queue, vec![claimed.completed(vec![])]).unwrap();
    assert_eq!(queue.finished(session, 0, 10, Duration::ZERO).unwrap().len(), 1);
}

/// Finds the operation after which the queue was as it is now; one that was begun may have happened.
/// Returns how many operations that were answered are lost.
#[track_caller]
fn n_lost(states: &[State], image: &Image, durability: Durability) -> usize {
    let queue = open(image.dir.path(), Durability::Normal);
    assert_eq!(queue.integrity().unwrap(), Vec::<String>::new());
    let found = State::of(&queue);
    let begun = (image.answered + 1).min(states.len() - 1);
    let promised = match durability {
        Durability::Full => image.answered,
        Durability::Normal => 0,
    };
    let position = states[..=begun].iter().rposition(|state| *state == found);
    assert!(
        position >= Some(promised),
        "{} operations were answered, found was the state after {position:?}: {found:#?}",
        image.answered,
    );
    assert_works(&queue);
    image.answered.saturating_sub(position.unwrap_or_default())
}

/// Cuts the power often; returns how many operations were lost at most.
#[track_caller]
fn check(durability: Durability) -> usize {
    let (mut n_images, mut most) = (0, 0);
    for seed in 0..6 {
        let dir = tempfile::tempdir().unwrap();
        let mut bench = Bench::new(dir.path(), durability, seed);
        for _ in 0..N_OPERATIONS {
            bench.step();
        }
        let Bench { disk, states, queue: _queue, .. } = bench;
        for image in disk.images() {
            n_images += 1;
            most = most.max(n_lost(&states, &image, durability));
        }
    }
    assert!(n_images > 60, "only {n_images} cuts");
    most
}

#[test]
fn queue_that_waits_for_the_disk_loses_nothing_that_was_answered() {
    assert_eq!(check(Durability::Full), 0);
}

#[test]
fn queue_that_does_not_wait_is_as_it_was_a_moment_ago() {
    assert!(check(Durability::Normal) > 1, "the disk kept everything");
}
