//! `clx serve` in a real Chromium beside a real build; `SKIPPED` where no Chromium is in `PATH`.

use std::io::{BufRead, BufReader};
use std::time::{Duration, Instant};

use clx_browser::{Page, Viewport};
use clx_process::{Child, Waited};
use clx_testkit::fake_kernel::{FakeKernel, FakeStart, run_if_asked};
use clx_tests::browser::{chromium, open_page};
use clx_tests::e2e::{Clx, TestCourse, finish};
use serde_json::Value;
use tempfile::TempDir;

const CLX: Clx = Clx(env!("CARGO_BIN_EXE_clx-e2e"));

/// Longest wait for what must come.
const LIMIT: Duration = Duration::from_secs(60);

/// Two cells, of which the second never ends by itself.
const SLOW: &str = "# %%\nprint begun\n\n# %%\nhang\n";

/// A cell that fails.
const WRONG: &str =
    "# %% [markdown] lang=\"en\"\n# Wrong\n\n# %%\nfail ZeroDivisionError nothing to divide\n";

/// Pages that every queue has.
const PAGES: [&str; 5] = ["", "builds", "jobs", "cache", "tree/"];

/// The kernel's own role; see [`run_if_asked`].
#[test]
fn fake_kernel() {
    run_if_asked();
}

/// A course that was built once, and its dashboard in a browser.
struct Bench {
    page: Page,
    url: String,
    server: Child,
    course: TestCourse,
    kernels: TempDir,
    _base: TempDir,
}

impl Bench {
    /// `None` if there is no browser.
    async fn new(topics: &[(&str, &str)]) -> Option<Self> {
        let program = chromium()?;
        let kernels = TempDir::new().expect("a temp dir");
        FakeKernel::new(FakeStart::Ready).install(kernels.path(), "python3");
        let course = TestCourse::with_topics(topics);
        let _built = CLX.build(&course, "course.xml", &["--format", "code"]).expect(0);
        let state = course.root().join(".clx");
        let state = state.to_str().expect("UTF-8");
        let serve = CLX.command(&["serve", "--state-dir", state, "--port", "0"]);
        let mut server = serve.start().expect("clx starts");
        let mut url = String::new();
        let stdout = server.take_stdout().expect("a pipe");
        BufReader::new(stdout).read_line(&mut url).expect("an address");

        let base = TempDir::new().expect("a temp dir");
        let page = open_page(program, base.path(), LIMIT).await;
        let url = url.trim().to_owned();
        Some(Self { page, url, server, course, kernels, _base: base })
    }

    /// Begins a build that runs code.
    fn build(&self) -> Child {
        let args = ["--kind", "completed", "-L", "en", "--format", "html"];
        CLX.executing(&self.course, self.kernels.path(), &args).start().expect("clx starts")
    }

    async fn load(&self, path: &str) {
        self.page.load(&format!("{}{path}", self.url)).await.expect("it loads");
    }

    /// Waits until an expression is true; while a page is loaded, it has no value.
    async fn holds(&self, expression: &str) {
        let begin = Instant::now();
        while self.page.evaluate(expression).await.ok() != Some(true.into()) {
            if begin.elapsed() > LIMIT {
                let text = self.page.evaluate("document.body.innerText").await;
                panic!("never true: {expression}\n{text:?}");
            }
        }
    }

    /// Waits for a text in a part of the page.
    async fn shows(&self, selector: &str, text: &str) {
        let text = Value::from(text);
        self.holds(&format!("document.querySelector('{selector}').innerText.includes({text})"))
            .await;
    }

    async fn click(&self, selector: &str, text: &str) {
        let text = Value::from(text);
        let click = format!(
            "[...document.querySelectorAll('{selector}')].find(one => one.innerText.includes({text})).click()"
        );
        self.page
            .evaluate(&click)
            .await
            .unwrap_or_else(|error| panic!("{selector} {text}: {error}"));
    }

