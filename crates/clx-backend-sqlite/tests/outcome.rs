//! What becomes of a step whose worker returns nonsense, whose blobs are lost, and that no worker can make.

#![expect(clippy::unwrap_used, reason = "the helpers of these tests fail by panicking")]

use std::sync::Arc;
use std::time::Duration;

use clx_backend_sqlite::{BackendSettings, Lender, QueueBackend};
use clx_core::{
    ActionResult, Artifact, Backend, BackendError, ContentHash, Diagnostic, JobKind, JobResult,
    KeyBuilder, OutputOutcome, RequestResult, Step, StepEvent, StepOutput,
};
use clx_pool::{Executor, InProcess, PoolSettings, Process};
use clx_process::Spawn;
use clx_queue::{Queue, SqliteOptions, SqliteQueue};
use clx_store::{Exchange, Store, StoreError, StoreOptions};
use clx_worker::{Answer, HandlerFuture, Job, JobContext, JobHandler};
use serde_json::value::to_raw_value;

const LIMIT: Duration = Duration::from_secs(60);

/// How long one look for events waits.
const WAIT: Duration = Duration::from_millis(100);

/// Returns the same for every job.
struct Always(Vec<u8>);

impl JobHandler for Always {
    fn handle<'a>(&'a self, _: Job<'a>, _: &'a JobContext) -> HandlerFuture<'a> {
        Box::pin(async { Ok(Answer::from(self.0.clone())) })
    }
}

/// A shared store that has nothing and keeps nothing.
#[derive(Debug)]
struct Forgetful;

impl Exchange for Forgetful {
    fn send(&self, _: &[ContentHash]) -> Result<(), StoreError> {
        Ok(())
    }

    fn fetch(&self, hashes: &[ContentHash]) -> Result<Vec<ContentHash>, StoreError> {
        Ok(hashes.to_vec())
    }

    fn find(&self, keys: &[ContentHash]) -> Result<Vec<Option<ActionResult>>, StoreError> {
        Ok(vec![None; keys.len()])
    }

    fn publish(&self, results: &[(ContentHash, &ActionResult)]) -> Result<(), StoreError> {
        assert!(results.is_empty(), "what is lost is told to nobody");
        Ok(())
    }
}

struct Bench {
    queue: Arc<SqliteQueue>,
    store: Arc<Store>,
    runtime: tokio::runtime::Runtime,
    dir: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("jobs.db");
        let queue = Arc::new(SqliteQueue::open(&path, &SqliteOptions::default()).unwrap());
        let store = Arc::new(Store::open(dir.path(), &StoreOptions::default()).unwrap());
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_time()
            .build()
            .unwrap();
        Self { queue, store, runtime, dir }
    }

    fn threads(&self, answer: Vec<u8>) -> Arc<dyn Executor> {
        let make = move || Arc::new(Always(answer.clone())) as _;
        let queue = Arc::clone(&self.queue) as Arc<dyn Queue>;
        Arc::new(InProcess::new(queue, self.runtime.handle().clone(), make))
    }

    /// Makes one step of one output by workers of `executor`; returns its outcome and what was told.
    fn make(
        &self,
        executor: Arc<dyn Executor>,
        settings: BackendSettings,
    ) -> (OutputOutcome, Vec<Diagnostic>) {
        let pools = vec![(JobKind::Notebook.name().to_owned(), executor, 1)];
        let (queue, store) = (Arc::clone(&self.queue), Arc::clone(&self.store));
        let root = self.dir.path();
        let mut backend = QueueBackend::open(queue, store, root, |_| Ok(pools), settings).unwrap();
        backend.submit(vec![self.step()]).unwrap();
        let mut notices = Vec::new();
        let outcome = loop {
            let events = backend.events(WAIT).unwrap();
            let mut outcome = None;
            for event in events {
                match event {
                    StepEvent::Finished { mut outputs, .. } => outcome = outputs.pop(),
                    StepEvent::Notice(notice) => notices.push(notice),
                    StepEvent::Running(_) => {}
                }
            }
            if let Some(outcome) = outcome {
                break outcome;
            }
        };
        backend.close(LIMIT).unwrap();
        assert_eq!(self.store.lookup(&[key().finish()]).unwrap(), [None], "nothing is recorded");
        (outcome, notices)
    }

    fn step(&self) -> Step {
        Step {
            kind: JobKind::Notebook,
            label: "slides/deck.py".to_owned(),
            source: self.store.put(b"source").unwrap(),
            input: to_raw_value(&()).unwrap(),
            outputs: vec![StepOutput { key: key(), request: to_raw_value(&()).unwrap() }],
        }
    }
}

