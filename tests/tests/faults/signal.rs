//! Signals at any moment: the program ends in time and says so, and leaves nothing open.

use std::time::{Duration, Instant};

use clx_process::{Child, Exit, Waited};
use clx_queue::{Queue, SessionState};
use clx_testkit::random::Random;
use clx_tests::e2e::{TestCourse, finish};
use rustix::process::{Pid, Signal, kill_process_group};

use super::{CLX, course, kernels, n_open, queue_of};

/// How long an interrupted build may take to end, with a notebook under way on a busy machine.
const IN_TIME: Duration = Duration::from_secs(10);

/// Statuses of a build: done, interrupted, and ended by the signal before it could be caught.
const ENDS: [Exit; 3] = [Exit::Status(0), Exit::Status(130), Exit::Signal(2)];

/// Interrupts a build at some moment and waits for its end.
fn interrupt(course: &TestCourse, kernels: &tempfile::TempDir, workers: &str, wait: Duration) {
    let mut child = CLX.executing(course, kernels.path(), &["--workers", workers]).start().unwrap();
    let end = match child.wait(wait).unwrap() {
        Waited::Exited(exit) => exit,
        Waited::TimedOut => {
            child.interrupt().unwrap();
            let Waited::Exited(exit) = child.wait(IN_TIME).unwrap() else {
                panic!("it goes on {IN_TIME:?} after the signal, which came after {wait:?}");
            };
            exit
        }
    };
    assert!(ENDS.contains(&end), "{end} after {wait:?}: {}", child.tail());
}

/// Interrupts 100 builds, each at some moment, and builds once more.
fn check(workers: &str) {
    let (course, kernels) = (course(3), kernels());
    let begin = Instant::now();
    let _built = finish(CLX.executing(&course, kernels.path(), &[]).start().unwrap()).expect(0);
    let whole = usize::try_from(begin.elapsed().as_micros()).unwrap();
    let clean = course.files("output");
    let mut random = Random::new(1);
    for _ in 0..100 {
        course.remove("output");
        course.remove(".clx/cache.db");
        let wait = Duration::from_micros(random.below(whole) as u64);
        interrupt(&course, &kernels, workers, wait);
        for (path, bytes) in course.files("output") {
            assert!(clean[&path] == bytes, "{path} is torn after {wait:?}");
        }
    }
    // The last one may have been killed by the signal, as any program is in its first moments.
    let _built = finish(CLX.executing(&course, kernels.path(), &[]).start().unwrap()).expect(0);
    assert!(course.files("output") == clean);
    let queue = queue_of(&course);
    assert_eq!(n_open(&queue), 0);
    let sessions = queue.sessions().unwrap();
    assert!(sessions.iter().all(|session| session.state != SessionState::Open), "{sessions:?}");
    assert_eq!(queue.workers(None).unwrap(), []);
}

#[test]
fn hundred_interrupted_builds_with_threads_end_in_time_and_leave_no_open_job() {
    check("in-process");
}

#[test]
fn hundred_interrupted_builds_with_processes_end_in_time_and_leave_no_open_job() {
    check("direct");
}

fn group_of(child: &Child) -> Pid {
    Pid::from_raw(child.group().cast_signed()).unwrap()
}

#[test]
fn interrupt_of_the_whole_group_is_told_once_and_leaves_whole_files() {
    let (course, kernels) = (course(30), kernels());
    let args = ["--workers", "direct", "--notebook-workers", "2"];
    let mut child = CLX.executing(&course, kernels.path(), &args).start().unwrap();
    while course.files("output").len() < 5 {
        let waited = child.wait(Duration::from_millis(1)).unwrap();
        assert_eq!(waited, Waited::TimedOut, "it ended early: {}", child.tail());
    }
    kill_process_group(group_of(&child), Signal::INT).unwrap();
    let run = finish(child).expect(130);
    let told = run.stderr.lines().filter(|line| line.to_lowercase().contains("interrupt")).count();
    assert!(told > 0, "{}", run.stderr);
    assert!(!run.stderr.contains("panicked") && !run.stderr.contains("Aborted"), "{}", run.stderr);
    let partial = course.files("output");
    let _built = finish(CLX.executing(&course, kernels.path(), &[]).start().unwrap()).expect(0);
    let whole = course.files("output");
    assert_eq!(whole.len(), 90);
    for (path, bytes) in partial {
        assert!(whole[&path] == bytes, "{path} was torn");
    }
}