    /// Returns the paths of all kinds of pages, with one job and its source.
    async fn all_pages(&self) -> Vec<String> {
        self.load("jobs").await;
        let first = "document.querySelector('main tbody a').getAttribute('href').slice(1)";
        let job = self.page.evaluate(first).await.expect("a job");
        let job = job.as_str().expect("an address").to_owned();
        let source = "depends?source=slides/module_100_m/topic_100_a/slides_a.py".to_owned();
        let more = ["builds/1".to_owned(), job, source, "nothing".to_owned()];
        PAGES.iter().map(|page| (*page).to_owned()).chain(more).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn build_appears_while_it_runs_and_is_cancelled_by_a_button() {
    let Some(mut bench) = Bench::new(&[("a", SLOW)]).await else { return };
    bench.load("").await;
    bench.shows("#builds", "No build runs").await;
    bench.page.evaluate("window.stays = true").await.expect("set");
    let mut build = bench.build();
    bench.shows("#builds", "running").await;
    bench.shows("#workers", "slides_a.py").await;
    bench.shows("#workers", "cell 2 of 2").await;
    bench.shows("#health", "All is well").await;
    bench.holds("window.stays === true").await;

    // What has the focus keeps it while the page changes around it.
    let focus = "window.before = document.querySelector('#workers').innerText; document.querySelector('#workers a').focus()";
    bench.page.evaluate(focus).await.expect("focused");
    let later = "document.querySelector('#workers').innerText !== window.before";
    bench.holds(&format!("{later} && document.activeElement.matches('#workers a')")).await;

    bench.click("#workers a", "job").await;
    bench.shows("h1", "Job").await;
    bench.shows("#facts", "running").await;
    bench.click("#actions button", "Cancel job").await;
    bench.shows("#facts", "cancelled").await;
    let ended = build.wait(LIMIT).expect("it can be waited for");
    assert!(!matches!(ended, Waited::TimedOut), "the build ends");
    bench.load("").await;
    bench.shows("#builds", "No build runs").await;

    bench.server.kill().expect("killed");
    bench.shows("#health", "Not connected").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn failing_job_is_found_and_its_diagnostics_are_read() {
    let Some(bench) = Bench::new(&[("a", WRONG), ("b", "# %%\nprint fine\n")]).await else {
        return;
    };
    bench.load("").await;
    bench.shows("#failures", "Nothing has failed").await;
    let _failed = finish(bench.build()).expect(1);
    bench.shows("#failures", "nothing to divide").await;
    bench.click("#failures a", "All failed jobs").await;
    bench.shows("#jobs", "1 job").await;
    bench.shows("#jobs", "slides_a.py").await;
    bench.click("#jobs tbody a", "").await;
    bench.shows("h1", "Job").await;
    bench.shows("#problems", "slides_a.py:5").await;
    bench.shows("#problems", "nothing to divide").await;
    bench.shows("#problems pre", "fail ZeroDivisionError").await;

    // The other source came out, and its page is a click away.
    bench.load("jobs?text=slides_b&status=completed").await;
    bench.click("#jobs tbody a", "").await;
    bench.shows("#made", "html, en completed").await;
    bench.click("#made a", "slides_b.html").await;
    bench
        .holds("location.pathname.startsWith('/tree/') && document.body.innerText.includes('fine')")
        .await;
    assert_eq!(bench.page.take_refused(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_read_by_screen_readers_and_on_a_phone() {
    let Some(bench) = Bench::new(&[("a", WRONG), ("b", "# %%\nprint fine\n")]).await else {
        return;
    };
    let _failed = finish(bench.build()).expect(1);
    for page in bench.all_pages().await {
        bench.load(&page).await;
        check_accessibility(&page, &bench.page.accessibility_tree().await.expect("a tree"));
        let levels = "[...document.querySelectorAll('h1,h2,h3')].filter(h => !h.closest('[hidden]')).map(h => +h.tagName[1])";
        let levels = bench.page.evaluate(levels).await.expect("headings");
        let levels: Vec<u64> =
            levels.as_array().expect("a list").iter().filter_map(Value::as_u64).collect();
        assert_eq!(
            (levels[0], levels.iter().filter(|level| **level == 1).count()),
            (1, 1),
            "{page}"
        );
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{page}: {levels:?}");

        for scheme in ["light", "dark"] {
            let emulated = bench.page.emulate_media("", &[("prefers-color-scheme", scheme)]).await;
            emulated.expect("emulated");
            let faint = bench.page.evaluate(CONTRAST).await.expect("a list");
            assert_eq!(faint, Value::Array(Vec::new()), "{page}, {scheme}");
        }
        let narrow = Viewport { width: 320, height: 640, scale: 1.0 };
        bench.page.set_viewport(narrow).await.expect("set");
        let width = bench.page.evaluate("document.documentElement.scrollWidth").await;
        assert_eq!(width.expect("a number"), 320, "{page} scrolls sideways");
    }
}

/// Lists texts whose colour differs too little from what is behind them.
const CONTRAST: &str = r"(() => {
  const parts = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = parts(colour).map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (one) => {
    for (; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      if (parts(colour)[3] !== 0) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const hasText = (one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  return [...document.body.querySelectorAll('*')].filter(hasText).filter((one) => one.checkVisibility()).map((one) => {
    const style = getComputedStyle(one);
    const [a, b] = [light(one.closest('svg') ? style.fill : style.color), light(behind(one))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    return ratio < 4.5 ? one.tagName + ' ' + one.className + ' ' + ratio.toFixed(2) : null;
  }).filter((found) => found !== null);
})()";

/// Fails unless the page has its landmarks and everything that can be used has a name.
fn check_accessibility(page: &str, tree: &[Value]) {
    let nodes = || tree.iter().filter(|node| node["ignored"] != true);
    let role = |node: &Value| node["role"]["value"].as_str().unwrap_or_default().to_owned();
    for landmark in ["banner", "navigation", "main", "contentinfo", "heading"] {
        assert!(nodes().any(|node| role(node) == landmark), "{page} has no {landmark}");
    }
    let used = [
        "button",
        "link",
        "textbox",
        "searchbox",
        "combobox",
        "checkbox",
        "img",
        "image",
        "region",
        "table",
        "progressbar",
        "form",
        "search",
        "navigation",
    ];
    for node in nodes().filter(|node| used.contains(&role(node).as_str())) {
        let name = node["name"]["value"].as_str().unwrap_or_default().trim();
        assert!(!name.is_empty(), "{page}: a {} without a name: {node}", role(node));
    }
}

#[test]
fn server_ends_when_it_is_interrupted() {
    let course = TestCourse::with_topics(&[("a", "# %%\nprint a\n")]);
    let _built = CLX.build(&course, "course.xml", &["--format", "code"]).expect(0);
    let jobs = course.root().join(".clx/jobs.db");
    let args = ["serve", "--jobs-db-path", jobs.to_str().expect("UTF-8"), "--port", "0"];
    let mut server = CLX.command(&args).start().expect("clx starts");
    let mut url = String::new();
    let stdout = server.take_stdout().expect("a pipe");
    BufReader::new(stdout).read_line(&mut url).expect("an address");
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    server.interrupt().expect("it runs");
    assert_eq!(finish(server).status, 0);
}

#[test]
fn what_cannot_be_served_is_said() {
    let run = CLX.run(&["serve", "--host", "0.0.0.0"]).expect(2);
    run.says(&["other machines reach 0.0.0.0"]);
    run.says(&["hint", "--allow-remote"]);
    let empty = TempDir::new().expect("a temp dir");
    let state = empty.path().to_str().expect("UTF-8");
    let run = CLX.run(&["serve", "--state-dir", state]).expect(4);
    run.says(&["nothing was built here yet", "jobs.db"]);
    run.says(&["hint", "`clx build SPEC` makes it"]);
    assert_eq!(std::fs::read_dir(empty.path()).expect("readable").count(), 0, "nothing was made");
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.server.kill().ok();
    }
}
