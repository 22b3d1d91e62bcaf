//! The handler of draw.io jobs. Principal type: [`DrawioHandler`].

use std::sync::Arc;
use std::time::{Duration, Instant};

use clx_core::{ActionResult, Artifact, DiagramInput, DiagramRequest, JobResult, RequestResult};
use clx_store::ArtifactStore;
use clx_worker::{Answer, HandlerFuture, Job, JobContext, JobFailure, JobHandler, StepJob};

use crate::make::{Made, Studio};
use crate::tools::DrawioTools;

/// Draws pages of draw.io files as PNG, SVG and PDF.
#[derive(Debug)]
pub struct DrawioHandler {
    store: Arc<dyn ArtifactStore>,
    tools: Arc<DrawioTools>,
}

impl DrawioHandler {
    /// Makes a handler that reads sources from and writes pictures to the store.
    #[must_use]
    pub const fn new(store: Arc<dyn ArtifactStore>, tools: Arc<DrawioTools>) -> Self {
        Self { store, tools }
    }

    async fn make_all(&self, payload: &[u8], context: &JobContext) -> Result<Answer, JobFailure> {
        let job: StepJob<DiagramInput, DiagramRequest> =
            StepJob::read(payload, |hash| self.store.get(hash))?;
        let results = match Studio::new(&job.input.file, &job.source, &self.tools) {
            Ok(studio) => self.make_each(studio, &job, context).await?,
            Err(problem) => {
                job.requests.iter().map(|_| RequestResult::Failed(vec![*problem.clone()])).collect()
            }
        };
        Answer::of_step(&JobResult { results, executed: Vec::new() })
    }

    async fn make_each(
        &self,
        mut studio: Studio<'_>,
        job: &StepJob<DiagramInput, DiagramRequest>,
        context: &JobContext,
    ) -> Result<Vec<RequestResult>, JobFailure> {
        let n_requests = u32::try_from(job.requests.len()).unwrap_or(u32::MAX);
        let mut results = Vec::with_capacity(job.requests.len());
        for (request, step) in job.requests.iter().zip(1..) {
            if context.is_cancelled() {
                return Err(JobFailure::cancelled());
            }
            context.progress(step, n_requests, request.part.as_deref().unwrap_or_default());
            let begin = Instant::now();
            let made = studio.make(request).await;
            results.push(self.keep(&job.input, request, made, begin.elapsed())?);
        }
        studio.finish();
        Ok(results)
    }

    /// Puts a picture into the store.
    fn keep(
        &self,
        input: &DiagramInput,
        request: &DiagramRequest,
        made: Made,
        duration: Duration,
    ) -> Result<RequestResult, JobFailure> {
        let (picture, diagnostics) = match made {
            Ok(made) => made,
            Err(problem) => return Ok(RequestResult::Failed(vec![*problem])),
        };
        let hash = self.store.put(&picture).map_err(JobFailure::store)?;
        let (name, size) = (request.format.name().to_owned(), picture.len() as u64);
        Ok(RequestResult::Made(ActionResult {
            artifacts: vec![Artifact { name, hash, size }],
            diagnostics,
            duration_us: u64::try_from(duration.as_micros()).unwrap_or(u64::MAX),
            subject: Some(request.subject(&input.file)),
        }))
    }
}

impl JobHandler for DrawioHandler {
    fn handle<'a>(&'a self, job: Job<'a>, context: &'a JobContext) -> HandlerFuture<'a> {
        Box::pin(self.make_all(job.payload, context))
    }
}
