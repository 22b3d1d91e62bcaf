//! All that a kernel may do to clx, done by the fake kernel of the test kit.

mod cells;
mod faults;
mod spares;
mod start;
mod stopping;

use std::fs;
use std::time::Duration;

use clx_kernel::{
    CodeCell, Environment, Execution, Kernel, KernelError, KernelSearch, KernelSpec, Limits,
    RunError, RunObserver, StartOptions,
};
use clx_testkit::fake_kernel::{FakeKernel, FakeStart};
use tempfile::TempDir;

/// Longer than anything takes on a busy machine, shorter than the limit of a test.
const LONG: Duration = Duration::from_secs(60);

/// Not a test by itself: where the fake kernel begins.
#[test]
fn fake_kernel() {
    clx_testkit::fake_kernel::run_if_asked();
}

/// A fake kernel in a directory of its own.
struct Stage {
    directory: TempDir,
    spec: KernelSpec,
    options: StartOptions,
}

impl Stage {
    fn new(start: FakeStart) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let prefix = directory.path().join("prefix");
        FakeKernel::new(start).install(&prefix, "fake");
        let search = KernelSearch::new(&Environment::default(), &[prefix]);
        let mut options = StartOptions::new(directory.path().join("base"));
        options.limit = LONG;
        Self { spec: search.find("FAKE").expect("installed"), options, directory }
    }

    async fn start(&self) -> Result<Kernel, KernelError> {
        Kernel::start(&self.spec, &self.options).await
    }

    /// Returns how many directories of kernels there are.
    fn n_directories(&self) -> usize {
        let entries = fs::read_dir(&self.options.base).expect("the base");
        entries.filter(|entry| entry.as_ref().is_ok_and(|entry| entry.path().is_dir())).count()
    }
}

/// Runs cells in a fresh kernel.
async fn run_with(
    cells: &[CodeCell],
    limits: &Limits,
    observer: &mut dyn RunObserver,
) -> Result<Execution, RunError> {
    let stage = Stage::new(FakeStart::Ready);
    let mut kernel = stage.start().await?;
    let result = tokio::time::timeout(LONG, kernel.run(cells, limits, observer)).await;
    result.expect("a run of a fake kernel ends")
}

async fn run(sources: &[&str]) -> Result<Execution, RunError> {
    let cells: Vec<_> = sources.iter().map(|source| CodeCell::new(*source)).collect();
    run_with(&cells, &Limits::default(), &mut ()).await
}

/// Returns the text of all streams of a cell; each other output as its type in brackets.
fn text_of(execution: &Execution, cell: usize) -> String {
    let text = |output: &serde_json::Value| match output["text"].as_str() {
        Some(text) => text.to_owned(),
        None => match output["data"]["text/plain"].as_str() {
            Some(text) => format!("[{text}]"),
            None => format!("[{}]", output["output_type"].as_str().expect("a type")),
        },
    };
    execution.cells[cell].outputs.iter().map(text).collect()
}
