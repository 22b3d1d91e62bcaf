//! Kernels that are started before they are needed.

use std::time::Duration;

use clx_kernel::{CodeCell, Environment, Kernel, Limits, Refill, SparePool};
use clx_process::ProcessIdentity;
use clx_testkit::fake_kernel::FakeStart;

use crate::{LONG, Stage, text_of};

/// Waits until the stage has this many kernels, with their directories.
pub(crate) async fn wait_for_directories(stage: &Stage, n_directories: usize) {
    let reached = async {
        while stage.n_directories() != n_directories {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(LONG, reached).await.expect("the kernels come or go");
}

async fn take(pool: &SparePool, stage: &Stage) -> Kernel {
    pool.take(&stage.spec, &stage.options, Refill::Yes).await.expect("a kernel")
}

#[tokio::test]
async fn spare_is_handed_out_once_in_an_empty_directory_of_its_own() {
    let stage = Stage::new(FakeStart::Ready);
    let pool = SparePool::new(1, LONG);
    let mut pids = Vec::new();
    for _ in 0..3 {
        let mut kernel = take(&pool, &stage).await;
        assert_eq!(std::fs::read_dir(kernel.work_directory()).unwrap().count(), 0);
        let cells = [CodeCell::new("print a")];
        let execution = kernel.run(&cells, &Limits::default(), &mut ()).await.unwrap();
        assert_eq!(
            (execution.cells[0].execution_count, text_of(&execution, 0).as_str()),
            (Some(1), "a\n")
        );
        pids.push(kernel.pid());
        kernel.stop().await;
    }
    pids.dedup();
    assert_eq!(pids.len(), 3);
    pool.close().await;
    assert_eq!(stage.n_directories(), 0);
}

#[tokio::test]
async fn next_kernel_starts_while_one_runs() {
    let stage = Stage::new(FakeStart::Ready);
    let pool = SparePool::new(2, LONG);
    let _kernel = take(&pool, &stage).await;
    wait_for_directories(&stage, 3).await;
}

#[tokio::test]
async fn pool_without_spares_starts_none() {
    let stage = Stage::new(FakeStart::Ready);
    let pool = SparePool::new(0, LONG);
    let _kernel = take(&pool, &stage).await;
    tokio::task::yield_now().await;
    assert_eq!(stage.n_directories(), 1);
}

#[tokio::test]
async fn spare_is_taken_but_none_started_if_memory_is_short() {
    let stage = Stage::new(FakeStart::Ready);
    let pool = SparePool::new(1, LONG);
    let _first = take(&pool, &stage).await;
    wait_for_directories(&stage, 2).await;
    let last = pool.take(&stage.spec, &stage.options, Refill::No).await;
    let _last = last.expect("the spare");
    tokio::task::yield_now().await;
    assert_eq!(stage.n_directories(), 2);
}

#[tokio::test]
async fn spare_of_other_options_is_not_taken_but_makes_room() {
    let mut stage = Stage::new(FakeStart::Ready);
    let pool = SparePool::new(1, LONG);
    take(&pool, &stage).await.stop().await;
    wait_for_directories(&stage, 1).await;
    stage.options.variables = Environment::from_iter([("COURSE", "other")]);
    let mut kernel = take(&pool, &stage).await;
    let cells = [CodeCell::new("env COURSE")];
    let execution = kernel.run(&cells, &Limits::default(), &mut ()).await.unwrap();
    assert_eq!(text_of(&execution, 0), "other\n");
    // The kernel and one spare: the first spare is gone.
    wait_for_directories(&stage, 2).await;
}

#[tokio::test]
async fn spare_that_waited_too_long_is_stopped_and_replaced() {
    let stage = Stage::new(FakeStart::Ready);
    let pool = SparePool::new(1, Duration::from_millis(500));
    take(&pool, &stage).await.stop().await;
    wait_for_directories(&stage, 1).await;
    wait_for_directories(&stage, 0).await;
    take(&pool, &stage).await.stop().await;
}

#[tokio::test]
async fn spare_that_failed_is_replaced_by_a_fresh_kernel() {
    let mut stage = Stage::new(FakeStart::Ready);
    let pool = SparePool::new(1, LONG);
    take(&pool, &stage).await.stop().await;
    // The next spare finds no program, but neither does who needs it: that error is told.
    stage.spec.argv[0] = "no-such-program".to_owned();
    for _ in 0..2 {
        let error = pool.take(&stage.spec, &stage.options, Refill::Yes).await.unwrap_err();
        assert!(error.to_string().contains("no-such-program"), "{error}");
    }
}

#[tokio::test]
async fn dropped_pool_leaves_no_kernel() {
    let stage = Stage::new(FakeStart::Ready);
    let pool = SparePool::new(2, LONG);
    let kernel = take(&pool, &stage).await;
    let process = ProcessIdentity::of(kernel.pid()).unwrap();
    drop(kernel);
    drop(pool);
    wait_for_directories(&stage, 0).await;
    assert!(!process.is_alive());
}
