//! The store of this host, and the one that it shares with others, if it does. Principal type:
//! [`Stores`].

use std::sync::Arc;

use clx_core::{ActionResult, ContentHash, JobResult, RequestResult};
use clx_queue::NewJob;
use clx_store::{Exchange, Store, StoreError};

use crate::failure::lost_output;

/// Where results and blobs are looked for and kept.
#[derive(Debug)]
pub(crate) struct Stores {
    pub(crate) own: Arc<Store>,
    shared: Option<Arc<dyn Exchange>>,
}

/// Makes failures of results of which a blob is lost.
pub(crate) fn forget_lost(result: &mut JobResult, lost: &[ContentHash]) {
    for one in &mut result.results {
        if let RequestResult::Made(made) = one
            && made.artifacts.iter().any(|artifact| lost.contains(&artifact.hash))
        {
            *one = RequestResult::Failed(vec![lost_output()]);
        }
    }
}

impl Stores {
    pub(crate) fn new(own: Arc<Store>, shared: Option<Arc<dyn Exchange>>) -> Self {
        Self { own, shared }
    }

    /// Looks keys up, first here, then elsewhere.
    pub(crate) fn lookup(
        &self,
        keys: &[ContentHash],
    ) -> Result<Vec<Option<ActionResult>>, StoreError> {
        let mut results = self.own.lookup(keys)?;
        let Some(shared) = &self.shared else { return Ok(results) };
        let unknown: Vec<usize> = (0..keys.len()).filter(|at| results[*at].is_none()).collect();
        if unknown.is_empty() {
            return Ok(results);
        }
        let found = shared.find(&unknown.iter().map(|at| keys[*at]).collect::<Vec<_>>())?;
        for (at, result) in unknown.into_iter().zip(found) {
            results[at] = result;
        }
        Ok(results)
    }

    /// Sends what jobs need to where their workers look for it.
    pub(crate) fn send_inputs(&self, jobs: &[NewJob]) -> Result<(), StoreError> {
        let Some(shared) = &self.shared else { return Ok(()) };
        let named = jobs.iter().flat_map(|job| ContentHash::named_in(&job.payload));
        shared.send(&named.collect::<Vec<_>>())
    }

    /// Fetches what jobs have made; returns the blobs that are lost.
    pub(crate) fn fetch_outputs<'r>(
        &self,
        results: impl Iterator<Item = &'r JobResult>,
    ) -> Result<Vec<ContentHash>, StoreError> {
        let Some(shared) = &self.shared else { return Ok(Vec::new()) };
        let made = results.flat_map(|result| &result.results).filter_map(|one| match one {
            RequestResult::Made(result) => Some(result),
            RequestResult::Failed(_) => None,
        });
        let named = made.flat_map(|result| &result.artifacts).map(|artifact| artifact.hash);
        shared.fetch(&named.collect::<Vec<_>>())
    }

    /// Records what was made, here and for others.
    pub(crate) fn record(
        &self,
        results: &[(ContentHash, &ActionResult)],
    ) -> Result<(), StoreError> {
        self.own.record_many(results)?;
        self.shared.as_ref().map_or(Ok(()), |shared| shared.publish(results))
    }
}
