//! Real kernels, found below the prefixes that `CLX_TEST_KERNELS` names, separated by colons; skipped,
//! loudly, without.

mod cpp;
mod deno;
mod java;
mod orphan;
mod python;

use std::path::PathBuf;
use std::time::Duration;

use clx_kernel::{
    CodeCell, Environment, Execution, Kernel, KernelSearch, KernelSpec, Limits, RunError,
    StartOptions,
};
use tempfile::TempDir;

/// Longer than anything takes on a busy machine.
const LONG: Duration = Duration::from_secs(120);

/// A real kernel and a directory for its runs.
struct Stage {
    /// Kernels write into it; it goes with the stage.
    _directory: TempDir,
    spec: KernelSpec,
    options: StartOptions,
}

impl Stage {
    /// Returns `None` after saying why the test is skipped.
    #[expect(clippy::print_stdout, reason = "a skipped test must not look like one that passed")]
    fn new(name: &str) -> Option<Self> {
        let environment = Environment::of_process();
        let prefixes = environment.get("CLX_TEST_KERNELS").unwrap_or_default();
        let prefixes: Vec<PathBuf> = std::env::split_paths(prefixes).collect();
        let found = KernelSearch::new(&Environment::default(), &prefixes).installed();
        let Some((_, folder)) = found.iter().find(|(found, _)| found == name) else {
            println!("SKIPPED: CLX_TEST_KERNELS names no prefix with the kernel `{name}`");
            return None;
        };
        let spec = KernelSpec::read(folder).expect("a kernelspec");
        let directory = tempfile::tempdir().expect("a directory");
        let options = StartOptions::new(directory.path().join("base"));
        Some(Self { _directory: directory, spec, options })
    }

    async fn start(&self) -> Kernel {
        Kernel::start(&self.spec, &self.options).await.expect("the kernel starts")
    }

    async fn run_with(&self, limits: &Limits, sources: &[&str]) -> Result<Execution, RunError> {
        let mut kernel = self.start().await;
        let cells: Vec<_> = sources.iter().map(|source| CodeCell::new(*source)).collect();
        let ran = tokio::time::timeout(LONG, kernel.run(&cells, limits, &mut ())).await;
        let result = ran.expect("the run ends");
        kernel.stop().await;
        result
    }

    async fn run(&self, sources: &[&str]) -> Result<Execution, RunError> {
        self.run_with(&Limits::default(), sources).await
    }
}

/// Returns the text of the streams and plain results of a cell.
fn text_of(execution: &Execution, cell: usize) -> String {
    let outputs = execution.cells[cell].outputs.iter();
    let text = |output: &serde_json::Value| {
        let text = output["text"].as_str().or_else(|| output["data"]["text/plain"].as_str());
        text.unwrap_or("[no text]").to_owned()
    };
    outputs.map(text).collect()
}
