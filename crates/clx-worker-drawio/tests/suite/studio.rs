//! A handler with a store and the real renderer, in a directory of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clx_browser::find_program;
use clx_core::{
    ActionResult, ContentHash, Diagnostic, DiagramInput, DiagramRequest, JobPayload, JobResult,
    PictureFormat, RequestResult,
};
use clx_queue::JobId;
use clx_store::{Store, StoreOptions};
use clx_worker::{Answer, Job, JobContext, JobFailure, JobHandler};
use clx_worker_drawio::{Bundle, DrawioHandler, DrawioSettings, DrawioTools, Renderer};
use serde_json::value::to_raw_value;
use tempfile::TempDir;

pub(crate) struct Studio {
    pub(crate) tools: Arc<DrawioTools>,
    store: Arc<Store>,
    handler: DrawioHandler,
    folder: TempDir,
}

/// Returns the real renderer, or `None` after saying why the test is skipped.
#[expect(clippy::print_stdout, reason = "a skipped test must not look like one that passed")]
pub(crate) fn renderer() -> Option<Renderer> {
    let Some(program) = find_program(&std::env::var_os("PATH").unwrap_or_default()) else {
        println!("SKIPPED: there is no Chromium in PATH");
        return None;
    };
    let prefix = std::env::var_os("CLX_TEST_DRAWIO").map(PathBuf::from);
    let Some(bundle) = prefix.and_then(|prefix| Bundle::find(&prefix)) else {
        println!("SKIPPED: CLX_TEST_DRAWIO names no prefix with the bundle of draw.io");
        return None;
    };
    Some(Renderer::Browser { program, bundle })
}

impl Studio {
    /// Returns `None` after saying why the test is skipped.
    pub(crate) fn new() -> Option<Self> {
        Some(Self::with(renderer()?, |settings| settings))
    }

    pub(crate) fn with(
        renderer: Renderer,
        adapt: impl FnOnce(DrawioSettings) -> DrawioSettings,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a directory");
        let settings = adapt(DrawioSettings::new(renderer, folder.path().join("base")));
        let tools = Arc::new(DrawioTools::new(settings));
        let store =
            Arc::new(Store::open(folder.path(), &StoreOptions::default()).expect("a store"));
        let handler = DrawioHandler::new(store.clone(), Arc::clone(&tools));
        Self { tools, store, handler, folder }
    }

    /// Makes pictures of a source.
    pub(crate) async fn make(
        &self,
        source: &[u8],
        requests: &[(PictureFormat, Option<&str>)],
    ) -> Vec<RequestResult> {
        let input = DiagramInput { file: PathBuf::from("drawio/test.drawio"), files: Vec::new() };
        let request = |(format, part): &(PictureFormat, Option<&str>)| {
            let part = part.map(str::to_owned);
            to_raw_value(&DiagramRequest { format: *format, part }).expect("JSON")
        };
        let payload = JobPayload {
            version: JobPayload::VERSION,
            source: self.store.put(source).expect("the store takes the source"),
            input: to_raw_value(&input).expect("JSON"),
            requests: requests.iter().map(request).collect(),
        };
        let result = self.handle(&serde_json::to_vec(&payload).expect("JSON")).await;
        let result = result.expect("the job gives a result");
        let result: JobResult = serde_json::from_slice(&result.result).expect("a result");
        assert_eq!(result.results.len(), requests.len());
        result.results
    }

    async fn handle(&self, payload: &[u8]) -> Result<Answer, JobFailure> {
        let context = JobContext::new(JobId(1), 1);
        self.handler.handle(Job { label: "test", payload }, &context).await
    }

    /// Makes one picture that has to succeed; returns its bytes and warnings.
    pub(crate) async fn one(
        &self,
        source: &[u8],
        format: PictureFormat,
    ) -> (Vec<u8>, Vec<Diagnostic>) {
        let made = self.make(source, &[(format, None)]).await.remove(0);
        self.picture(made)
    }

    /// Returns bytes and warnings of a result that has to be one.
    pub(crate) fn picture(&self, made: RequestResult) -> (Vec<u8>, Vec<Diagnostic>) {
        let ActionResult { artifacts, diagnostics, .. } = match made {
            RequestResult::Made(made) => made,
            RequestResult::Failed(problems) => panic!("{problems:?}"),
        };
        let hash: &ContentHash = &artifacts[0].hash;
        (self.store.get(hash).expect("the store has the picture"), diagnostics)
    }

    /// Makes one picture that has to fail; returns the problem as it is shown.
    pub(crate) async fn problem(&self, source: &[u8]) -> String {
        match self.make(source, &[(PictureFormat::Svg, None)]).await.remove(0) {
            RequestResult::Failed(problems) => problems[0].to_string(),
            RequestResult::Made(made) => panic!("{made:?}"),
        }
    }

    /// Ends the renderer; what it left is in the directory.
    pub(crate) fn close(self) -> TempDir {
        self.folder
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// Returns a file with one page and this content below the layer `1`.
pub(crate) fn file(cells: &str) -> Vec<u8> {
    file_with("", cells)
}

/// The same with attributes of the model.
pub(crate) fn file_with(attributes: &str, cells: &str) -> Vec<u8> {
    let text = format!(
        "<mxfile><diagram name=\"P\"><mxGraphModel {attributes}><root><mxCell id=\"0\"/>\
         <mxCell id=\"1\" parent=\"0\"/>{cells}</root></mxGraphModel></diagram></mxfile>"
    );
    text.into_bytes()
}

/// Returns a cell with a label.
pub(crate) fn cell(id: &str, label: &str, style: &str) -> String {
    format!(
        "<mxCell id=\"{id}\" value=\"{label}\" style=\"html=1;{style}\" vertex=\"1\" parent=\"1\">\
         <mxGeometry x=\"10\" y=\"10\" width=\"120\" height=\"60\" as=\"geometry\"/></mxCell>"
    )
}

/// Waits until a condition holds, by looking again and again, at most a minute.
pub(crate) async fn eventually(mut holds: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < Duration::from_secs(60), "it took too long");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
