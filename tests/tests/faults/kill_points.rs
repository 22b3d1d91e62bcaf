//! Builds of which something is killed at every boundary of a transaction, one after the other:
//! afterwards both databases are in order, what was final stays so, and the next build makes what a
//! clean one does.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clx_process::Spawn;
use clx_queue::{JobFilter, JobId, JobState, Queue};
use clx_tests::e2e::{Clx, Run, TestCourse, finish};
use clx_tests::fault::KILL;
use clx_tests::fault::boundary::{Kill, Victim};

use super::{CLX, FAULTY, assert_intact, course, kernels, n_open, queue_of};

/// Status of a program that was killed.
const KILLED: i32 = 128 + 9;

struct Bench {
    course: TestCourse,
    kernels: tempfile::TempDir,
    workers: &'static str,
    clean: BTreeMap<String, Vec<u8>>,
}

impl Bench {
    fn new(workers: &'static str) -> Self {
        let mut bench =
            Self { course: course(2), kernels: kernels(), workers, clean: BTreeMap::new() };
        let _built = bench.run(bench.command(CLX)).expect(0);
        bench.clean = bench.course.files("output");
        assert_eq!(bench.clean.len(), 6);
        bench
    }

    fn command(&self, clx: Clx) -> Spawn {
        let args = ["-O", "json", "--workers", self.workers, "--notebook-workers", "2"];
        clx.executing(&self.course, self.kernels.path(), &args)
    }

    fn run(&self, command: Spawn) -> Run {
        finish(command.start().unwrap())
    }

    fn database(&self, name: &str) -> PathBuf {
        self.course.root().join(".clx").join(name)
    }

    /// Builds anew from nothing with a kill to come; `None` if it never came.
    fn killed(&self, role: &str, boundary: usize, victim: Victim) -> Option<Run> {
        self.course.remove("output");
        self.course.remove(".clx");
        let done = self.kernels.path().join("done");
        let kill = Kill { role, boundary, victim, done: &done };
        let run = self.run(self.command(FAULTY).env(KILL, kill.to_string()));
        std::fs::remove_file(done).is_ok().then_some(run)
    }

    fn final_jobs(&self) -> BTreeMap<JobId, JobState> {
        let states =
            vec![JobState::Completed, JobState::Failed, JobState::Cancelled, JobState::Dead];
        let jobs = queue_of(&self.course).jobs(&JobFilter { states, ..JobFilter::default() });
        jobs.unwrap().into_iter().map(|job| (job.id, job.state)).collect()
    }

    /// Fails unless SQLite finds both databases in order, as far as they exist.
    #[track_caller]
    fn assert_intact(&self) {
        for name in ["jobs.db", "cache.db"] {
            if self.database(name).exists() {
                assert_intact(&self.database(name));
            }
        }
    }

    #[track_caller]
    fn assert_recovers(&self, place: &str) {
        let before = self.final_jobs();
        let _built = self.run(self.command(CLX)).expect(0);
        assert!(
            self.course.files("output") == self.clean,
            "{place}: other trees than a clean build"
        );
        let after = self.final_jobs();
        let kept = before.iter().all(|(job, state)| after.get(job) == Some(state));
        assert!(kept, "{place}: {before:?}, then {after:?}");
        assert_eq!(n_open(&queue_of(&self.course)), 0, "{place}: a job is left");
        self.assert_intact();
    }
}

/// Kills `victim` at every boundary of processes with a role, in builds of their own. `survives` tells
/// whether the build itself must come to its end all the same.
#[track_caller]
fn check(workers: &'static str, role: &str, victim: Victim, survives: bool, at_least: usize) {
    let bench = Bench::new(workers);
    let mut boundary = 1;
    while let Some(run) = bench.killed(role, boundary, victim) {
        let place = format!("{role} at boundary {boundary} with workers {workers}");
        bench.assert_intact();
        if survives {
            assert_eq!(run.status, 0, "{place}: {}", run.stderr);
            assert!(bench.course.files("output") == bench.clean, "{place}: other trees");
            assert_eq!(n_open(&queue_of(&bench.course)), 0, "{place}: a job is left");
        } else {
            assert_eq!(run.status, KILLED, "{place}: {}", run.stderr);
            bench.assert_recovers(&place);
        }
        boundary += 1;
    }
    assert!(boundary > at_least, "only {boundary} boundaries");
}

#[test]
fn build_with_threads_is_killed_at_every_boundary() {
    check("in-process", "build", Victim::Itself, false, 20);
}

#[test]
fn build_with_processes_is_killed_at_every_boundary() {
    check("direct", "build", Victim::Itself, false, 20);
}

#[test]
fn worker_is_killed_at_every_boundary() {
    check("direct", "worker", Victim::Itself, true, 6);
}

#[test]
fn tools_are_killed_at_every_boundary_of_the_build() {
    check("in-process", "build", Victim::Children, true, 6);
}

#[test]
fn workers_are_killed_at_every_boundary_of_the_build() {
    check("direct", "build", Victim::Children, true, 6);
}
