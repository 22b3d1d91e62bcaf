//! The handler of PlantUML jobs. Principal type: [`PlantUmlHandler`].

use std::sync::Arc;
use std::time::{Duration, Instant};

use clx_core::{ActionResult, Artifact, DiagramRequest, JobResult, RequestResult};
use clx_store::ArtifactStore;
use clx_worker::{Answer, HandlerFuture, Job, JobContext, JobFailure, JobHandler};

use crate::job::DiagramJob;
use crate::make::{Made, Studio};
use crate::tools::PlantUmlTools;

/// Draws diagrams as PNG and SVG.
#[derive(Debug)]
pub struct PlantUmlHandler {
    store: Arc<dyn ArtifactStore>,
    tools: Arc<PlantUmlTools>,
}

impl PlantUmlHandler {
    /// Makes a handler that reads sources from and writes pictures to the store.
    #[must_use]
    pub const fn new(store: Arc<dyn ArtifactStore>, tools: Arc<PlantUmlTools>) -> Self {
        Self { store, tools }
    }

    async fn make_all(&self, payload: &[u8], context: &JobContext) -> Result<Answer, JobFailure> {
        let job = DiagramJob::read(payload, &*self.store)?;
        let studio = Studio::prepare(&job, &*self.store, &self.tools);
        let n_requests = u32::try_from(job.requests.len()).unwrap_or(u32::MAX);
        let mut results = Vec::with_capacity(job.requests.len());
        for (request, step) in job.requests.iter().zip(1..) {
            if context.is_cancelled() {
                return Err(JobFailure::cancelled());
            }
            context.progress(step, n_requests, request.part.as_deref().unwrap_or_default());
            let begin = Instant::now();
            let made = match &studio {
                Ok(studio) => studio.make(request).await,
                Err(problems) => Err(problems.clone()),
            };
            results.push(self.keep(&job, request, made, begin.elapsed())?);
        }
        Answer::of_step(&JobResult { results, executed: Vec::new() })
    }

    /// Puts a picture into the store.
    fn keep(
        &self,
        job: &DiagramJob,
        request: &DiagramRequest,
        made: Made,
        duration: Duration,
    ) -> Result<RequestResult, JobFailure> {
        let (picture, diagnostics) = match made {
            Ok(made) => made,
            Err(problems) => return Ok(RequestResult::Failed(problems)),
        };
        let hash = self.store.put(&picture).map_err(JobFailure::store)?;
        let (name, size) = (request.format.name().to_owned(), picture.len() as u64);
        Ok(RequestResult::Made(ActionResult {
            artifacts: vec![Artifact { name, hash, size }],
            diagnostics,
            duration_us: u64::try_from(duration.as_micros()).unwrap_or(u64::MAX),
            subject: Some(request.subject(&job.input.file)),
        }))
    }
}

impl JobHandler for PlantUmlHandler {
    fn handle<'a>(&'a self, job: Job<'a>, context: &'a JobContext) -> HandlerFuture<'a> {
        Box::pin(self.make_all(job.payload, context))
    }
}
