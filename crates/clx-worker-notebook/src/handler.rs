//! The handler of notebook jobs. Principal type: [`NotebookHandler`].

use std::collections::hash_map::{Entry, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clx_core::{
    ActionResult, Artifact, CodeUse, ContentHash, Diagnostic, ExecutedCode, JobResult,
    RequestResult,
};
use clx_notebook::Rendered;
use clx_render::{HtmlRenderer, InlineSvg, Templates};
use clx_store::{ArtifactStore, StoreError};
use clx_worker::{Answer, HandlerFuture, Job, JobContext, JobFailure, JobHandler};

use crate::draft::{Draft, Drafter, PageDraft};
use crate::explain::explain;
use crate::job::NotebookJob;
use crate::page;
use crate::picture::Pictures;
use crate::run::{Code, RunOutcome, Runner};
use crate::tools::NotebookTools;

/// Renders notebooks as pages, `.ipynb` and code; runs the code of pages.
#[derive(Debug)]
pub struct NotebookHandler {
    store: Arc<dyn ArtifactStore>,
    tools: Arc<NotebookTools>,
}

impl NotebookHandler {
    /// Makes a handler that reads sources from and writes outputs to the store.
    #[must_use]
    pub const fn new(store: Arc<dyn ArtifactStore>, tools: Arc<NotebookTools>) -> Self {
        Self { store, tools }
    }

    async fn make_all(&self, payload: &[u8], context: &JobContext) -> Result<Answer, JobFailure> {
        let job = NotebookJob::read(payload, &*self.store)?;
        let begin = Instant::now();
        let mut drafter = Drafter::new(&job);
        let mut drafts = Vec::with_capacity(job.requests.len());
        for request in &job.requests {
            if context.is_cancelled() {
                return Err(JobFailure::cancelled());
            }
            drafts.push(drafter.draft(request)?);
        }
        let drafted = begin.elapsed();
        let runs = self.run_code(&job, &mut drafts, context).await?;
        let begin = Instant::now();
        let html = HtmlRenderer::new(self.templates(&job)?);
        let pictures =
            Pictures::read(&job.input.inline, &*self.store).map_err(JobFailure::store)?;
        let mut made = Vec::with_capacity(drafts.len());
        pictures.with(|pictures| {
            for draft in drafts {
                made.push(match draft {
                    Draft::Text(made) => made,
                    Draft::Page(draft) => {
                        finish(&html, &job, &draft, &runs, pictures, &mut drafter)
                    }
                });
            }
        });
        let executed = runs.into_values().filter_map(|run| run.executed).collect();
        let result = self
            .keep(&job, made, drafted + begin.elapsed(), executed)
            .map_err(JobFailure::store)?;
        Answer::of_step(&result)
    }

    /// Runs each distinct code of the pages once, in the order of the requests.
    async fn run_code(
        &self,
        job: &NotebookJob,
        drafts: &mut [Draft],
        context: &JobContext,
    ) -> Result<HashMap<ContentHash, RunOutcome>, JobFailure> {
        let CodeUse::Run(setting) = &job.input.code else { return Ok(HashMap::new()) };
        let (store, tools) = (&*self.store, &*self.tools);
        let runner = Runner { store, tools, setting, file: &job.input.file, context };
        let mut runs = HashMap::new();
        for draft in drafts {
            let Draft::Page(page) = draft else { continue };
            if page.code.is_empty() {
                continue;
            }
            let code = Code::new(setting, std::mem::take(&mut page.code), store)
                .map_err(JobFailure::store)?;
            page.run = Some(code.key);
            if let Entry::Vacant(run) = runs.entry(code.key) {
                run.insert(runner.outputs(&code).await.map_err(JobFailure::store)?);
            }
        }
        Ok(runs)
    }

    /// Returns the course's templates where it has some.
    fn templates(&self, job: &NotebookJob) -> Result<Templates, JobFailure> {
        let Some(hash) = &job.input.templates else { return Ok(Templates::bundled()) };
        let json = self.store.get(hash).map_err(JobFailure::store)?;
        let files = serde_json::from_slice(&json).map_err(JobFailure::bad_payload)?;
        Templates::with_overrides(&files)
            .map_err(|_| JobFailure::bad_payload("its templates are invalid"))
    }

    /// Puts all texts into the store in one transaction.
    fn keep(
        &self,
        job: &NotebookJob,
        made: Vec<Result<Rendered, Diagnostic>>,
        duration: Duration,
        executed: Vec<ExecutedCode>,
    ) -> Result<JobResult, StoreError> {
        let texts: Vec<&[u8]> =
            made.iter().flatten().map(|output| output.text.as_bytes()).collect();
        let share = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
            / u64::try_from(made.len().max(1)).unwrap_or(1);
        let mut hashes = self.store.put_many(&texts)?.into_iter();
        let results = made.into_iter().zip(&job.requests).map(|(output, request)| match output {
            Ok(Rendered { text, warnings }) => RequestResult::Made(ActionResult {
                artifacts: hashes
                    .next()
                    .map(|hash| Artifact { name: "text".to_owned(), hash, size: text.len() as u64 })
                    .into_iter()
                    .collect(),
                diagnostics: warnings,
                duration_us: share,
                subject: Some(request.subject(&job.input.file)),
            }),
            Err(problem) => RequestResult::Failed(vec![problem]),
        });
        Ok(JobResult { results: results.collect(), executed })
    }
}

impl JobHandler for NotebookHandler {
    fn handle<'a>(&'a self, job: Job<'a>, context: &'a JobContext) -> HandlerFuture<'a> {
        Box::pin(self.make_all(job.payload, context))
    }
}

/// Returns a page with the outputs of its run, or why there are none.
#[expect(clippy::result_large_err, reason = "an error ends the work on a page")]
fn finish(
    html: &HtmlRenderer,
    job: &NotebookJob,
    draft: &PageDraft,
    runs: &HashMap<ContentHash, RunOutcome>,
    pictures: &[InlineSvg<'_>],
    drafter: &mut Drafter<'_>,
) -> Result<Rendered, Diagnostic> {
    let renderer = drafter.renderer(&draft.organization);
    let outputs = match draft.run.and_then(|key| runs.get(&key)).map(|run| &run.result) {
        Some(Err(failure)) => return Err(explain(failure, &job.input, draft, renderer)),
        Some(Ok(outputs)) => Some(outputs),
        None => None,
    };
    page::render(html, &job.input, draft, outputs, pictures, renderer)
}
