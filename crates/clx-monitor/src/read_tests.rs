//! Snapshots and pages of a real queue.

use std::sync::Arc;
use std::time::Duration;

use clx_core::{Clock, Diagnostic, ManualClock};
use clx_queue::{
    CancelTarget, ErrorClass, JobId, NewJob, NewSession, NewWorker, Progress, Queue, Seat,
    SessionId, SqliteOptions, SqliteQueue, WorkerMode,
};

use crate::page::Subject;
use crate::pages::{self, Sources};
use crate::read::Reader;
use crate::snapshot::{Snapshot, Target};
use crate::stage::NOW;

struct Stage {
    queue: SqliteQueue,
    clock: Arc<ManualClock>,
    build: SessionId,
    reader: Reader,
    dir: tempfile::TempDir,
}

impl Stage {
    /// Makes a build in which one job failed, one completed, one runs, one is cancelled and one waits.
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(NOW));
        let options = SqliteOptions { clock: clock.clone(), ..SqliteOptions::default() };
        let queue = SqliteQueue::open(&dir.path().join("jobs.db"), &options).unwrap();
        let root = std::path::Path::new("/courses/python");
        let build = queue.open_session(&NewSession::of_this_process(root, 0, "")).unwrap();
        let labels = ["wrong.py", "right.py", "slow.py", "unwanted.py", "waits.py"];
        let jobs = labels.map(|label| NewJob::new("notebook", label, vec![])).into();
        queue.enqueue(build, jobs).unwrap();
        let reader = Reader::new(dir.path().join("logs"));
        let this = Self { queue, clock, build, reader, dir };
        this.work();
        this.queue.cancel(build, &CancelTarget::Job(JobId(4)), "anna").unwrap();
        this.clock.advance(Duration::from_secs(300));
        this
    }

    fn work(&self) {
        let new = NewWorker::new(self.build, "notebook", WorkerMode::InProcess);
        let worker = self.queue.register_worker(&new).unwrap();
        self.queue.activate_worker(worker, None).unwrap();
        let mut seat = Seat::new(worker);
        let mut claim = |reports| {
            let claimed = seat.claim(&self.queue, reports, Duration::ZERO).unwrap().jobs.pop();
            self.clock.advance(Duration::from_secs(7));
            claimed.unwrap()
        };
        let problem = Diagnostic::error("CLX0501", "cell", "NameError: name `totl` is not defined")
            .at("wrong.py", Some(14), None)
            .with_frame("  13 | total = 0\n> 14 | print(\x1b[31mtotl)")
            .with_hint("look for a misspelt name");
        let diagnostics = serde_json::to_string(&[problem]).unwrap();
        let detail = format!("{{\"diagnostics\": {diagnostics}}}");
        let failed = claim(vec![]).failed(ErrorClass::User, detail);
        let completed = claim(vec![failed]).completed(Vec::new());
        let slow = claim(vec![completed]);
        let note = "cell 3 of 9, 4 s: epoch 7".to_owned();
        let progress = Progress { job: slow.id, attempt: 1, step: 2, total: 9, note };
        self.queue.beat(worker, &[progress], Duration::ZERO).unwrap();
    }

    fn snapshot(&mut self) -> Snapshot {
        self.reader.snapshot(&self.queue, self.clock.now(), &|_| false).unwrap()
    }

    /// Returns a page with its title as text.
    fn page(&mut self, subject: Subject) -> String {
        let snapshot = self.snapshot();
        let sources = Sources {
            queue: &self.queue,
            snapshot: &snapshot,
            logs: self.reader.logs(),
            now: self.clock.now(),
            is_dead: &|_| false,
        };
        let page = pages::read(&subject, &sources).unwrap();
        let line =
            |line: &crate::page::PageLine| format!("{}{}", " ".repeat(line.indent), line.text);
        let lines: Vec<_> = page.lines.iter().map(line).collect();
        format!("[{}]\n{}\n", page.title, lines.join("\n"))
    }
}

#[test]
fn snapshot_tells_failures_and_what_happened_the_latest_first() {
    let mut stage = Stage::new();
    let snapshot = stage.snapshot();
    let failures: Vec<_> = snapshot
        .failures
        .iter()
        .map(|failure| (failure.job.id, failure.message.as_str()))
        .collect();
    assert_eq!(failures, [(JobId(1), "line 14: NameError: name `totl` is not defined")]);
    let log: Vec<_> = snapshot.log.iter().map(|entry| entry.text.as_str()).collect();
    assert_eq!(
        log,
        [
            "job 4 cancelled: unwanted.py (anna)",
            "job 2 completed: right.py",
            "job 1 failed: wrong.py (user)",
            "worker 1 is ready",
            "worker 1 is being started: in-process",
            "build 1 began: /courses/python",
        ]
    );
    assert_eq!(snapshot.builds.len(), 1);
    stage.queue.close_session(stage.build).unwrap();
    let snapshot = stage.snapshot();
    assert_eq!((snapshot.overview.builds.len(), snapshot.builds.len()), (0, 1), "it has ended");
}

