//! Commands that look at what builds did and steer what they do: status, jobs, workers, builds, db.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{ChildStderr, ChildStdout};
use std::time::Duration;

use clx_backend_sqlite::open_session;
use clx_process::{Child, Stderr};
use clx_queue::{
    ErrorClass, JobState, NewJob, NewWorker, Queue, Seat, SessionId, SessionRole, SqliteOptions,
    SqliteQueue, WorkerMode,
};
use clx_tests::e2e::{Clx, Run, TestCourse, finish};
use serde_json::{Value, json};

const CLX: Clx = Clx(env!("CARGO_BIN_EXE_clx-e2e"));

const B: &str = "slides/module_100_m/topic_100_b/slides_b.py";

fn run_in(directory: impl AsRef<Path>, args: &[&str]) -> Run {
    finish(CLX.command(args).current_dir(directory.as_ref()).start().expect("clx starts"))
}

fn json_of(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).expect("one JSON object")
}

/// Replaces spans of time, and runs of blanks by one.
fn without_times(text: &str) -> String {
    let line = |line: &str| {
        let mut words: Vec<&str> = Vec::new();
        for word in line.split_whitespace() {
            let is_unit = ["ms", "s", "min"].contains(&word.trim_end_matches([',', '.']));
            match words.last_mut() {
                Some(last) if is_unit && last.parse::<f64>().is_ok() => *last = "TIME",
                _ => words.push(word),
            }
        }
        words.join(" ").replace("TIME ago", "just now")
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// A course that was built; the second of its two slide files is wrong.
fn built() -> TestCourse {
    let course = TestCourse::with_topics(&[
        ("a", "# %% [markdown]\n# Hello\n"),
        ("b", "# %% [markdown]\n# {{ oops }}\n"),
    ]);
    let _some_failed = CLX.build(&course, "course.xml", &[]).expect(1);
    course
}

/// A course in which a build goes on that this test plays.
struct Underway {
    course: TestCourse,
    queue: SqliteQueue,
    session: SessionId,
}

impl Underway {
    fn new(labels: &[&str]) -> Self {
        let course = TestCourse::with_topics(&[("a", "# %% [markdown]\n# Hello\n")]);
        let file = course.root().join(".clx/jobs.db");
        let queue = SqliteQueue::open(&file, &SqliteOptions::default()).expect("a queue");
        let session =
            open_session(&queue, &course.root(), SessionRole::Own, "").expect("a session");
        let jobs = labels.iter().map(|label| NewJob::new("notebook", label, vec![])).collect();
        queue.enqueue(session, jobs).expect("jobs");
        Self { course, queue, session }
    }

    fn run(&self, args: &[&str]) -> Run {
        run_in(self.course.root(), args)
    }

    /// Returns the place of a new worker.
    fn seat(&self) -> Seat {
        let new = NewWorker::new(self.session, "notebook", WorkerMode::Process);
        let worker = self.queue.register_worker(&new).expect("a worker");
        self.queue.activate_worker(worker, None).expect("it goes live");
        Seat::new(worker)
    }

    fn states(&self) -> Vec<JobState> {
        let mut jobs = self.queue.jobs(&clx_queue::JobFilter::default()).expect("jobs");
        jobs.sort_by_key(|job| job.id);
        jobs.into_iter().map(|job| job.state).collect()
    }
}

#[test]
fn where_nothing_was_built_every_command_says_so() {
    let empty = tempfile::tempdir().expect("a temp dir");
    for args in [&["jobs", "list"][..], &["workers", "list"], &["builds", "list"], &["db", "stats"]]
    {
        let run = run_in(empty.path(), args).expect(4);
        assert!(run.stderr.starts_with("error: nothing was built here yet: "), "{}", run.stderr);
        assert!(run.stderr.contains("hint: `clx build SPEC` makes it"), "{}", run.stderr);
    }
    let status = json_of(&run_in(empty.path(), &["status", "--format", "json"]).expect(2));
    assert_eq!(status["status"], "error");
    assert_eq!(status["database"]["exists"], false);
    assert!(!empty.path().join(".clx").exists(), "looking makes nothing");
}

#[test]
fn status_tells_what_failed_and_where() {
    let course = built();
    // From a directory below the course, too.
    let run = run_in(course.root().join("slides"), &["status"]).expect(1);
    let path = course.root().join(".clx/jobs.db");
    let (first, rest) = run.stdout.split_once("\n\n").expect("an empty line");
    let head = format!("Health: warning\nQueue:  {} (", path.display());
    assert!(first.starts_with(&head), "{first}");
    assert!(first.ends_with("  warning: 1 of 2 jobs failed in the last hour"), "{first}");
    assert_eq!(
        without_times(rest),
        format!(
            "No workers: no build runs.\n\n\
             Jobs: 0 waiting, 0 running\n\
             Last hour: 1 done, 1 failed\n\n\
             Last failures:\n\
             job 2 (just now): {B}:2: error[CLX0201]: undefined value: `oops` is undefined\n\
             `clx jobs show 2` tells all of a job"
        )
    );
    let compact = run_in(course.root(), &["status", "--format", "compact"]).expect(1);
    assert_eq!(compact.stdout, "warning: no workers | queue: 0 pending, 0 processing\n");
    let status = json_of(&run_in(course.root(), &["status", "--format", "json"]).expect(1));
    assert_eq!(status["queue"]["completed_last_hour"], 1);
    assert_eq!(status["queue"]["failed_last_hour"], 1);
    assert_eq!(status["queue"]["oldest_pending_seconds"], Value::Null);
    assert_eq!(status["workers"]["notebook"]["total"], 0);
    assert_eq!(status["failures"][0]["problems"][0]["code"], "CLX0201");
    assert_eq!(status["database"]["accessible"], true);
}

#[test]
fn job_shows_its_problem_with_frame_and_hint() {
    let course = built();
    let list = run_in(course.root(), &["jobs", "list", "--failed"]).expect(0);
    assert_eq!(
        without_times(&list.stdout),
        format!(
            "JOB BUILD KIND STATE SOURCE TOOK WHEN\n2 1 notebook failed in part {B} TIME just now\n\n1 job."
        )
    );
    let shown = run_in(course.root(), &["jobs", "show", "2"]).expect(0);
    assert_eq!(
        without_times(&shown.stdout),
        format!(
            "Job 2: {B}\nkind notebook\nstate failed in part\nbuild 1\nworker 1\nenqueued just now\ntook TIME\n\n\
             {B}:2: error[CLX0201]: undefined value: `oops` is undefined\n# {{{{ oops }}}}\n\
             hint: define the name with `set` or import it, or correct it"
        )
        .replace("worker 1\n", &worker_line(&shown.stdout))
    );
    let job = json_of(&run_in(course.root(), &["jobs", "show", "2", "--format", "json"]).expect(0));
    assert_eq!((&job["state"], &job["status"]), (&json!("completed"), &json!("partial")));
    assert_eq!(job["problems"][0]["location"]["line"], 2);
    let none = run_in(course.root(), &["jobs", "show", "99"]).expect(1);
    assert_eq!(
        none.stderr,
        "error: there is no job 99\n  hint: `clx jobs list` shows those that there are; old ones are pruned\n"
    );
}

/// Which worker had a job depends on the machine.
fn worker_line(page: &str) -> String {
    let line = page.lines().find(|line| line.trim_start().starts_with("worker"));
    format!("{}\n", without_times(line.expect("a worker")))
}

#[test]
fn builds_are_listed_and_shown() {
    let course = built();
    let list = run_in(course.root(), &["builds", "list"]).expect(0);
    assert_eq!(
        without_times(&list.stdout),
        "BUILD COURSE STATE BEGAN TOOK JOBS FAILED\n1 course-specs/course.xml ended just now TIME 2 1"
    );
    let shown = json_of(&run_in(course.root(), &["builds", "show", "--format", "json"]).expect(0));
    assert_eq!(shown["build"]["course"], "Course");
    assert_eq!(shown["failures"][0]["document"], B);
    assert_eq!(shown["slowest_jobs"].as_array().map(Vec::len), Some(2));
    let none = run_in(course.root(), &["builds", "show", "7"]).expect(1);
    assert!(none.stderr.contains("there is no build 7"), "{}", none.stderr);
}

#[test]
fn job_of_an_ended_build_is_not_retried_and_the_way_is_told() {
    let course = built();
    let run = run_in(course.root(), &["jobs", "retry", "2"]).expect(1);
    assert_eq!(
        run.stderr,
        "error: job 2 belongs to build 1, which has ended\n  hint: `clx build SPEC` makes again what \
         failed, and nothing else\n"
    );
}

#[test]
fn jobs_are_cancelled_by_number_and_by_filter_and_run_again() {
    let stage = Underway::new(&["slides/a.py", "slides/b.py", "slides/c.py"]);
    let dry = stage.run(&["jobs", "cancel", "--source", "b.py", "--dry-run"]).expect(0);
    assert_eq!(dry.stdout, "2 notebook slides/b.py (ready)\nWould cancel 1 job.\n");
    let unsure = stage.run(&["jobs", "cancel", "--kind", "notebook"]).expect(2);
    assert!(unsure.stderr.contains("add `--force`"), "{}", unsure.stderr);
    assert_eq!(stage.states(), [JobState::Ready; 3]);

    let one = stage.run(&["jobs", "cancel", "2"]).expect(0);
    assert_eq!(one.stdout, "Cancelled 1 waiting job.\n");
    let again = stage.run(&["jobs", "cancel", "2"]).expect(1);
    assert_eq!(again.stderr, "error: job 2 is cancelled already, there is nothing to cancel\n");
    let retried = stage.run(&["jobs", "retry", "2"]).expect(0);
    assert_eq!(retried.stdout, "Job 2 runs again as job 4.\n");
    let pending = stage.run(&["jobs", "list", "--state", "pending", "--format", "json"]).expect(0);
    assert_eq!(json_of(&pending)["jobs"].as_array().map(Vec::len), Some(3));
    let all = stage.run(&["jobs", "cancel", "--all", "--force"]).expect(0);
    assert_eq!(all.stdout, "Cancelled 3 waiting jobs.\n");
    assert_eq!(stage.states(), [JobState::Cancelled; 4]);
    let nothing = stage.run(&["jobs", "cancel", "--all", "--force"]).expect(0);
    assert_eq!(nothing.stdout, "Nothing to cancel: no such job waits or runs.\n");
}

#[test]
fn pages_of_jobs_say_how_to_go_on() {
    let stage = Underway::new(&["1", "2", "3"]);
    let first = stage.run(&["jobs", "list", "--limit", "2"]).expect(0);
    assert!(first.stdout.ends_with("\n2 jobs; `--after 2` lists the next.\n"), "{}", first.stdout);
    let next = stage.run(&["jobs", "list", "--limit", "2", "--after", "2"]).expect(0);
    assert!(next.stdout.ends_with("\n1 job.\n"), "{}", next.stdout);
    let wrong = stage.run(&["jobs", "list", "--state", "redy"]).expect(2);
    assert!(
        wrong.stderr.contains("the states are pending, blocked, scheduled"),
        "{}",
        wrong.stderr
    );
}

/// A `clx jobs watch` that runs.
struct JobsWatch {
    child: Child,
    errors: BufReader<ChildStderr>,
    lines: BufReader<ChildStdout>,
}

impl JobsWatch {
    fn start(stage: &Underway, args: &[&str]) -> Self {
        let command = CLX.command(&[&["jobs", "watch"], args].concat());
        let command = command.current_dir(stage.course.root()).stderr(Stderr::Piped);
        let mut child = command.start().expect("clx starts");
        let errors = BufReader::new(child.take_stderr().expect("a pipe"));
        let lines = BufReader::new(child.take_stdout().expect("a pipe"));
        Self { child, errors, lines }
    }

    /// Waits for what it says first.
    fn opening(&mut self) -> String {
        let mut line = String::new();
        self.errors.read_line(&mut line).expect("UTF-8");
        line
    }

    /// Waits for a line about a job.
    fn line(&mut self) -> String {
        let mut line = String::new();
        if self.lines.read_line(&mut line).expect("UTF-8") == 0 {
            self.errors.read_to_string(&mut line).expect("UTF-8");
        }
        without_times(&line)
    }

    /// Waits for the end; returns the exit status and the rest of what it printed.
    fn end(self) -> (i32, String) {
        let Self { child, mut lines, .. } = self;
        let mut rest = String::new();
        lines.read_to_string(&mut rest).expect("UTF-8");
        (finish(child).status, rest)
    }
}

#[test]
fn watch_of_a_build_tells_each_job_and_ends_with_it() {
    let stage = Underway::new(&["slides/a.py", "slides/b.py", "slides/c.py"]);
    let mut seat = stage.seat();
    let mut claim = |done| {
        let claim = seat.claim(&stage.queue, done, Duration::ZERO).expect("a claim");
        claim.jobs.into_iter().next().expect("a job")
    };
    // What had ended before is not told.
    let first = claim(vec![]);
    let second = claim(vec![first.completed(vec![])]);
    let mut watch = JobsWatch::start(&stage, &["--build", &stage.session.to_string()]);
    assert_eq!(watch.opening(), "watching build 1, ends with it\n");
    let third = claim(vec![second.completed(vec![])]);
    assert_eq!(watch.line(), "2 notebook slides/b.py: completed in TIME");
    let detail = "the cell is wrong".to_owned();
    let failed = vec![third.failed(ErrorClass::User, detail)];
    seat.report(&stage.queue, failed).expect("a report");
    assert_eq!(watch.line(), "3 notebook slides/c.py: failed in TIME");
    assert!(watch.line().contains("the cell is wrong"));
    stage.queue.close_session(stage.session).expect("it closes");
    assert_eq!(watch.end(), (0, String::new()));
}

#[test]
fn watch_waits_for_builds_and_misses_none_that_is_quick() {
    let stage = Underway::new(&[]);
    stage.queue.close_session(stage.session).expect("it closes");
    let mut watch = JobsWatch::start(&stage, &[]);
    assert_eq!(watch.opening(), "no build runs; waits for one, Ctrl+C ends\n");
    for n in 2..5 {
        let root = stage.course.root();
        let build = open_session(&stage.queue, &root, SessionRole::Own, "").expect("a session");
        let job = NewJob::new("notebook", &format!("slides/{n}.py"), vec![]);
        stage.queue.enqueue(build, vec![job]).expect("a job");
        stage.queue.close_session(build).expect("it closes");
    }
    for n in 2..5 {
        assert_eq!(watch.line(), format!("{} notebook slides/{n}.py: cancelled", n - 1));
        assert_eq!(watch.line(), format!("slides/{n}.py: error[CLX0304]: it was cancelled"));
    }
    watch.child.interrupt().expect("it runs");
    assert_eq!(watch.end(), (130, String::new()));
}

#[test]
fn status_shows_what_goes_on() {
    let stage = Underway::new(&["slides/a.py", "slides/b.py"]);
    stage.seat().claim(&stage.queue, vec![], Duration::ZERO).expect("a claim");
    let run = stage.run(&["status"]).expect(0);
    let (_, rest) = run.stdout.split_once("\n\n").expect("an empty line");
    assert_eq!(
        without_times(rest).replace(&stage.course.root().display().to_string(), "COURSE"),
        "BUILD COURSE STATE FOR JOBS\n\
         1 COURSE running TIME 0 of 2 done\n\n\
         WORKERS MODE IDLE BUSY STARTING HUNG LOST\n\
         notebook process 0 1 0 0 0\n\n\
         WORKER JOB WORKS ON FOR STEP\n\
         1 1 slides/a.py TIME\n\n\
         Jobs: 1 waiting, the oldest for TIME 1 running\n\
         Last hour: 0 done, 0 failed"
    );
    let compact = stage.run(&["status", "--format", "compact"]).expect(0);
    let line = "healthy: 1 notebook (0 idle, 1 busy) | queue: 1 pending, 1 processing\n";
    assert_eq!(compact.stdout, line);
}

#[test]
fn files_are_checked_copied_and_deleted_when_no_build_needs_them() {
    let stage = Underway::new(&["a"]);
    let checked = stage.run(&["db", "check"]).expect(0);
    assert_eq!(checked.stdout.matches(" is in order\n").count(), 2, "{}", checked.stdout);
    let copies = stage.course.root().join("copies");
    let copies = copies.to_str().expect("paths of tests are UTF-8");
    let copied = stage.run(&["db", "backup", copies]).expect(0);
    assert_eq!(copied.stdout.matches("Wrote ").count(), 2, "{}", copied.stdout);
    let twice = stage.run(&["db", "backup", copies]).expect(1);
    assert!(twice.stderr.contains("jobs.db exists already"), "{}", twice.stderr);
    let copied =
        SqliteQueue::open(&PathBuf::from(copies).join("jobs.db"), &SqliteOptions::default());
    assert_eq!(copied.expect("the copy opens").counts(None).expect("counts")[&JobState::Ready], 1);

    let refused = stage.run(&["db", "delete", "--force"]).expect(1);
    assert!(refused.stderr.contains("works with these files"), "{}", refused.stderr);
    stage.queue.close_session(stage.session).expect("it closes");
    let unsure = stage.run(&["db", "delete"]).expect(2);
    assert!(unsure.stderr.contains("nothing was deleted"), "{}", unsure.stderr);
    let deleted = stage.run(&["db", "delete", "--force"]).expect(0);
    assert!(deleted.stdout.starts_with("Deleted "), "{}", deleted.stdout);
    let left = ["jobs.db", "jobs.db-wal", "jobs.db-shm", "cache.db"];
    for name in left {
        assert!(!stage.course.root().join(".clx").join(name).exists(), "{name}");
    }
}

#[test]
fn old_jobs_are_pruned_and_the_file_shrinks() {
    let course = built();
    let pruned = run_in(
        course.root(),
        &["db", "prune", "--completed-days", "0", "--events-days", "0", "--format", "json"],
    );
    let pruned = json_of(&pruned.expect(0));
    assert_eq!((&pruned["jobs"], &pruned["sessions"]), (&json!(2), &json!(1)));
    let vacuum = json_of(&run_in(course.root(), &["db", "vacuum", "--format", "json"]).expect(0));
    let bytes = |name: &str| vacuum["queue"][name].as_u64().expect("a number");
    assert!(bytes("bytes_after") < bytes("bytes_before"), "{vacuum}");
    let list = run_in(course.root(), &["jobs", "list"]).expect(0);
    assert_eq!(list.stdout, "No jobs.\n");
}

#[test]
fn worker_is_stopped_and_its_job_goes_back() {
    let stage = Underway::new(&["slides/a.py"]);
    stage.seat().claim(&stage.queue, vec![], Duration::ZERO).expect("a claim");
    let list = stage.run(&["workers", "list"]).expect(0);
    assert_eq!(
        without_times(&list.stdout),
        "WORKER KIND MODE STATUS WORKS ON DONE FAILED SEEN PROCESS\n\
         1 notebook process busy slides/a.py 0 0 just now"
    );
    let stopped = stage.run(&["workers", "stop", "1"]).expect(0);
    assert_eq!(stopped.stdout, "Worker 1 stops; job 1 went back into the queue.\n");
    assert_eq!(stage.states(), [JobState::Ready]);
    let gone = stage.run(&["workers", "show", "1"]).expect(1);
    assert!(gone.stderr.contains("there is no worker 1"), "{}", gone.stderr);
    let reaped = stage.run(&["workers", "reap", "--dry-run"]).expect(0);
    assert_eq!(reaped.stdout, "Nothing to tidy up: no dead build left anything.\n");
}