fn key() -> KeyBuilder {
    KeyBuilder::new("test-1")
}

#[track_caller]
fn problem(outcome: OutputOutcome) -> String {
    match outcome {
        OutputOutcome::Failed(problems) => problems[0].to_string(),
        made => panic!("{made:?}"),
    }
}

#[test]
fn result_that_cannot_be_read_is_a_bug_of_clx_and_told_with_the_source() {
    let bench = Bench::new();
    let threads = bench.threads(b"nonsense".to_vec());
    let said = problem(bench.make(threads, BackendSettings::default()).0);
    let expected =
        "slides/deck.py: error[CLX0305]: a bug in clx: the worker's result cannot be read: ";
    assert!(said.starts_with(expected), "{said}");
}

#[test]
fn output_that_the_shared_store_has_lost_fails_and_is_not_recorded() {
    let bench = Bench::new();
    let hash = ContentHash::of("made elsewhere");
    let artifact = Artifact { name: "text".to_owned(), hash, size: 14 };
    let result = ActionResult { artifacts: vec![artifact], ..ActionResult::default() };
    let result = JobResult { results: vec![RequestResult::Made(result)], executed: Vec::new() };
    let threads = bench.threads(serde_json::to_vec(&result).unwrap());
    let settings =
        BackendSettings { shared: Some(Arc::new(Forgetful)), ..BackendSettings::default() };
    let said = problem(bench.make(threads, settings).0);
    assert!(said.contains("[CLX0313]: it was made, but the shared store has lost it"), "{said}");
}

#[test]
fn worker_that_cannot_be_started_is_told_and_its_steps_fail() {
    let bench = Bench::new();
    let process = Process::new(|_| Spawn::new("/nowhere/clx"));
    let pool =
        PoolSettings { max_restarts: 1, restart_pause: Duration::ZERO, ..PoolSettings::default() };
    let settings = BackendSettings { pool, ..BackendSettings::default() };
    let (outcome, notices) = bench.make(Arc::new(process), settings);
    let said = problem(outcome);
    assert!(said.contains("[CLX0309]: no worker is left that could make it"), "{said}");
    let codes: Vec<_> = notices.iter().map(|notice| &*notice.code).collect();
    assert_eq!(codes, ["CLX0311", "CLX0311"]);
}

#[test]
fn build_that_borrows_from_a_pool_that_is_gone_fails() {
    let bench = Bench::new();
    let (queue, store) = (Arc::clone(&bench.queue), Arc::clone(&bench.store));
    let settings = BackendSettings::default();
    let root = bench.dir.path();
    let first = QueueBackend::borrowing(
        queue.clone(),
        store.clone(),
        root,
        Lender::AnyPool,
        settings.clone(),
    );
    let closed = first.unwrap().session();
    let lender = Lender::Pool(closed);
    let mut backend = QueueBackend::borrowing(queue, store, root, lender, settings).unwrap();
    backend.submit(vec![bench.step()]).unwrap();
    let error = loop {
        match backend.events(WAIT) {
            Ok(events) => assert!(events.is_empty(), "{events:?}"),
            Err(error) => break error,
        }
    };
    let BackendError::Failed { message, environment } = error else { panic!("{error}") };
    assert_eq!((&*message, environment), ("the pool that did the work has ended", true));
}