#[test]
fn page_of_a_failed_job_has_place_message_frame_and_hint() {
    let page = Stage::new().page(Subject::Line(Target::Job(JobId(1))));
    assert_eq!(
        page,
        "[Job 1]\nwrong.py\nfailed\nnotebook, build 1, worker 1, ran 7 s, ended 5 min ago\n\n\
         wrong.py:14\nerror[CLX0501]: NameError: name `totl` is not defined\n      \
         13 | total = 0\n    > 14 | print(totl)\n  hint: look for a misspelt name\n"
    );
}

#[test]
fn page_of_a_running_job_tells_what_it_does() {
    let page = Stage::new().page(Subject::Line(Target::Job(JobId(3))));
    assert_eq!(
        page,
        "[Job 3]\nslow.py\nrunning\nnotebook, build 1, worker 1, ran 5 min\n\
         cell 3 of 9, 4 s: epoch 7\n"
    );
}

#[test]
fn page_of_a_waiting_job_tells_for_how_long() {
    let page = Stage::new().page(Subject::Line(Target::Job(JobId(5))));
    assert_eq!(page, "[Job 5]\nwaits.py\nready\nnotebook, build 1, waits 5 min\n");
    let page = Stage::new().page(Subject::Line(Target::Job(JobId(99))));
    assert_eq!(page, "[Job 99]\nthe job is gone: old ones are removed\n");
}

#[test]
fn page_of_a_build_lists_its_jobs() {
    let mut stage = Stage::new();
    let page = stage.page(Subject::Line(Target::Build(stage.build)));
    let pid = std::process::id();
    assert_eq!(
        page,
        format!(
            "[Build 1]\npython\nrunning, 5 min, process {pid}\n/courses/python\n\
             3 of 5 jobs done (1 failed, 1 cancelled), 1 running, 1 waiting\n\n\
             Failed\n  #1 wrong.py: failed\n\nRunning\n  #3 slow.py: running\n\n\
             Waiting\n  #5 waits.py: ready\n"
        )
    );
}

#[test]
fn page_of_a_kind_lists_jobs_that_run_and_wait() {
    let mut stage = Stage::new();
    let page = stage.page(Subject::Line(Target::Kind("notebook".to_owned())));
    assert_eq!(
        page,
        "[Jobs of kind notebook]\nRunning\n  #3 slow.py: running\n\nWaiting\n  #5 waits.py: ready\n"
    );
    let page = stage.page(Subject::Line(Target::Kind("drawio".to_owned())));
    assert_eq!(page, "[Jobs of kind drawio]\nno job of this kind runs or waits\n");
}

#[test]
fn page_of_an_event_tells_when_it_was() {
    let mut stage = Stage::new();
    let target = stage.snapshot().log[3].target.clone();
    let page = stage.page(Subject::Line(target));
    assert_eq!(page, "[Event]\nworker 1 is ready\n5 min ago\n");
}

#[test]
fn page_of_warnings_has_all_of_them() {
    let mut stage = Stage::new();
    let page = stage.page(Subject::Warnings);
    assert!(page.contains("1 notebook worker gave no sign of life for a lease"), "{page}");
    assert!(page.contains("1 of 2 jobs failed in the last hour"), "{page}");
}

#[test]
fn page_of_worker_logs_has_the_end_of_each() {
    let mut stage = Stage::new();
    let logs = stage.dir.path().join("logs");
    assert!(!stage.snapshot().has_worker_logs);
    assert!(stage.page(Subject::WorkerLogs).contains("no log files in"));
    std::fs::create_dir(&logs).unwrap();
    std::fs::write(logs.join("notebook.log"), "began\n\x1b[1mended\x1b[0m\n").unwrap();
    std::fs::write(logs.join("drawio.log"), "").unwrap();
    assert!(stage.snapshot().has_worker_logs);
    let shown = logs.display();
    assert_eq!(
        stage.page(Subject::WorkerLogs),
        format!(
            "[What workers wrote last]\n{shown}/drawio.log\nnothing yet\n\n{shown}/notebook.log\nbegan\nended\n"
        )
    );
}
