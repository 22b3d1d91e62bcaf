//! Kernels that end while others run.

use clx_kernel::StoppingKernels;
use clx_testkit::fake_kernel::FakeStart;

use crate::Stage;
use crate::spares::wait_for_directories;

#[tokio::test]
async fn kernels_end_without_being_waited_for() {
    let stage = Stage::new(FakeStart::Ready);
    let stopping = StoppingKernels::default();
    for n_kernels in 1..=2 {
        let kernel = stage.start().await.unwrap();
        let directory = kernel.work_directory();
        stopping.add(kernel);
        // Its task has not begun: there is one thread, and nobody has yielded.
        assert!(directory.exists(), "{n_kernels}");
    }
    stopping.ended().await;
    assert_eq!(stage.n_directories(), 0);
}

#[tokio::test]
async fn kernels_are_killed_when_nobody_waits_any_more() {
    let stage = Stage::new(FakeStart::Ready);
    let stopping = StoppingKernels::default();
    stopping.add(stage.start().await.unwrap());
    drop(stopping);
    wait_for_directories(&stage, 0).await;
}
