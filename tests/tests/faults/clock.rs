//! A wall clock that jumps by days and years, both ways, and a disk that is slow: builds make what they
//! always make, and nobody takes a worker for dead.

use std::time::{Duration, Instant};

use clx_queue::{JobFilter, JobRecord, JobState, Queue};
use clx_tests::e2e::finish;
use clx_tests::fault::{CLOCK, SLOW_DISK};

use super::{CLX, FAULTY, assert_intact, course, kernels, n_open, queue_of};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Builds under a fault, and compares with a clean build. `is_felt` tells from the jobs and the duration
/// of a build that the fault was there.
#[track_caller]
fn check(variable: &str, value: &str, is_felt: impl Fn(&[JobRecord], Duration) -> bool) {
    let (course, kernels) = (course(8), kernels());
    let _built = finish(CLX.executing(&course, kernels.path(), &[]).start().unwrap()).expect(0);
    let clean = course.files("output");
    for workers in ["in-process", "direct"] {
        course.remove("output");
        course.remove(".clx");
        let command = |args: &[&str]| {
            FAULTY
                .executing(&course, kernels.path(), &[&["--workers", workers], args].concat())
                .env(variable, value)
        };
        let begin = Instant::now();
        let run = finish(command(&["-O", "verbose"]).start().unwrap()).expect(0);
        assert!(!run.stderr.contains("was lost"), "{workers}: {}", run.stderr);
        assert!(course.files("output") == clean, "{workers}: other trees");
        let queue = queue_of(&course);
        assert_eq!(n_open(&queue), 0);
        let finished = queue.jobs(&JobFilter::default()).unwrap();
        assert!(is_felt(&finished, begin.elapsed()), "{workers}: no fault in {finished:?}");
        assert!(finished.iter().all(|job| job.state == JobState::Completed && job.attempt == 1));
        let again = finish(command(&["-O", "json"]).start().unwrap()).expect(0).json();
        assert_eq!((&again["outputs_made"], &again["code_runs"]), (&0.into(), &0.into()));
        assert_intact(queue.path());
        assert_intact(&course.root().join(".clx/cache.db"));
    }
}

#[test]
fn build_under_a_clock_that_jumps_both_ways_is_as_ever() {
    // Nothing, 10 days, 10 years back, 10 years on.
    check(CLOCK, "0 864000 -315360000 315360000", |jobs, _| {
        let moments = || jobs.iter().flat_map(|job| [Some(job.created), job.started, job.finished]);
        let (first, last) = (moments().flatten().min(), moments().flatten().max());
        last.unwrap().since(first.unwrap()) > 9 * DAY
    });
}

#[test]
fn build_on_a_slow_disk_is_as_ever() {
    check(SLOW_DISK, "100", |_, took| took > Duration::from_secs(1));
}
