//! The job as it was queued. Principal type: [`NotebookJob`].

use clx_core::{JobPayload, NotebookInput, NotebookRequest};
use clx_notebook::Variant;
use clx_store::Store;
use clx_worker::JobFailure;

use crate::failure::{bad_payload, store_failure, wrong_version};

/// A source and what is wanted of it.
pub(crate) struct NotebookJob {
    pub(crate) input: NotebookInput,
    pub(crate) text: String,
    pub(crate) requests: Vec<NotebookRequest>,
}

impl NotebookJob {
    /// Reads a payload and fetches the source.
    pub(crate) fn read(payload: &[u8], store: &Store) -> Result<Self, JobFailure> {
        let payload: JobPayload = serde_json::from_slice(payload).map_err(bad_payload)?;
        if payload.version != JobPayload::VERSION {
            return Err(wrong_version(payload.version));
        }
        let source = store.get(&payload.source).map_err(|error| store_failure(&error))?;
        let requests = payload.requests.into_iter().map(serde_json::from_value);
        Ok(Self {
            input: serde_json::from_value(payload.input).map_err(bad_payload)?,
            text: String::from_utf8(source).map_err(bad_payload)?,
            requests: requests.collect::<Result<_, _>>().map_err(bad_payload)?,
        })
    }

    /// Returns the variant that a request asks for.
    pub(crate) fn variant(&self, request: &NotebookRequest) -> Result<Variant, JobFailure> {
        let (Some(language), Some(kind)) = (self.input.profile(request), self.input.rules(request))
        else {
            return Err(bad_payload("a request names a language or kind that is not in the input"));
        };
        Ok(Variant {
            language: language.clone(),
            kind: kind.clone(),
            format: request.format,
            img_prefix: request.img_prefix.clone(),
        })
    }
}
