//! Workers that wait for jobs: they cost next to nothing, neither the disk nor the processors.

use std::path::Path;
use std::time::Duration;

use clx_process::Child;
use clx_queue::{Queue, WorkerState};
use clx_tests::fire::Stage;

const N: usize = 8;

/// How long they are looked at.
const SPAN: Duration = Duration::from_secs(3);

/// Starts workers that wait for jobs.
fn idle_workers(stage: &Stage) -> Vec<Child> {
    let session = stage.session();
    let ledger = stage.path("ledger");
    let workers: Vec<_> = (0..N).map(|_| stage.start_worker(session, &ledger)).collect();
    let live = || {
        let workers = stage.queue.workers(None).unwrap();
        workers.iter().filter(|worker| worker.state == WorkerState::Live).count()
    };
    while live() < N {
        std::thread::yield_now();
    }
    // What they do when they begin is not counted.
    wait(stage, Duration::from_millis(500));
    workers
}

/// Waits: the position is behind every job.
fn wait(stage: &Stage, time: Duration) {
    let session = stage.queue.sessions().unwrap()[0].id;
    assert_eq!(stage.queue.finished(session, i64::MAX, 1, time).unwrap(), []);
}

/// Returns how long all threads of a process have run.
fn processor_time(pid: u32) -> Duration {
    let tasks = std::fs::read_dir(Path::new("/proc").join(pid.to_string()).join("task")).unwrap();
    let nanoseconds = tasks.map(|task| {
        let text = std::fs::read_to_string(task.unwrap().path().join("schedstat")).unwrap();
        text.split(' ').next().unwrap().parse::<u64>().unwrap()
    });
    Duration::from_nanos(nanoseconds.sum())
}

#[test]
fn eight_idle_workers_use_next_to_no_processor() {
    let stage = Stage::new(env!("CARGO_BIN_EXE_fire-worker"));
    let workers = idle_workers(&stage);
    let time = || workers.iter().map(|worker| processor_time(worker.pid())).sum::<Duration>();
    let before = time();
    wait(&stage, SPAN);
    let used = time() - before;
    // A thousandth is what they should use; a build for tests is several times slower.
    assert!(used < SPAN / 200, "{used:?} within {SPAN:?}");
}

#[test]
fn eight_idle_workers_write_no_more_than_their_beats() {
    const PAGE: u64 = 4096;
    let stage = Stage::new(env!("CARGO_BIN_EXE_fire-worker"));
    let _workers = idle_workers(&stage);
    let size = || std::fs::metadata(stage.path("jobs.db-wal")).unwrap().len();
    let before = size();
    wait(&stage, SPAN);
    let pages = (size() - before) / PAGE;
    // A beat every 5 s, each of a page or two.
    assert!(pages <= N as u64 * 2, "{pages} pages within {SPAN:?}");
}
