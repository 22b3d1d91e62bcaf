//! The job as it was queued. Principal type: [`NotebookJob`].

use clx_core::{NotebookInput, NotebookRequest};
use clx_notebook::Variant;
use clx_store::ArtifactStore;
use clx_worker::{JobFailure, StepJob};

/// A source and what is wanted of it.
pub(crate) struct NotebookJob {
    pub(crate) input: NotebookInput,
    pub(crate) text: String,
    pub(crate) requests: Vec<NotebookRequest>,
}

impl NotebookJob {
    /// Reads a payload and fetches the source.
    pub(crate) fn read(payload: &[u8], store: &dyn ArtifactStore) -> Result<Self, JobFailure> {
        let StepJob { input, source, requests } = StepJob::read(payload, |hash| store.get(hash))?;
        let text = String::from_utf8(source).map_err(JobFailure::bad_payload)?;
        Ok(Self { input, text, requests })
    }

    /// Returns the variant that a request asks for.
    pub(crate) fn variant(&self, request: &NotebookRequest) -> Result<Variant, JobFailure> {
        let (Some(language), Some(kind)) = (self.input.profile(request), self.input.rules(request))
        else {
            return Err(JobFailure::bad_payload(
                "a request names a language or kind that is not in the input",
            ));
        };
        Ok(Variant {
            language: language.clone(),
            kind: kind.clone(),
            format: request.format,
            img_prefix: request.img_prefix.clone(),
        })
    }
}
