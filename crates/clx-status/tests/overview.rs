//! What is seen of a real queue: who works on what, what went wrong, which builds there are.

#![expect(clippy::unwrap_used, reason = "the helpers of these tests fail by panicking")]

use std::sync::Arc;
use std::time::Duration;

use clx_core::{Clock, Diagnostic, JobResult, ManualClock, RequestResult, Timestamp};
use clx_queue::{
    ErrorClass, NewJob, NewSession, NewWorker, Progress, Queue, Seat, SessionFilter, SessionId,
    SqliteOptions, SqliteQueue, WorkerExit, WorkerMode,
};
use clx_status::{Build, BuildNote, BuildState, Health, JobView, Overview};
use clx_worker::{Answer, JobFailure};

struct Stage {
    queue: SqliteQueue,
    clock: Arc<ManualClock>,
    session: SessionId,
    _dir: tempfile::TempDir,
}

impl Stage {
    fn new(labels: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(Timestamp::from_us(1_800_000_000_000_000)));
        let shared: Arc<dyn Clock> = Arc::clone(&clock) as _;
        let options = SqliteOptions { clock: shared, ..SqliteOptions::default() };
        let queue = SqliteQueue::open(&dir.path().join("jobs.db"), &options).unwrap();
        let note =
            BuildNote { spec: "a.xml".to_owned(), course: "A".to_owned(), ..BuildNote::default() };
        let new = NewSession::of_this_process(dir.path(), 0, "");
        let session = queue.open_session(&NewSession { note: note.to_note(), ..new }).unwrap();
        let jobs = labels.iter().map(|label| NewJob::new("notebook", label, vec![])).collect();
        queue.enqueue(session, jobs).unwrap();
        Self { queue, clock, session, _dir: dir }
    }

    fn seat(&self) -> Seat {
        let new = NewWorker::new(self.session, "notebook", WorkerMode::Process);
        let worker = self.queue.register_worker(&new).unwrap();
        self.queue.activate_worker(worker, None).unwrap();
        Seat::new(worker)
    }

    fn overview(&self) -> Overview {
        Overview::read(&self.queue, self.clock.now(), &|_| false).unwrap()
    }
}

fn claim(stage: &Stage, seat: &mut Seat) -> clx_queue::ClaimedJob {
    seat.claim(&stage.queue, vec![], Duration::ZERO).unwrap().jobs.pop().unwrap()
}

#[test]
fn busy_worker_shows_its_job_and_how_far_it_is() {
    let stage = Stage::new(&["slides_a.py", "slides_b.py"]);
    let mut seat = stage.seat();
    let job = claim(&stage, &mut seat);
    let note = "cell 3".to_owned();
    let progress = Progress { job: job.id, attempt: job.attempt, step: 3, total: 9, note };
    stage.queue.beat(seat.worker(), &[progress], Duration::ZERO).unwrap();
    stage.clock.advance(Duration::from_secs(4));
    let overview = stage.overview();
    let kind = &overview.kinds[0];
    assert_eq!((kind.name.as_str(), kind.busy, kind.ready, kind.running), ("notebook", 1, 1, 1));
    assert_eq!(kind.execution_mode, "process");
    let busy = &kind.busy_workers[0];
    assert_eq!((busy.document.as_str(), busy.step, busy.steps), ("slides_a.py", 3, 9));
    assert!((busy.elapsed_seconds - 4.0).abs() < 0.001);
    assert_eq!(overview.queue.oldest_pending_seconds, Some(4.0));
    let json = serde_json::to_value(&overview).unwrap();
    assert_eq!(json["workers"]["notebook"]["busy_workers"][0]["step"], 3);
    // Longer silent than its lease.
    stage.clock.advance(Duration::from_secs(20));
    let overview = stage.overview();
    assert_eq!((overview.kinds[0].busy, overview.kinds[0].hung), (0, 1));
}

