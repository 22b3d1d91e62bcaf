//! Code and its outputs: known from the store, or run by a fresh kernel. Principal types:
//! [`Runner`], [`RunOutcome`].

use std::path::{Component, Path};
use std::time::{Duration, Instant};

use clx_core::{
    ActionResult, Artifact, CodeRun, ContentHash, ExecutedCode, KeyBuilder, Subject, VisibleFile,
};
use clx_kernel::{CodeCell, Execution, FaultClass, KernelSpec, Limits, Refill};
use clx_store::{ArtifactStore, StoreError};
use clx_worker::JobContext;

use crate::progress::CellProgress;
use crate::run_error::RunFailure;
use crate::tools::NotebookTools;
use crate::visible::visible_files;

/// Schema of the execution key. Raise the number whenever the meaning of a component changes.
const SCHEMA: &str = "execution-1";

/// How often a run is tried while kernels fail, and the pause after the first failure, doubled after
/// the next.
const N_ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_millis(500);

/// The name of a run's only artifact.
const ARTIFACT: &str = "execution";

/// What came of code.
pub(crate) struct RunOutcome {
    pub(crate) result: Result<Execution, RunFailure>,
    /// How it was run; `None` if the store had its outputs.
    pub(crate) executed: Option<ExecutedCode>,
}

/// Code that pages show, and the files that it sees.
pub(crate) struct Code {
    pub(crate) cells: Vec<CodeCell>,
    files: Vec<VisibleFile>,
    /// Equal for code that gives equal outputs.
    pub(crate) key: ContentHash,
}

impl Code {
    /// Finds out what the code sees.
    pub(crate) fn new(
        setting: &CodeRun,
        cells: Vec<CodeCell>,
        store: &dyn ArtifactStore,
    ) -> Result<Self, StoreError> {
        let files = visible_files(&setting.files, &cells, store)?;
        let key = key(setting, &cells, &files);
        Ok(Self { cells, files, key })
    }
}

fn key(setting: &CodeRun, cells: &[CodeCell], files: &[VisibleFile]) -> ContentHash {
    let mut key = KeyBuilder::new(SCHEMA).with_hash("kernel", &setting.identity);
    for cell in cells {
        key = key
            .with("code", &cell.source)
            .with("flags", [u8::from(cell.skip), u8::from(cell.allow_errors)]);
    }
    for file in files {
        let path = file.path.to_string_lossy();
        key = key.with("file", path.as_bytes()).with_hash("content", &file.hash);
    }
    key.finish()
}

/// Runs code for one job.
pub(crate) struct Runner<'a> {
    pub(crate) store: &'a dyn ArtifactStore,
    pub(crate) tools: &'a NotebookTools,
    pub(crate) setting: &'a CodeRun,
    /// The source of the code.
    pub(crate) file: &'a Path,
    pub(crate) context: &'a JobContext,
}

impl Runner<'_> {
    /// Returns the outputs of the code; runs it only if the store has none.
    pub(crate) async fn outputs(&self, code: &Code) -> Result<RunOutcome, StoreError> {
        let _flight = self.tools.flights.board(code.key).await;
        if self.setting.reuse
            && let Some(known) = self.look_up(&code.key)?
        {
            return Ok(RunOutcome { result: Ok(known), executed: None });
        }
        let begin = Instant::now();
        let mut faults = Vec::new();
        let result = self.run(code, &mut faults).await;
        let duration_us = u64::try_from(begin.elapsed().as_micros()).unwrap_or(u64::MAX);
        match &result {
            Ok(execution) => self.record(&code.key, execution, duration_us)?,
            // The failure itself tells how often it was tried.
            Err(_) => faults.clear(),
        }
        let kernel = self.setting.kernel.clone();
        Ok(RunOutcome { result, executed: Some(ExecutedCode { kernel, duration_us, faults }) })
    }

    fn look_up(&self, key: &ContentHash) -> Result<Option<Execution>, StoreError> {
        let Some(Some(found)) = self.store.lookup(&[*key])?.pop() else { return Ok(None) };
        let Some(artifact) = found.artifacts.first() else { return Ok(None) };
        // What cannot be read is run again.
        Ok(self.store.get(&artifact.hash).ok().and_then(|json| serde_json::from_slice(&json).ok()))
    }

    fn record(
        &self,
        key: &ContentHash,
        execution: &Execution,
        duration_us: u64,
    ) -> Result<(), StoreError> {
        let json = serde_json::to_vec(execution).expect("outputs are JSON");
        let hash = self.store.put(&json)?;
        let artifact = Artifact { name: ARTIFACT.to_owned(), hash, size: json.len() as u64 };
        let subject = Subject {
            kind: Subject::RUN.to_owned(),
            source: self.file.display().to_string(),
            variant: self.setting.kernel.clone(),
        };
        let result = ActionResult {
            artifacts: vec![artifact],
            diagnostics: Vec::new(),
            duration_us,
            subject: Some(subject),
        };
        self.store.record(key, &result)
    }

    /// Runs the code, again with a fresh kernel if one fails.
    async fn run(&self, code: &Code, faults: &mut Vec<String>) -> Result<Execution, RunFailure> {
        let spec = self.tools.spec(&self.setting.kernel).map_err(RunFailure::kernel)?;
        let mut pause = PAUSE;
        loop {
            let failure = match self.run_once(&spec, code).await {
                Ok(execution) => return Ok(execution),
                Err(failure) => failure,
            };
            let n_attempts = u32::try_from(faults.len()).unwrap_or(u32::MAX) + 1;
            if failure.class() != FaultClass::Kernel || n_attempts == N_ATTEMPTS {
                return Err(failure.after(n_attempts));
            }
            faults.push(failure.to_string());
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
    }

    async fn run_once(&self, spec: &KernelSpec, code: &Code) -> Result<Execution, RunFailure> {
        let NotebookTools { admission, spares, start, .. } = self.tools;
        let waits = || self.context.progress(0, 0, "waits for memory");
        let admitted = admission.admit(&spec.name, waits).await;
        let refill = if admitted.has_more_room { Refill::Yes } else { Refill::No };
        let mut kernel = spares.take(spec, start, refill).await.map_err(RunFailure::kernel)?;
        admitted.is_group(kernel.group());
        self.lay_files(&code.files, &kernel.work_directory())?;
        let mut progress = CellProgress::new(self.context);
        let limits = Limits { cell: self.setting.cell_limit, ..self.tools.limits };
        let run = kernel.run(&code.cells, &limits, &mut progress).await;
        admitted.learn();
        self.tools.stopping.add(kernel);
        run.map_err(RunFailure::run)
    }

    /// Copies what the code sees to where it runs.
    fn lay_files(&self, files: &[VisibleFile], directory: &Path) -> Result<(), RunFailure> {
        for VisibleFile { path, hash, .. } in files {
            let stays_inside =
                path.components().all(|component| matches!(component, Component::Normal(_)));
            if !stays_inside {
                return Err(RunFailure::OutsidePath { path: path.clone() });
            }
            let place = directory.join(path);
            let lay = || {
                if let Some(parent) = place.parent() {
                    std::fs::create_dir_all(parent).map_err(|error| error.to_string())?;
                }
                self.store.copy_to(hash, &place).map_err(|error| error.to_string())
            };
            lay().map_err(|reason| RunFailure::File { path: path.clone(), reason })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
