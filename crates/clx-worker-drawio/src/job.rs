//! The job as it was queued. Principal type: [`DrawioJob`].

use clx_core::{DiagramInput, DiagramRequest, JobPayload};
use clx_store::Store;
use clx_worker::JobFailure;

use crate::failure::{bad_payload, store_failure, wrong_version};

/// A source and what is wanted of it.
pub(crate) struct DrawioJob {
    pub(crate) input: DiagramInput,
    pub(crate) source: Vec<u8>,
    pub(crate) requests: Vec<DiagramRequest>,
}

impl DrawioJob {
    /// Reads a payload and fetches the source.
    pub(crate) fn read(payload: &[u8], store: &Store) -> Result<Self, JobFailure> {
        let payload: JobPayload = serde_json::from_slice(payload).map_err(bad_payload)?;
        if payload.version != JobPayload::VERSION {
            return Err(wrong_version(payload.version));
        }
        let requests = payload.requests.into_iter().map(serde_json::from_value);
        Ok(Self {
            input: serde_json::from_value(payload.input).map_err(bad_payload)?,
            source: store.get(&payload.source).map_err(|error| store_failure(&error))?,
            requests: requests.collect::<Result<_, _>>().map_err(bad_payload)?,
        })
    }
}
