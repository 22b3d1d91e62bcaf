//! A job that is cancelled, given back, lost and reported, in every order: once it is final it stays
//! what it is, and its owner learns of it once.

use std::time::Duration;

use clx_queue::{
    CancelTarget, ClaimedJob, Completion, ErrorClass, JobState, NewJob, NewSession, NewWorker,
    Queue, Seat, SessionId, SqliteOptions, SqliteQueue, WorkerExit, WorkerMode,
};

const KIND: &str = "test";

/// What happens to a job that a first worker has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Its owner cancels it.
    Cancel,
    /// The first worker is found dead.
    Lose,
    /// The first worker says how it ended.
    Report,
    /// A second worker asks for a job, and completes it if there is one.
    Second,
}

const STEPS: [Step; 4] = [Step::Cancel, Step::Lose, Step::Report, Step::Second];

/// Says how the job ended at the first worker.
type End = fn(ClaimedJob) -> Completion;

const ENDS: [(&str, End); 4] = [
    ("completed", |job| job.completed(b"first".to_vec())),
    ("failed", |job| job.failed(ErrorClass::Transient, "it broke".to_owned())),
    ("returned", ClaimedJob::returned),
    ("cancelled", ClaimedJob::cancelled),
];

/// A session with two workers.
struct Bench<'q> {
    queue: &'q SqliteQueue,
    session: SessionId,
    first: Seat,
    second: Seat,
}

impl<'q> Bench<'q> {
    fn new(queue: &'q SqliteQueue) -> Self {
        let new = NewSession::of_this_process(queue.path(), 0, "");
        let session = queue.open_session(&new).unwrap();
        let seat = || {
            let new = NewWorker::new(session, KIND, WorkerMode::InProcess);
            let worker = queue.register_worker(&new).unwrap();
            queue.activate_worker(worker, None).unwrap();
            Seat::new(worker)
        };
        let (first, second) = (seat(), seat());
        Self { queue, session, first, second }
    }

    fn step(&mut self, step: Step, done: &mut Option<Completion>) {
        let queue = self.queue;
        match step {
            Step::Cancel => {
                queue.cancel(self.session, &CancelTarget::All, "a test").unwrap();
            }
            Step::Lose => {
                let exit = WorkerExit::Lost { how: "killed".to_owned() };
                queue.remove_worker(self.first.worker(), &exit).unwrap();
            }
            // Refused as a whole if the worker was removed before.
            Step::Report => drop(self.first.report(queue, done.take().into_iter().collect())),
            Step::Second => {
                let claim = self.second.claim(queue, vec![], Duration::ZERO).unwrap();
                for job in claim.jobs {
                    self.second.report(queue, vec![job.completed(b"second".to_vec())]).unwrap();
                }
            }
        }
    }
}

fn check(queue: &SqliteQueue, order: &[Step], name: &str, end: End) {
    let mut bench = Bench::new(queue);
    let job = NewJob::new(KIND, "a", vec![]);
    let job = bench.queue.enqueue(bench.session, vec![job]).unwrap()[0];
    let claimed = bench.first.claim(queue, vec![], Duration::ZERO).unwrap().jobs.remove(0);
    let mut done = Some(end(claimed));
    let mut seen: Option<(JobState, Option<Vec<u8>>)> = None;
    for &step in order {
        bench.step(step, &mut done);
        let state = bench.queue.job(job).unwrap().unwrap().state;
        let finished = bench.queue.finished(bench.session, 0, 10, Duration::ZERO).unwrap();
        let place = format!("{order:?} with `{name}`, at {step:?}");
        assert!(finished.len() < 2, "{place}: told twice");
        let told = finished.into_iter().next().map(|job| (job.state, job.result));
        assert_eq!(
            told.as_ref().map(|(state, _)| *state),
            told.is_some().then_some(state),
            "{place}"
        );
        assert!(seen.is_none() || seen == told, "{place}: {seen:?} became {told:?}");
        seen = told;
    }
    assert!(seen.is_some(), "{order:?} with `{name}`: the job is not final");
}

/// Returns all orders of some steps.
fn orders(steps: &[Step]) -> Vec<Vec<Step>> {
    if steps.is_empty() {
        return vec![Vec::new()];
    }
    let begin_with = |first: &Step| {
        let rest: Vec<_> = steps.iter().copied().filter(|step| step != first).collect();
        orders(&rest).into_iter().map(|rest| [vec![*first], rest].concat()).collect::<Vec<_>>()
    };
    steps.iter().flat_map(begin_with).collect()
}

#[test]
fn final_state_stays_in_every_order_of_cancel_loss_and_late_reports() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("jobs.db");
    let queue = SqliteQueue::open(&path, &SqliteOptions::default()).unwrap();
    let orders = orders(&STEPS);
    assert_eq!(orders.len(), 24);
    for order in orders {
        for (name, end) in ENDS {
            check(&queue, &order, name, end);
        }
    }
}
