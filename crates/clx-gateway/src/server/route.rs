//! From a request to a call. Principal function: [`answer`].

use std::sync::Arc;
use std::time::{Duration, Instant};

use clx_core::ContentHash;
use clx_queue::{ClaimRequest, ProcessId, WorkerExit, WorkerId};
use hyper::body::Incoming;
use hyper::{Method, Request, StatusCode};
use serde::Serialize;

use super::Shared;
use super::access::Caller;
use super::body;
use super::owner;
use crate::protocol::{BeatRequest, Health, LONGEST_WAIT, Record, VERSION};
use crate::refusal::Refusal;

/// How long a claim waits without looking whether its worker still waits.
const CLAIM_SLICE: Duration = Duration::from_secs(5);

/// What a call returns.
#[derive(Debug)]
pub(super) enum Answer {
    /// Written as JSON.
    Json(Vec<u8>),
    /// A blob.
    Bytes(Vec<u8>),
}

impl Answer {
    pub(super) fn json(value: &impl Serialize) -> Result<Self, Refusal> {
        serde_json::to_vec(value).map(Self::Json).map_err(|error| {
            Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, format!("no answer: {error}"))
        })
    }
}

/// Does what a request asks for, as far as its caller may.
pub(super) async fn answer(
    request: Request<Incoming>,
    shared: Arc<Shared>,
    caller: Caller,
) -> Result<Answer, Refusal> {
    let path = request.uri().path().to_owned();
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let method = request.method().clone();
    match (method, parts.as_slice()) {
        (Method::GET, ["v1", "health"]) => Answer::json(&Health { version: VERSION.to_owned() }),
        (method, ["v1", "workers", id, rest @ ..]) => {
            let worker = id.parse().map(WorkerId).map_err(|_| Refusal::no_such_path())?;
            caller.must_be(worker)?;
            worker_call(request, shared, caller, method, worker, rest).await
        }
        (Method::POST, ["v1", "blobs"]) => put_blobs(request, shared, caller).await,
        (Method::GET, ["v1", "blobs", hash]) => {
            let hash: ContentHash = hash.parse().map_err(|_| Refusal::no_such_path())?;
            caller.must_know(&hash)?;
            blocking(move || Ok(Answer::Bytes(shared.store.get(&hash)?))).await
        }
        (Method::POST, ["v1", "cache", "lookup"]) => look_up(request, shared, caller).await,
        (Method::POST, ["v1", "cache", "record"]) => {
            let Record { key, result } = body::json(request).await?;
            for artifact in &result.artifacts {
                caller.must_know(&artifact.hash)?;
            }
            blocking(move || Answer::json(&shared.store.record(&key, &result)?)).await
        }
        (Method::POST, ["v1", "queue", _]) => {
            caller.must_be_owner()?;
            let call = body::json(request).await?;
            blocking(move || owner::call(&*shared.queue, call)).await
        }
        _ => Err(Refusal::no_such_path()),
    }
}

async fn worker_call(
    request: Request<Incoming>,
    shared: Arc<Shared>,
    caller: Caller,
    method: Method,
    worker: WorkerId,
    rest: &[&str],
) -> Result<Answer, Refusal> {
    match (method, rest) {
        (Method::POST, ["live"]) => {
            let process: Option<ProcessId> = body::json(request).await?;
            blocking(move || Answer::json(&shared.queue.activate_worker(worker, process)?)).await
        }
        (Method::POST, ["claim"]) => claim(request, shared, caller, worker).await,
        (Method::POST, ["beat"]) => {
            let BeatRequest { progress, wait } = body::json(request).await?;
            blocking(move || {
                let wait = wait.min(LONGEST_WAIT);
                Answer::json(&shared.queue.beat(worker, &progress, wait)?)
            })
            .await
        }
        (Method::POST, ["nudge"]) => {
            blocking(move || {
                shared.queue.nudge(worker);
                Answer::json(&())
            })
            .await
        }
        (Method::DELETE, []) => {
            let exit: WorkerExit = body::json(request).await?;
            if exit != WorkerExit::Stopped {
                caller.must_be_owner()?;
            }
            blocking(move || Answer::json(&shared.queue.remove_worker(worker, &exit)?)).await
        }
        _ => Err(Refusal::no_such_path()),
    }
}

async fn claim(
    request: Request<Incoming>,
    shared: Arc<Shared>,
    caller: Caller,
    worker: WorkerId,
) -> Result<Answer, Refusal> {
    let mut claim: ClaimRequest = body::json(request).await?;
    if claim.worker != worker {
        return Err(Refusal::forbidden("the claim names another worker than its path"));
    }
    let deadline = Instant::now() + claim.wait.min(LONGEST_WAIT);
    // In short waits: this future is dropped when the worker's connection breaks, but a call that
    // blocks goes on, and what it claims then waits until the worker asks again or is found dead.
    loop {
        let begin = Instant::now();
        let left = deadline.saturating_duration_since(begin);
        claim.wait = left.min(CLAIM_SLICE);
        let (queue, again) = (Arc::clone(&shared.queue), claim.clone());
        let claimed = blocking(move || Ok(queue.claim(again)?)).await?;
        // It returns early with a job, after a report, and to stop.
        let is_early = begin.elapsed() < claim.wait;
        if is_early || !claimed.jobs.is_empty() || left <= CLAIM_SLICE {
            let payloads = claimed.jobs.iter().map(|job| &job.payload);
            payloads.for_each(|payload| caller.allow(ContentHash::named_in(payload)));
            return Answer::json(&claimed);
        }
    }
}

async fn put_blobs(
    request: Request<Incoming>,
    shared: Arc<Shared>,
    caller: Caller,
) -> Result<Answer, Refusal> {
    let blobs = body::blobs(request).await?;
    blocking(move || {
        let slices: Vec<&[u8]> = blobs.iter().map(|blob| &blob[..]).collect();
        let hashes = shared.store.put_many(&slices)?;
        caller.allow(hashes.iter().copied());
        Answer::json(&hashes)
    })
    .await
}

async fn look_up(
    request: Request<Incoming>,
    shared: Arc<Shared>,
    caller: Caller,
) -> Result<Answer, Refusal> {
    let keys: Vec<ContentHash> = body::json(request).await?;
    blocking(move || {
        let results = shared.store.lookup(&keys)?;
        let artifacts = results.iter().flatten().flat_map(|result| &result.artifacts);
        caller.allow(artifacts.map(|artifact| artifact.hash));
        Answer::json(&results)
    })
    .await
}

/// Runs a call of queue or store on a thread that may block.
async fn blocking<T: Send + 'static>(
    call: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    tokio::task::spawn_blocking(call).await.unwrap_or_else(|panic| {
        Err(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, format!("a bug in clx: {panic}")))
    })
}