#[test]
fn lost_worker_is_counted_under_its_kind() {
    let stage = Stage::new(&["slides_a.py"]);
    let mut seat = stage.seat();
    let _lost = claim(&stage, &mut seat);
    let exit = WorkerExit::Lost { how: "killed by signal 9: out of memory".to_owned() };
    stage.queue.remove_worker(seat.worker(), &exit).unwrap();
    assert_eq!(stage.overview().kinds[0].dead, 1);
    assert_eq!(stage.overview().status, Health::Warning);
}

#[test]
fn partial_result_names_each_problem_once() {
    let stage = Stage::new(&["slides_a.py"]);
    let mut seat = stage.seat();
    let job = claim(&stage, &mut seat);
    let id = job.id;
    let failed = |line| {
        let problem = Diagnostic::error("CLX0299", "test", "it is wrong");
        RequestResult::Failed(vec![problem.at("slides_a.py", Some(line), None)])
    };
    let results = vec![failed(3), failed(3), failed(5)];
    let answer = Answer::of_step(&JobResult { results, executed: vec![] }).unwrap();
    let report = job.completed_in_part(answer.result, answer.partial.unwrap());
    seat.report(&stage.queue, vec![report]).unwrap();
    let overview = stage.overview();
    let failure = &overview.failures[0];
    assert_eq!((failure.job_id, failure.document.as_str()), (id, "slides_a.py"));
    let lines: Vec<_> =
        failure.problems.iter().map(|problem| problem.location.as_ref().unwrap().line).collect();
    assert_eq!(lines, [Some(3), Some(5)]);
    assert_eq!(overview.queue.failed_last_hour, 1);
    assert_eq!(
        clx_status::word(&JobView::read(&stage.queue, id).unwrap().unwrap().record),
        "failed in part"
    );
}

#[test]
fn attempts_that_failed_are_kept_with_what_was_said() {
    let stage = Stage::new(&["slides_a.py"]);
    let mut seat = stage.seat();
    let job = claim(&stage, &mut seat);
    let id = job.id;
    let problem = Diagnostic::error("CLX0299", "test", "the tool died");
    let failure = JobFailure::new(ErrorClass::Transient, problem);
    let report = job.failed(failure.class, failure.to_detail());
    seat.report(&stage.queue, vec![report]).unwrap();
    let view = JobView::read(&stage.queue, id).unwrap().unwrap();
    assert_eq!(view.problems, []);
    let attempt = &view.attempts[0];
    assert_eq!((attempt.attempt, attempt.error_class), (1, ErrorClass::Transient));
    let said = &attempt.problems[0];
    assert_eq!(said.message, "the tool died");
    assert_eq!(said.location.as_ref().unwrap().file.to_str(), Some("slides_a.py"));
}

#[test]
fn build_is_named_by_its_note_and_its_process_may_be_dead() {
    let stage = Stage::new(&["slides_a.py"]);
    let all = SessionFilter::default();
    let now = stage.clock.now();
    let build = Build::list(&stage.queue, &all, now, &|_| true).unwrap().remove(0);
    assert_eq!((build.note.spec.as_str(), build.jobs, build.done), ("a.xml", 1, 0));
    assert_eq!((build.state, build.about().as_str()), (BuildState::Died, "a.xml"));
    stage.queue.close_session(stage.session).unwrap();
    let build = Build::list(&stage.queue, &all, now, &|_| true).unwrap().remove(0);
    assert_eq!((build.state, build.done, build.cancelled), (BuildState::Ended, 1, 1));
    assert_eq!(BuildNote::from_note("a pool's note"), BuildNote::default());
    let usual = BuildNote::default();
    assert_eq!(usual.to_note(), r#"{"spec":"","course":""}"#);
    let asking = BuildNote { weight: Some(300), most_workers: Some(4), ..usual };
    assert_eq!(BuildNote::from_note(&asking.to_note()), asking);
}
