//! Builds that cannot go on, and builds that only seem so.

use std::time::{Duration, Instant};

use clx_process::{Child, Waited};
use clx_queue::{JobFilter, JobState, Queue};
use clx_tests::e2e::{Run, TestCourse, finish};
use rustix::process::{Pid, Signal, kill_process};

use super::{CLX, LIMIT, course, kernels, n_open, queue_of};

/// Variable of `worker_management.job_stall_timeout`.
const STALL: &str = "CLX_WORKER_MANAGEMENT__JOB_STALL_TIMEOUT";

/// Makes a course whose notebooks run this code.
fn course_of(code: &str, n: usize) -> TestCourse {
    let course = course(n);
    for n in 0..n {
        let source = format!("# %% [markdown]\n# Topic {n}\n\n# %%\n{code}\n");
        course.write(&format!("slides/module_100_m/topic_100_t{n}/slides_t{n}.py"), source);
    }
    course
}

fn start(course: &TestCourse, kernels: &tempfile::TempDir, args: &[&str], stall: &str) -> Child {
    let build = CLX.executing(course, kernels.path(), args).env(STALL, stall);
    build.start().unwrap()
}

#[test]
fn long_queue_with_progress_is_no_stall_and_no_progress_is_one() {
    let kernels = kernels();
    let args = ["--notebook-workers", "1", "--spare-kernels", "0"];
    // Longer in all than the limit, however quick the machine is, but one after the other is done.
    let takes_longer = |n: &usize| {
        let moving = course(*n);
        let begin = Instant::now();
        let _built = finish(start(&moving, &kernels, &args, "2")).expect(0);
        begin.elapsed() > Duration::from_secs(2)
    };
    assert!([50, 200, 800].iter().any(takes_longer), "no build took longer than the limit");
    let stuck = course_of("hang", 1);
    let run = finish(start(&stuck, &kernels, &args, "2")).expect(5);
    run.says(&["error", "2 s"]);
    assert_eq!(n_open(&queue_of(&stuck)), 0);
}

#[test]
fn no_worker_of_a_kind_is_told_at_once() {
    let (course, kernels) = (course(1), kernels());
    for workers in ["in-process", "direct"] {
        let args = ["--workers", workers, "--notebook-workers", "0"];
        let begin = Instant::now();
        let run = finish(start(&course, &kernels, &args, "1200")).expect(1);
        // It takes a tenth of a second; a busy machine has more time, but no wait of clx is so short.
        assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
        run.says(&["error[CLX0309]", "no worker for notebook jobs is configured"]);
    }
}

/// Kills the worker process of a build that has its only job.
fn kill_worker(course: &TestCourse, clx: &mut Child, attempt: u32) {
    let queue = queue_of(course);
    let filter = JobFilter { states: vec![JobState::Running], ..JobFilter::default() };
    let begin = Instant::now();
    let worker = loop {
        let running = queue.jobs(&filter).unwrap().into_iter().find(|job| job.attempt == attempt);
        let workers = queue.workers(None).unwrap();
        let busy = running.and_then(|job| workers.into_iter().find(|one| one.job == Some(job.id)));
        if let Some(process) = busy.and_then(|worker| worker.process) {
            break process;
        }
        let waited = clx.wait(Duration::from_millis(5)).unwrap();
        assert_eq!(waited, Waited::TimedOut, "clx ended early: {}", clx.tail());
        assert!(begin.elapsed() < LIMIT, "no worker has the job");
    };
    let pid = Pid::from_raw(worker.pid.cast_signed()).unwrap();
    kill_process(pid, Signal::KILL).unwrap();
}

fn poisoned(course: &TestCourse, kernels: &tempfile::TempDir) -> Run {
    let args = ["--workers", "direct", "--notebook-workers", "1", "--spare-kernels", "0"];
    let mut clx = start(course, kernels, &args, "1200");
    while !course.root().join(".clx/jobs.db").exists() {
        let waited = clx.wait(Duration::from_millis(5)).unwrap();
        assert_eq!(waited, Waited::TimedOut, "clx ended early: {}", clx.tail());
    }
    for attempt in 1..=3 {
        kill_worker(course, &mut clx, attempt);
    }
    finish(clx)
}

#[test]
fn job_that_loses_three_workers_is_dead_reported_and_not_remembered() {
    let (course, kernels) = (course_of("hang", 1), kernels());
    let run = poisoned(&course, &kernels).expect(1);
    run.says(&["slides_t0.py", "error"]);
    let dead = JobFilter { states: vec![JobState::Dead], ..JobFilter::default() };
    let dead = queue_of(&course).jobs(&dead).unwrap();
    assert_eq!((dead.len(), dead[0].losses), (1, 3));
    assert_eq!(course.results(CLX), [] as [serde_json::Value; 0], "nothing is remembered");
    // Saved anew, and with the same key again: the fault is gone, and so is the problem.
    let source = "slides/module_100_m/topic_100_t0/slides_t0.py";
    let text = std::fs::read_to_string(course.root().join(source)).unwrap();
    course.write(source, text.replace("hang", "print fine"));
    let _built = finish(start(&course, &kernels, &[], "1200")).expect(0);
    assert_eq!(course.files("output").len(), 3);
}

#[test]
fn error_in_a_cell_is_told_after_one_run() {
    let kernels = kernels();
    let log = kernels.path().join("log");
    let code = format!("log {} ran\nfail NameError name 'x' is not defined", log.display());
    let course = course_of(&code, 1);
    let run = finish(start(&course, &kernels, &[], "1200")).expect(1);
    run.says(&["slides_t0.py:5:", "NameError"]);
    assert_eq!(std::fs::read_to_string(log).unwrap(), "ran\n");
}

#[test]
fn help_of_a_worker_starts_nothing() {
    let dir = tempfile::tempdir().unwrap();
    for args in [&["worker", "--help"][..], &["worker", "run", "--help"], &["build", "--help"]] {
        let command = CLX.command(args).current_dir(dir.path());
        let run = finish(command.start().unwrap()).expect(0);
        assert!(run.stdout.contains("Usage"), "{}", run.stdout);
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

/// Many jobs, each done in milliseconds.
const N_QUICK: usize = 1440;

#[test]
fn events_of_1440_quick_jobs_come_without_a_gap() {
    let course = course(N_QUICK);
    let run = CLX.build(&course, "course.xml", &["--events", "-", "-O", "quiet"]).expect(0);
    let moments = run.stdout.lines().filter_map(|line| {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        (event["event"] == "step").then(|| event["elapsed_seconds"].as_f64().unwrap())
    });
    let moments: Vec<f64> = moments.collect();
    assert_eq!(moments.len(), N_QUICK);
    // Counted in jobs: a busy machine makes pauses longer, but no more is told after one of them.
    let jumps = moments.chunk_by(|before, after| after - before < AT_ONCE);
    let highest = jumps.map(<[f64]>::len).max().unwrap();
    assert!(highest < N_QUICK / 2, "{highest} jobs were told at once");
}

/// Seconds between events that are told one after the other; before the next jobs can be told, files of
/// dozens have to be written.
const AT_ONCE: f64 = 0.002;
