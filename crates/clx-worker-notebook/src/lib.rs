//! The notebook job: one source in, every wanted output out.
//!
//! The source is parsed once per Jinja expansion; each request of the payload becomes one text in
//! the store. A request that fails (a Jinja error in one language) fails alone.
//!
//! Principal type: [`NotebookHandler`].

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use clx_core::{
    ActionResult, Artifact, Diagnostic, JobPayload, JobResult, NotebookInput, NotebookRequest,
    RequestResult,
};
use clx_notebook::{Branding, NotebookRenderer, Rendered, Variant};
use clx_queue::ErrorClass;
use clx_store::{Store, StoreError};
use clx_worker::{HandlerFuture, Job, JobContext, JobFailure, JobHandler};

/// Renders notebooks as `.ipynb` and code.
#[derive(Debug)]
pub struct NotebookHandler {
    store: Arc<Store>,
}

impl NotebookHandler {
    /// Makes a handler that reads sources from and writes outputs to the store.
    #[must_use]
    pub const fn new(store: Arc<Store>) -> Self {
        Self { store }
    }

    fn render_all(&self, payload: &[u8], context: &JobContext) -> Result<Vec<u8>, JobFailure> {
        let payload: JobPayload = serde_json::from_slice(payload).map_err(bad_payload)?;
        if payload.version != JobPayload::VERSION {
            return Err(wrong_version(payload.version));
        }
        let input: NotebookInput = serde_json::from_value(payload.input).map_err(bad_payload)?;
        let source = self.store.get(&payload.source).map_err(|error| store_failure(&error))?;
        let text = String::from_utf8(source).map_err(bad_payload)?;
        let requests = payload
            .requests
            .into_iter()
            .map(serde_json::from_value)
            .collect::<Result<Vec<NotebookRequest>, _>>()
            .map_err(bad_payload)?;
        let begin = Instant::now();
        let rendered = render(&input, &text, &requests, context)?;
        let result = self.keep(rendered, begin).map_err(|error| store_failure(&error))?;
        serde_json::to_vec(&result).map_err(bad_payload)
    }

    /// Puts all texts into the store in one transaction.
    fn keep(
        &self,
        rendered: Vec<Result<Rendered, Diagnostic>>,
        begin: Instant,
    ) -> Result<JobResult, StoreError> {
        let texts: Vec<&[u8]> =
            rendered.iter().flatten().map(|output| output.text.as_bytes()).collect();
        let share = u64::try_from(begin.elapsed().as_micros()).unwrap_or(u64::MAX)
            / u64::try_from(rendered.len().max(1)).unwrap_or(1);
        let mut hashes = self.store.put_many(&texts)?.into_iter();
        let results = rendered.into_iter().map(|output| match output {
            Ok(Rendered { text, warnings }) => RequestResult::Made(ActionResult {
                artifacts: hashes
                    .next()
                    .map(|hash| Artifact { name: "text".to_owned(), hash, size: text.len() as u64 })
                    .into_iter()
                    .collect(),
                diagnostics: warnings,
                duration_us: share,
            }),
            Err(problem) => RequestResult::Failed(vec![problem]),
        });
        Ok(JobResult { results: results.collect() })
    }
}

impl JobHandler for NotebookHandler {
    fn handle<'a>(&'a self, job: Job<'a>, context: &'a JobContext) -> HandlerFuture<'a> {
        Box::pin(async move { self.render_all(job.payload, context) })
    }
}

fn render(
    input: &NotebookInput,
    text: &str,
    requests: &[NotebookRequest],
    context: &JobContext,
) -> Result<Vec<Result<Rendered, Diagnostic>>, JobFailure> {
    // Languages may name the organisation differently; each name is an expansion of its own.
    let mut renderers = BTreeMap::new();
    let mut outputs = Vec::with_capacity(requests.len());
    for request in requests {
        if context.is_cancelled() {
            return Err(cancelled());
        }
        let renderer = renderers.entry(request.organization.as_str()).or_insert_with(|| {
            let branding = Branding {
                author: input.author.clone(),
                organization: request.organization.clone(),
            };
            NotebookRenderer::new(&input.file, text, input.prog_lang, &branding)
        });
        let (Some(language), Some(kind)) = (input.profile(request), input.rules(request)) else {
            return Err(bad_payload("a request names a language or kind that is not in the input"));
        };
        outputs.push(renderer.render(&Variant {
            language: language.clone(),
            kind: kind.clone(),
            format: request.format,
            img_prefix: request.img_prefix.clone(),
        }));
    }
    Ok(outputs)
}

fn bad_payload(error: impl std::fmt::Display) -> JobFailure {
    let message = format!("a bug in clx: the job's payload cannot be read: {error}");
    JobFailure::new(ErrorClass::Internal, Diagnostic::error("CLX0306", "internal", message))
}

fn wrong_version(version: u32) -> JobFailure {
    let message =
        format!("the job has payload version {version}, this worker reads {}", JobPayload::VERSION);
    let problem = Diagnostic::error("CLX0307", "worker_version", message)
        .with_hint("start the worker with the same version of clx as the build");
    JobFailure::new(ErrorClass::Configuration, problem)
}

fn store_failure(error: &StoreError) -> JobFailure {
    let message = format!("the store failed: {error}");
    let problem = Diagnostic::error("CLX0308", "store", message);
    JobFailure::new(ErrorClass::Transient, problem)
}

fn cancelled() -> JobFailure {
    let problem = Diagnostic::error("CLX0304", "cancelled", "it was cancelled");
    JobFailure::new(ErrorClass::Cancelled, problem)
}
