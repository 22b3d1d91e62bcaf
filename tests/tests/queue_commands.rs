//! Commands that look at what builds did and steer what they do: status, jobs, workers, builds, db.

use std::path::{Path, PathBuf};

use clx_backend_sqlite::open_session;
use clx_queue::{JobState, NewJob, Queue, SessionId, SessionRole, SqliteOptions, SqliteQueue};
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

#[test]
fn watch_of_a_build_ends_with_it() {
    let stage = Underway::new(&["slides/a.py"]);
    let watching = CLX
        .command(&["jobs", "watch", "--build", &stage.session.to_string()])
        .current_dir(stage.course.root())
        .start()
        .expect("clx starts");
    stage.queue.close_session(stage.session).expect("it closes");
    let run = finish(watching);
    // It may have looked only when all was over.
    let told = run.stdout.starts_with("1 notebook slides/a.py: cancelled");
    let over = run.stderr.starts_with(&format!("error: build {} has ended\n", stage.session));
    assert!(told || over, "{run:?}");
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
    let new = clx_queue::NewWorker::new(stage.session, "notebook", clx_queue::WorkerMode::Process);
    let worker = stage.queue.register_worker(&new).expect("a worker");
    stage.queue.activate_worker(worker, None).expect("it goes live");
    let mut seat = clx_queue::Seat::new(worker);
    seat.claim(&stage.queue, vec![], std::time::Duration::ZERO).expect("a claim");
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
