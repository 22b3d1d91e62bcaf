//! A store, a handler and a course in a temp dir. Principal type: [`Stage`].

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clx_core::{
    ActionResult, ContentHash, Diagnostic, DiagramInput, DiagramRequest, IncludedFile, JobPayload,
    JobResult, PictureFormat, RequestResult,
};
use clx_queue::JobId;
use clx_store::{Store, StoreOptions};
use clx_worker::{Job, JobContext, JobHandler};
use clx_worker_plantuml::{PlantUmlHandler, PlantUmlSettings, PlantUmlTools, includes};
use serde_json::value::to_raw_value;
use tempfile::TempDir;

/// Longer than anything takes on a busy machine.
pub(crate) const LONG: Duration = Duration::from_secs(120);

/// The source of all jobs.
const FILE: &str = "slides/topic/pu/x.pu";

pub(crate) struct Stage {
    pub(crate) store: Arc<Store>,
    pub(crate) tools: Arc<PlantUmlTools>,
    pub(crate) handler: PlantUmlHandler,
    files: Vec<(PathBuf, Vec<u8>)>,
    // Last, so that what is in it ends before it is removed.
    pub(crate) directory: TempDir,
}

/// What came of one picture.
pub(crate) type Outcome = Result<(Vec<u8>, ActionResult), Vec<Diagnostic>>;

impl Stage {
    /// Uses the fake PlantUML.
    pub(crate) fn fake(change: impl FnOnce(&mut PlantUmlSettings)) -> Self {
        let java = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fake/java");
        Self::new(|base| {
            let mut settings = PlantUmlSettings::new(java, "plantuml.jar".into(), base);
            settings.picture_limit = LONG;
            change(&mut settings);
            settings
        })
    }

    /// Uses the real PlantUML. Returns `None` after saying why the test is skipped.
    #[expect(clippy::print_stdout, reason = "a skipped test must not look like one that passed")]
    pub(crate) fn real(change: impl FnOnce(&mut PlantUmlSettings)) -> Option<Self> {
        let Some(jar) = std::env::var_os("CLX_TEST_PLANTUML_JAR") else {
            println!("SKIPPED: CLX_TEST_PLANTUML_JAR does not name a PlantUML");
            return None;
        };
        Some(Self::new(|base| {
            let settings = PlantUmlSettings::of_process(Path::new(&jar), &base);
            let mut settings = settings.expect("Java and PlantUML are there");
            settings.picture_limit = LONG;
            change(&mut settings);
            settings
        }))
    }

    fn new(settings: impl FnOnce(PathBuf) -> PlantUmlSettings) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let store = Store::open(&directory.path().join("store"), &StoreOptions::default());
        let store = Arc::new(store.expect("a store"));
        let settings = settings(directory.path().join("base"));
        let tools = Arc::new(PlantUmlTools::new(settings).expect("tools"));
        let handler = PlantUmlHandler::new(store.clone(), Arc::clone(&tools));
        Self { store, tools, handler, files: Vec::new(), directory }
    }

    /// Adds a file to the course.
    pub(crate) fn with_file(mut self, path: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.files.push((path.into(), bytes.as_ref().to_vec()));
        self
    }

    /// Does one job as a worker would, after finding includes as a planner would.
    pub(crate) async fn draw_all(
        &self,
        source: &[u8],
        requests: &[DiagramRequest],
    ) -> Vec<Outcome> {
        let payload = self.payload(source, requests);
        let job = Job { label: FILE, payload: &payload };
        let context = JobContext::new(JobId(1), 1);
        let result = tokio::time::timeout(LONG, self.handler.handle(job, &context)).await;
        let result = result.expect("the job ends").expect("the job does not fail as a whole");
        let result: JobResult = serde_json::from_slice(&result.result).expect("a result");
        let results = result.results.into_iter().map(|result| match result {
            RequestResult::Made(made) => {
                let picture = self.store.get(&made.artifacts[0].hash).expect("the picture");
                Ok((picture, made))
            }
            RequestResult::Failed(problems) => Err(problems),
        });
        results.collect()
    }

    /// Returns the payload of a job.
    pub(crate) fn payload(&self, source: &[u8], requests: &[DiagramRequest]) -> Vec<u8> {
        let text = String::from_utf8_lossy(source);
        let content = |path: &Path| {
            let file = self.files.iter().find(|(known, _)| known == path);
            file.map(|(_, bytes)| bytes.clone())
        };
        let found = includes(Path::new(FILE), &text, content);
        let files = found.files.iter().map(|path| IncludedFile {
            path: path.clone(),
            hash: self.put(&content(path).expect("it was found")),
        });
        let input = DiagramInput { file: FILE.into(), files: files.collect() };
        let json = |request| to_raw_value(request).expect("JSON");
        let payload = JobPayload {
            version: JobPayload::VERSION,
            source: self.put(source),
            input: to_raw_value(&input).expect("JSON"),
            requests: requests.iter().map(json).collect(),
        };
        serde_json::to_vec(&payload).expect("JSON")
    }

    fn put(&self, bytes: &[u8]) -> ContentHash {
        self.store.put(bytes).expect("it is put")
    }

    /// Draws the first diagram of a source.
    pub(crate) async fn draw(&self, source: &str, format: PictureFormat) -> Outcome {
        self.draw_all(source.as_bytes(), &[request(format, None)]).await.remove(0)
    }

    /// Draws the first diagram as SVG and returns its text.
    pub(crate) async fn svg(&self, source: &str) -> String {
        let (picture, _) = self.draw(source, PictureFormat::Svg).await.expect("it is drawn");
        String::from_utf8(picture).expect("an SVG is UTF-8")
    }

    /// Fails to draw the first diagram and returns why.
    pub(crate) async fn refusal(&self, source: &str, format: PictureFormat) -> Diagnostic {
        let outcome = self.draw(source, format).await.map(|(picture, _)| picture.len());
        outcome.expect_err("it is refused").remove(0)
    }
}

pub(crate) fn request(format: PictureFormat, part: Option<&str>) -> DiagramRequest {
    DiagramRequest { format, part: part.map(str::to_owned) }
}

/// Returns file and line of a problem.
pub(crate) fn place(problem: &Diagnostic) -> String {
    problem.location.as_ref().map(ToString::to_string).unwrap_or_default()
}
