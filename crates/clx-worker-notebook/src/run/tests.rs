//! Jobs whose kernels share memory, with the fake kernel of the test kit.

use std::fs;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use clx_core::{CodeRun, ContentHash};
use clx_kernel::CodeCell;
use clx_queue::JobId;
use clx_store::{Store, StoreOptions};
use clx_testkit::fake_kernel::{FakeKernel, FakeStart};
use clx_worker::JobContext;
use tempfile::TempDir;

use super::{Code, Runner};
use crate::admission::{Admission, RESERVE, USUAL_NEED};
use crate::tools::NotebookTools;

/// Longer than anything takes on a busy machine, shorter than the limit of a test.
const LONG: Duration = Duration::from_secs(60);

/// Not a test by itself: where the fake kernel begins.
#[test]
fn fake_kernel() {
    clx_testkit::fake_kernel::run_if_asked();
}

/// Fake kernels on a machine whose memory a test says.
struct Stage {
    directory: TempDir,
    store: Store,
    tools: NotebookTools,
    setting: CodeRun,
    context: JobContext,
    /// How often somebody asked for the memory.
    n_looks: Arc<AtomicUsize>,
}

impl Stage {
    fn new(available: u64) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let prefix = directory.path().join("prefix");
        let entry = "run::tests::fake_kernel";
        FakeKernel { start: FakeStart::Ready, entry }.install(&prefix, "clx-fake");
        let mut tools = NotebookTools::new(&[prefix], &directory.path().join("base"), 0);
        let n_looks = Arc::new(AtomicUsize::new(0));
        let looks = Arc::clone(&n_looks);
        tools.admission = Admission::by(move || {
            looks.fetch_add(1, Ordering::SeqCst);
            Some(available)
        });
        let setting = CodeRun {
            kernel: "clx-fake".to_owned(),
            identity: ContentHash::of(b"fake"),
            skip_errors: false,
            reuse: false,
            cell_limit: None,
            files: Vec::new(),
        };
        let store = Store::open(&directory.path().join("store"), &StoreOptions::default()).unwrap();
        let context = JobContext::new(JobId(1), 1);
        Self { directory, store, tools, setting, context, n_looks }
    }

    fn log(&self) -> PathBuf {
        self.directory.path().join("log")
    }

    /// Runs a job that logs its name and then does `rest`.
    async fn job(&self, name: &str, rest: &str) {
        let source = format!("log {} {name}\n{rest}", self.log().display());
        let code = Code::new(&self.setting, vec![CodeCell::new(source)], &self.store).unwrap();
        let (store, tools, setting, context) =
            (&self.store, &self.tools, &self.setting, &self.context);
        let runner = Runner { store, tools, setting, file: "deck.py".as_ref(), context };
        let outcome = runner.outputs(&code).await.unwrap();
        assert!(outcome.result.is_ok(), "{name} runs");
    }

    /// Returns the names of the jobs whose code has begun, in order.
    fn begun(&self) -> Vec<String> {
        let text = fs::read_to_string(self.log()).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }
}

async fn until(condition: impl Fn() -> bool) {
    while !condition() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn within_limit<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(LONG, future).await.expect("it comes to an end")
}

#[tokio::test]
async fn jobs_run_one_after_the_other_if_memory_fits_one() {
    let stage = Stage::new(RESERVE + USUAL_NEED);
    let mut second = pin!(stage.job("second", ""));
    {
        let mut first = pin!(stage.job("first", "hang-deaf"));
        within_limit(async {
            tokio::select! {
                () = &mut first => panic!("the first hangs"),
                () = until(|| stage.begun() == ["first"]) => {}
            }
            let n_looks = stage.n_looks.load(Ordering::SeqCst);
            // It waits, and has looked again.
            tokio::select! {
                () = &mut first => panic!("the first hangs"),
                () = &mut second => panic!("there is no memory for the second"),
                () = until(|| stage.n_looks.load(Ordering::SeqCst) >= n_looks + 2) => {}
            }
        })
        .await;
        assert_eq!(stage.begun(), ["first"]);
    }
    // The first is gone, and its kernel with it.
    within_limit(second).await;
    assert_eq!(stage.begun(), ["first", "second"]);
}

#[tokio::test]
async fn jobs_run_at_the_same_time_if_memory_fits_both() {
    let stage = Stage::new(RESERVE + 2 * USUAL_NEED);
    let mut first = pin!(stage.job("first", "hang-deaf"));
    within_limit(async {
        tokio::select! {
            () = &mut first => panic!("the first hangs"),
            () = until(|| stage.begun() == ["first"]) => {}
        }
        tokio::select! {
            () = &mut first => panic!("the first hangs"),
            () = stage.job("second", "") => {}
        }
    })
    .await;
    assert_eq!(stage.begun(), ["first", "second"]);
}
