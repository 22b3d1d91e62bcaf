//! Failure cases that no other suite has: sudden ends at every boundary, power that is cut, clocks
//! that jump, crowds, slow disks. `tests/faults.json` lists all cases with their tests.

#![expect(clippy::unwrap_used, reason = "the helpers of these tests fail by panicking")]

mod clock;
mod crowd;
mod gateway;
mod idle;
mod kill_points;
mod limits;
mod ordering;
mod pool;
mod power_of_queue;
mod power_of_store;
mod signal;
mod start;
mod zone;

use std::path::Path;
use std::time::Duration;

use clx_queue::{JobState, Queue, SqliteOptions, SqliteQueue};
use clx_testkit::fake_kernel::{FakeKernel, FakeStart, run_if_asked};
use clx_tests::e2e::{Clx, TestCourse};

/// The program as it is released.
const CLX: Clx = Clx(env!("CARGO_BIN_EXE_clx-e2e"));

/// The program that makes faults happen to itself.
const FAULTY: Clx = Clx(env!("CARGO_BIN_EXE_clx-faults"));

/// Longest wait for what must come; far more than it takes.
const LIMIT: Duration = Duration::from_secs(60);

/// The kernel's own role; see [`run_if_asked`].
#[test]
fn fake_kernel() {
    run_if_asked();
}

/// Makes a directory with a kernel for Python.
fn kernels() -> tempfile::TempDir {
    let kernels = tempfile::tempdir().unwrap();
    FakeKernel::new(FakeStart::Ready).install(kernels.path(), "python3");
    kernels
}

/// Makes a course of `n` notebooks that all run code, in one language.
fn course(n: usize) -> TestCourse {
    let sources: Vec<(String, String)> = (0..n)
        .map(|n| (format!("t{n}"), format!("# %% [markdown]\n# Topic {n}\n\n# %%\nprint {n}\n")))
        .collect();
    let topics: Vec<(&str, &str)> =
        sources.iter().map(|(id, source)| (id.as_str(), source.as_str())).collect();
    let course = TestCourse::with_topics(&topics);
    let spec = std::fs::read_to_string(course.spec("course.xml")).unwrap();
    let target = "<output-targets><output-target name=\"t\"><path>output</path>\
                  <kinds><kind>completed</kind></kinds><languages><language>en</language>\
                  </languages></output-target></output-targets></course>";
    course.write("course-specs/course.xml", spec.replace("</course>", target));
    course
}

/// Opens the queue of a course.
fn queue_of(course: &TestCourse) -> SqliteQueue {
    SqliteQueue::open(&course.root().join(".clx/jobs.db"), &SqliteOptions::default()).unwrap()
}

/// Returns how many jobs are not final.
fn n_open(queue: &dyn Queue) -> u64 {
    let counts = queue.counts(None).unwrap();
    let open = [JobState::Blocked, JobState::Scheduled, JobState::Ready, JobState::Running];
    open.iter().filter_map(|state| counts.get(state)).sum()
}

/// Fails unless SQLite finds a file of a database in order.
#[track_caller]
fn assert_intact(path: &Path) {
    let connection = rusqlite::Connection::open(path).unwrap();
    let check: String =
        connection.query_row("PRAGMA integrity_check", (), |row| row.get(0)).unwrap();
    assert_eq!(check, "ok", "{}", path.display());
}
