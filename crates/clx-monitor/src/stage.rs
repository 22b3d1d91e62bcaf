//! Made-up queues for the tests of update and view.

use std::path::PathBuf;

use clx_core::Timestamp;
use clx_queue::{ErrorClass, JobId, JobRecord, JobState, Minute, SessionId, Total, WorkerId};
use clx_status::{Build, BuildNote, BuildState, BusyWorker, Health, Kind, Overview, QueueLoad};

use crate::model::{Model, Source};
use crate::snapshot::{Entry, Failure, Snapshot, Target, Tone};

/// When all of it happens.
pub(crate) const NOW: Timestamp = Timestamp::from_us(1_800_000_000_000_000);

const MINUTE_US: i64 = 60_000_000;

/// Returns a moment so many seconds before [`NOW`].
pub(crate) fn ago(seconds: i64) -> Timestamp {
    Timestamp::from_us(NOW.as_us() - seconds * 1_000_000)
}

/// Makes a display of a course in which two builds run and one job has failed.
pub(crate) fn model(columns: u16, lines: u16) -> Model {
    showing(busy(), columns, lines)
}

/// Makes a display of a snapshot.
pub(crate) fn showing(snapshot: Snapshot, columns: u16, lines: u16) -> Model {
    let mut model = Model::new("/courses/python-course".to_owned(), NOW, (columns, lines));
    model.read(Source::Open(Box::new(snapshot)));
    model
}

/// Makes a queue in which nothing has happened.
pub(crate) fn empty() -> Snapshot {
    Snapshot {
        read: NOW,
        overview: Overview {
            status: Health::Healthy,
            timestamp: 1_800_000_000,
            warnings: Vec::new(),
            errors: Vec::new(),
            kinds: Vec::new(),
            queue: QueueLoad::default(),
            builds: Vec::new(),
            failures: Vec::new(),
            minutes: Vec::new(),
        },
        builds: Vec::new(),
        totals: Vec::new(),
        failures: Vec::new(),
        log: Vec::new(),
        has_worker_logs: false,
    }
}

/// Makes a queue in which two builds run and one job has failed.
pub(crate) fn busy() -> Snapshot {
    let builds = vec![build(4), Build { jobs: 12, done: 3, failed: 0, ..build(3) }];
    let mut snapshot = empty();
    snapshot.overview.kinds = vec![
        kind("drawio", &[]),
        kind(
            "notebook",
            &[
                worker(21, 117, "slides/module_100/topic_110_loops/slides_loops.py", 12.4),
                worker(22, 118, "slides/module_100/topic_120_lists/slides_lists.py", 185.0),
            ],
        ),
    ];
    snapshot.overview.queue = QueueLoad {
        pending: 31,
        processing: 2,
        completed_last_hour: 230,
        failed_last_hour: 1,
        ..QueueLoad::default()
    };
    let minute = |ago: i64, n: u64| Minute {
        start: Timestamp::from_us(NOW.as_us() - ago * MINUTE_US),
        state: JobState::Completed,
        n,
    };
    snapshot.overview.minutes =
        (0..12).map(|ago| minute(ago, 30 - (ago.unsigned_abs() * 7) % 25)).collect();
    snapshot.overview.builds.clone_from(&builds);
    let ended = Build { state: BuildState::Ended, elapsed_seconds: 95.0, done: 300, ..build(2) };
    snapshot.builds = builds;
    snapshot.builds.push(Build { jobs: 300, failed: 0, ..ended });
    snapshot.totals = vec![
        Total { job_type: "drawio".to_owned(), state: JobState::Blocked, n: 2 },
        Total { job_type: "notebook".to_owned(), state: JobState::Scheduled, n: 1 },
    ];
    snapshot.failures = vec![failure(101, "line 14: NameError: name `totl` is not defined")];
    snapshot.log = vec![
        entry(5, Target::Job(JobId(116)), "job 116 completed: slides/a.py", Tone::Plain),
        entry(70, Target::Job(JobId(101)), "job 101 failed: slides/b.py (user)", Tone::Bad),
        entry(400, Target::Event(7), "worker 21 is ready", Tone::Dim),
        entry(401, Target::Build(SessionId(4)), "build 4 began: /courses", Tone::Strong),
    ];
    snapshot
}

/// Makes a build that runs.
pub(crate) fn build(id: i64) -> Build {
    Build {
        id: SessionId(id),
        note: BuildNote {
            spec: "course-specs/python.xml".to_owned(),
            course: "Python".to_owned(),
            ..BuildNote::default()
        },
        root: PathBuf::from("/courses/python-course"),
        is_pool: false,
        state: BuildState::Running,
        pid: 4711,
        started: 1_799_999_600,
        elapsed_seconds: 401.0,
        jobs: 300,
        done: 231,
        running: 2,
        failed: 1,
        cancelled: 0,
    }
}

fn kind(name: &str, busy_workers: &[BusyWorker]) -> Kind {
    let busy = busy_workers.len() as u64;
    Kind {
        name: name.to_owned(),
        total: if busy == 0 { 0 } else { busy + 2 },
        idle: if busy == 0 { 0 } else { 2 },
        busy,
        execution_mode: "in-process".to_owned(),
        busy_workers: busy_workers.to_vec(),
        ready: if busy == 0 { 0 } else { 28 },
        running: busy,
        ..Kind::default()
    }
}

fn worker(id: i64, job: i64, document: &str, elapsed_seconds: f64) -> BusyWorker {
    BusyWorker {
        worker_id: WorkerId(id),
        session_id: SessionId(4),
        job_id: JobId(job),
        document: document.to_owned(),
        elapsed_seconds,
        step: 2,
        steps: 9,
        note: "cell 3 of 9, 4 s: training epoch 7 of 20, loss 0.0312".to_owned(),
    }
}

/// Makes a job that failed a minute ago.
pub(crate) fn failure(id: i64, message: &str) -> Failure {
    let job = JobRecord {
        id: JobId(id),
        session: SessionId(4),
        job_type: "notebook".to_owned(),
        state: JobState::Failed,
        label: "slides/module_200/topic_210_sums/slides_sums.py".to_owned(),
        priority: 0,
        attempt: 1,
        failures: 1,
        losses: 0,
        blocked_by: 0,
        cancel_requested: false,
        worker: Some(WorkerId(21)),
        created: ago(300),
        started: Some(ago(90)),
        finished: Some(ago(70)),
        error_class: Some(ErrorClass::User),
        progress: None,
    };
    Failure { job, message: message.to_owned() }
}

fn entry(seconds: i64, target: Target, text: &str, tone: Tone) -> Entry {
    Entry { at: ago(seconds), target, text: text.to_owned(), tone }
}
