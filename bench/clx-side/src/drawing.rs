//! Pictures, drawn by the handler of a worker. Principal type: [`Drawing`].

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use clx_core::{DiagramInput, DiagramRequest, JobPayload, JobResult, PictureFormat, RequestResult};
use clx_queue::JobId;
use clx_setup::{Installed, Status, ToolFolder, Unit, status};
use clx_store::{Store, StoreOptions};
use clx_worker::{Job, JobContext, JobHandler};
use serde_json::value::to_raw_value;
use tokio::runtime::Runtime;

use crate::timing::now_ns;

/// A handler with a store of its own.
pub struct Drawing {
    store: Arc<Store>,
    handler: Box<dyn JobHandler>,
    // Dropped after the handler, whose tools run on it.
    runtime: Runtime,
}

impl Drawing {
    pub fn new<H: JobHandler + 'static>(
        directory: &Path,
        runtime: Runtime,
        handler: impl FnOnce(Arc<Store>) -> H,
    ) -> Result<Self, Box<dyn Error>> {
        let store = Arc::new(Store::open(&directory.join("store"), &StoreOptions::default())?);
        let handler = Box::new(handler(Arc::clone(&store)));
        Ok(Self { store, handler, runtime })
    }

    /// Draws sources as PNG, one after the other, and returns how many seconds each job took.
    pub fn draw(&self, sources: &[String]) -> Result<Vec<f64>, Box<dyn Error>> {
        sources.iter().map(|source| self.draw_one(source)).collect()
    }

    fn draw_one(&self, source: &str) -> Result<f64, Box<dyn Error>> {
        let request = DiagramRequest { format: PictureFormat::Png, part: None };
        let payload = serde_json::to_vec(&JobPayload {
            version: JobPayload::VERSION,
            source: self.store.put(source.as_bytes())?,
            input: to_raw_value(&DiagramInput { file: "diagram".into(), files: Vec::new() })?,
            requests: vec![to_raw_value(&request)?],
        })?;
        let context = JobContext::new(JobId(1), 1);
        let begin = now_ns();
        let job = Job { label: "diagram", payload: &payload };
        let result = self.runtime.block_on(self.handler.handle(job, &context));
        let seconds = (now_ns() - begin) as f64 / 1e9;
        let result: JobResult =
            serde_json::from_slice(&result.map_err(|f| format!("{f:?}"))?.result)?;
        match &result.results[..] {
            [RequestResult::Made(made)] if made.diagnostics.is_empty() => Ok(seconds),
            other => Err(format!("not drawn: {other:?}").into()),
        }
    }
}

/// Makes a runtime as `clx` has it.
pub fn runtime() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()
}

/// Finds a tool in the tool folder.
pub fn installed(unit: Unit) -> Result<Installed, Box<dyn Error>> {
    match status(&ToolFolder::of_process()?, unit) {
        Status::Ready(installed) => Ok(installed),
        status @ (Status::Missing | Status::Broken(_)) => {
            Err(format!("{} is not set up: {status:?}", unit.name()).into())
        }
    }
}
