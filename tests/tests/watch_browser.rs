//! `clx watch` in a real Chromium; `SKIPPED` where none is in `PATH`.

use std::time::{Duration, Instant};

use clx_browser::Page;
use clx_tests::browser::{chromium, open_page};
use clx_tests::e2e::{Clx, TestCourse};
use clx_tests::live::Watching;
use tempfile::TempDir;

const CLX: Clx = Clx(env!("CARGO_BIN_EXE_clx-e2e"));

const SOURCE: &str = "slides/module_100_m/topic_100_a/slides_a.py";
const SECTION: &str = "default/public/En/Course/Slides/Html/Completed/Part";

/// Longest wait for what must come.
const LIMIT: Duration = Duration::from_secs(60);

/// A watched course and a page in a browser.
struct Bench {
    course: TestCourse,
    watching: Watching,
    page: Page,
    _base: TempDir,
}

/// A page that is longer than a screen.
fn notebook(prose: &str) -> String {
    let filler = "# \n# Some words.\n".repeat(200);
    format!("# %% [markdown] lang=\"en\"\n# {prose}\n{filler}")
}

impl Bench {
    /// Opens an address; `None` if there is no browser.
    async fn open(path: &str) -> Option<Self> {
        let program = chromium()?;
        let course = TestCourse::with_topics(&[("a", &notebook("Hello"))]);
        let spec = course.spec("course.xml");
        let spec = spec.to_str().expect("UTF-8");
        let args = ["watch", spec, "--port", "0", "--execute", "never"];
        let watching = Watching::start(CLX.command(&args));
        let base = TempDir::new().expect("a temp dir");
        let page = open_page(program, base.path(), LIMIT).await;
        page.load(&watching.address(path)).await.expect("it loads");
        Some(Self { course, watching, page, _base: base })
    }

    /// Waits until an expression is true; while the page is loaded again, it has no value.
    async fn holds(&self, expression: &str) {
        let begin = Instant::now();
        while self.page.evaluate(expression).await.ok() != Some(true.into()) {
            assert!(begin.elapsed() < LIMIT, "never true: {expression}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn saved_prose_shows_where_the_reader_was() {
    let Some(bench) = Bench::open(&format!("{SECTION}/01 slides_a.html")).await else { return };
    bench.holds("document.body.innerText.includes('Hello')").await;
    bench.page.evaluate("scrollTo(0, 700)").await.expect("it scrolls");
    bench.course.write(SOURCE, notebook("Good day"));
    bench.holds("document.body.innerText.includes('Good day') && scrollY === 700").await;
    assert_eq!(bench.page.take_refused(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn page_with_scripts_is_loaded_again() {
    let Some(bench) = Bench::open(&format!("{SECTION}/01 slides_a.html")).await else { return };
    let template = "<html><body>{{ cells }}<script>document.body.dataset.runs = \
                    (+document.body.dataset.runs || 0) + 1</script></body></html>";
    bench.course.write("templates/html/page.html.j2", template);
    bench.holds("document.body.dataset.runs === '1'").await;
    bench.course.write(SOURCE, notebook("Good day"));
    let text = "document.body.innerText.includes('Good day')";
    bench.holds(&format!("{text} && document.body.dataset.runs === '1'")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn list_of_a_directory_shows_new_pages() {
    let Some(bench) = Bench::open(&format!("{SECTION}/")).await else { return };
    bench.holds("document.links.length > 1").await;
    bench.course.write(&SOURCE.replace("slides_a", "slides_b"), notebook("New"));
    bench.holds("document.body.innerText.includes('02 slides_b.html')").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_lie_over_the_page_until_they_are_mended() {
    let Some(mut bench) = Bench::open(&format!("{SECTION}/01 slides_a.html")).await else { return };
    let text = "document.querySelector('clx-problems')?.shadowRoot.textContent ?? ''";
    bench.course.write(SOURCE, "# %% [markdown] lang=\"en\"\n# {{ broken\n");
    bench.holds(&format!("({text}).includes('slides_a.py')")).await;
    let _built = bench.watching.built();
    bench.course.write(SOURCE, notebook("Mended"));
    bench.holds(&format!("document.body.innerText.includes('Mended') && ({text}) === ''")).await;
}
