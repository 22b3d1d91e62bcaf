//! Real kernels, found below the prefix that `CLX_TEST_KERNELS` names; skipped, loudly, without.

use std::path::PathBuf;

use clx_kernel::{CodeCell, Environment, Kernel, KernelSearch, KernelSpec, Limits, StartOptions};

/// Returns the kernel, or `None` after saying why the test is skipped.
#[expect(clippy::print_stdout, reason = "a skipped test must not look like one that passed")]
fn kernel(name: &str) -> Option<KernelSpec> {
    let environment = Environment::of_process();
    let Some(prefix) = environment.get("CLX_TEST_KERNELS") else {
        println!("SKIPPED: CLX_TEST_KERNELS names no prefix with kernels");
        return None;
    };
    let nowhere = Environment::default();
    let found = KernelSearch::new(&nowhere, &[PathBuf::from(prefix)]).find(name);
    Some(found.expect("CLX_TEST_KERNELS promises kernels"))
}

#[tokio::test]
async fn python_executes_cells_in_order() {
    let Some(spec) = kernel("python3") else { return };
    let base = tempfile::tempdir().unwrap();
    let options = StartOptions::new(base.path().to_owned());
    let mut kernel = Kernel::start(&spec, &options).await.unwrap();
    let cells = [CodeCell::new("x = 20"), CodeCell::new("print(x + 1)\nx + 2")];
    let execution = kernel.run(&cells, &Limits::default(), &mut ()).await.unwrap();
    kernel.stop().await;
    assert_eq!(execution.cells[1].outputs[0]["text"], "21\n");
    assert_eq!(execution.cells[1].outputs[1]["data"]["text/plain"], "22");
    assert_eq!(std::fs::read_dir(base.path()).unwrap().count(), 0);
}
