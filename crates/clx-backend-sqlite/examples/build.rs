//! A build of one step, twice: the second time its result is known. Run it with
//! `cargo run -p clx-backend-sqlite --example build`.
#![expect(clippy::print_stdout, reason = "examples show what they do")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clx_backend_sqlite::{BackendSettings, QueueBackend};
use clx_core::{
    ActionResult, Artifact, Backend, JobKind, JobResult, KeyBuilder, RequestResult, Step,
    StepEvent, StepOutput,
};
use clx_pool::{Executor, InProcess};
use clx_queue::{Queue, SqliteOptions, SqliteQueue};
use clx_store::{Store, StoreOptions};
use clx_worker::{Answer, HandlerFuture, Job, JobContext, JobFailure, JobHandler, StepJob};
use serde_json::value::to_raw_value;

/// Makes one artifact for each request: the request and the source, in capitals.
struct Capitals(Arc<Store>);

impl JobHandler for Capitals {
    fn handle<'a>(&'a self, job: Job<'a>, _context: &'a JobContext) -> HandlerFuture<'a> {
        Box::pin(async move {
            let job: StepJob<(), String> = StepJob::read(job.payload, |hash| self.0.get(hash))?;
            let mut results = Vec::new();
            for request in job.requests {
                let bytes = [request.as_bytes(), &job.source].concat().to_ascii_uppercase();
                let hash = self.0.put(&bytes).map_err(JobFailure::store)?;
                let artifact = Artifact { name: "text".to_owned(), hash, size: bytes.len() as u64 };
                let artifacts = vec![artifact];
                results.push(RequestResult::Made(ActionResult { artifacts, ..Default::default() }));
            }
            Answer::of_step(&JobResult { results, executed: Vec::new() })
        })
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = tempfile::tempdir()?;
    for _ in 0..2 {
        build(dir.path(), "the source of the page")?;
    }
    Ok(())
}

fn build(state: &Path, source: &str) -> Result<(), Box<dyn std::error::Error>> {
    let queue: Arc<dyn Queue> =
        Arc::new(SqliteQueue::open(&state.join("jobs.db"), &SqliteOptions::default())?);
    let store = Arc::new(Store::open(state, &StoreOptions::default())?);
    let runtime = tokio::runtime::Runtime::new()?;
    let handler = Arc::clone(&store);
    let threads = InProcess::new(Arc::clone(&queue), runtime.handle().clone(), move || {
        Arc::new(Capitals(Arc::clone(&handler)))
    });
    let pools =
        vec![(JobKind::Notebook.name().to_owned(), Arc::new(threads) as Arc<dyn Executor>, 2)];
    let mut backend = QueueBackend::open(
        queue,
        Arc::clone(&store),
        state,
        |_session| Ok(pools),
        BackendSettings::default(),
    )?;

    // The key names everything that the output depends on; equal keys are made once.
    let source = store.put(source.as_bytes())?;
    let key = KeyBuilder::new("capitals-1").with_hash("source", &source).with("request", "en: ");
    let output = StepOutput { key, request: to_raw_value("en: ")? };
    backend.submit(vec![Step {
        kind: JobKind::Notebook,
        label: "page.txt".to_owned(),
        source,
        input: to_raw_value(&())?,
        outputs: vec![output],
    }])?;
    let mut finished = None;
    while finished.is_none() {
        let events = backend.events(Duration::from_secs(30))?;
        finished = events.into_iter().find_map(|event| match event {
            StepEvent::Finished { outputs, .. } => Some(outputs),
            StepEvent::Running(_) | StepEvent::Notice(_) => None,
        });
    }
    println!("{finished:?}");
    Ok(backend.close(Duration::from_secs(5))?)
}
