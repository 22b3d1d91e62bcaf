//! Tests with a real Chromium; `SKIPPED` where none is in `PATH`.

use std::path::Path;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clx_browser::{
    Answer, Browser, BrowserError, BrowserOptions, Page, PageOptions, Paper, Requests, Viewport,
    find_program, program_version,
};
use clx_process::group_members;
use serde_json::json;
use tempfile::TempDir;

const PAGE: &str = "<!doctype html><link rel=icon href=data:,><style>body { margin: 0; background: rgb(255, 0, 0) }
    @media (prefers-color-scheme: dark) { body { background: rgb(0, 0, 255) } }</style>
    <p id=text>Grüße</p><img src='picture.svg'><img src='https://example.com/a.png'>";

struct Bench {
    browser: Browser,
    base: TempDir,
}

/// Finds the browser; `None` says loudly that there is none.
#[expect(clippy::print_stdout, reason = "a skipped test must not look like one that passed")]
fn program() -> Option<PathBuf> {
    let program = find_program(&std::env::var_os("PATH").unwrap_or_default());
    if program.is_none() {
        println!("SKIPPED: there is no Chromium in PATH");
    }
    program
}

/// Starts a browser of its own for each test.
async fn bench() -> Option<Bench> {
    let base = TempDir::new().expect("a directory");
    let options = BrowserOptions::new(program()?, base.path().to_owned());
    let browser = Browser::launch(&options).await.expect("the browser starts");
    Some(Bench { browser, base })
}

impl Bench {
    async fn page(&self, limit: Duration) -> Page {
        let requests = Requests::new(|url| match url {
            "http://page.test/" => serve("text/html; charset=utf-8", PAGE),
            "http://page.test/picture.svg" => {
                serve("image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg' width='9'/>")
            }
            "chrome://crash/" => Answer::Pass,
            _ => Answer::Refuse,
        });
        let page = self.browser.open_page(PageOptions { requests, limit }).await;
        page.expect("a page opens")
    }
}

fn serve(media_type: &'static str, text: &str) -> Answer {
    Answer::Serve { media_type, body: text.as_bytes().to_vec() }
}

const LIMIT: Duration = Duration::from_secs(60);

fn size_of_png(png: &[u8]) -> (u32, u32) {
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().expect("four bytes"));
    (number(16), number(20))
}

/// Waits until a condition holds, by looking again and again, at most a minute.
async fn eventually(mut holds: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < LIMIT, "it took too long");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn page_sees_what_it_is_served_and_nothing_else() {
    let Some(bench) = bench().await else { return };
    let page = bench.page(LIMIT).await;
    page.load("http://page.test/").await.unwrap();
    assert_eq!(page.evaluate("document.getElementById('text').innerText").await.unwrap(), "Grüße");
    let widths = "[...document.images].map(image => image.naturalWidth)";
    assert_eq!(page.evaluate(widths).await.unwrap(), json!([9, 0]));
    assert_eq!(page.take_refused(), ["https://example.com/a.png"]);
    let fetched = page.evaluate("fetch('file:///etc/hostname').then(() => 1, () => 0)").await;
    assert_eq!(fetched.unwrap(), 0);
    assert!(matches!(page.load("https://example.com/").await, Err(BrowserError::Load { .. })));
    assert_eq!(page.take_refused().last().unwrap(), "https://example.com/");
}

#[tokio::test]
async fn files_are_loaded_only_where_they_pass() {
    let Some(bench) = bench().await else { return };
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("a.html"), "<img src=b.svg><img src='/etc/hostname'>")
        .unwrap();
    let svg = "<svg xmlns='http://www.w3.org/2000/svg' width='7'/>";
    std::fs::write(folder.path().join("b.svg"), svg).unwrap();
    let below = format!("file://{}/", folder.path().display());
    let url = format!("{below}a.html");
    let pass = move |url: &str| if url.starts_with(&below) { Answer::Pass } else { Answer::Refuse };
    let options = PageOptions { requests: Requests::new(pass), limit: LIMIT };
    let page = bench.browser.open_page(options).await.unwrap();
    page.load(&url).await.unwrap();
    assert_eq!(page.evaluate("document.images[0].naturalWidth").await.unwrap(), 7);
    assert_eq!(page.take_refused(), ["file:///etc/hostname"]);
}

#[tokio::test]
async fn picture_and_print_have_the_size_and_the_colours_of_the_page() {
    let Some(bench) = bench().await else { return };
    let page = bench.page(LIMIT).await;
    page.set_viewport(Viewport { width: 40, height: 30, scale: 3.0 }).await.unwrap();
    page.load("http://page.test/").await.unwrap();
    let light = page.screenshot().await.unwrap();
    assert_eq!(size_of_png(&light), (120, 90));
    page.emulate_media("", &[("prefers-color-scheme", "dark")]).await.unwrap();
    let background = "getComputedStyle(document.body).backgroundColor";
    assert_eq!(page.evaluate(background).await.unwrap(), "rgb(0, 0, 255)");
    assert_ne!(page.screenshot().await.unwrap(), light);
    let pdf = page.print(Paper { width: 400, height: 300 }).await.unwrap();
    assert!(pdf.starts_with(b"%PDF-"));
    assert!(String::from_utf8_lossy(&pdf).contains("/MediaBox [0 0 300 22"));
}

#[tokio::test]
async fn scripts_are_awaited_and_their_exceptions_told() {
    let Some(bench) = bench().await else { return };
    let page = bench.page(LIMIT).await;
    assert_eq!(
        page.evaluate("Promise.resolve({ a: [1, 'ü'] })").await.unwrap(),
        json!({ "a": [1, "ü"] })
    );
    assert!(page.evaluate("undefined").await.unwrap().is_null());
    let check = async |script: &str, expected: &str| match page.evaluate(script).await {
        Err(BrowserError::Script { message }) => assert!(message.contains(expected), "{message}"),
        other => panic!("{other:?}"),
    };
    check("nothing.there", "ReferenceError: nothing is not defined").await;
    check("Promise.reject(new Error('later'))", "Error: later").await;
    check("(", "SyntaxError").await;
    check("throw 'a text'", "a text").await;
}

#[tokio::test]
async fn hanging_page_ends_with_its_process_while_others_go_on() {
    let Some(bench) = bench().await else { return };
    let other = bench.page(LIMIT).await;
    other.load("http://page.test/").await.unwrap();
    let n_processes = || group_members(bench.browser.group()).unwrap().len();
    let before = n_processes();
    // Long enough for a browser that was never started to open a page.
    let page = bench.page(Duration::from_secs(3)).await;
    let error = page.evaluate("for (;;) {}").await.unwrap_err();
    assert!(matches!(error, BrowserError::TimedOut { method: "Runtime.evaluate", .. }), "{error}");
    assert_eq!(other.evaluate("1 + 1").await.unwrap(), 2);
    drop(page);
    eventually(|| n_processes() <= before).await;
    assert_eq!(other.evaluate("2 + 2").await.unwrap(), 4);
}

#[tokio::test]
async fn crashed_page_is_noticed_while_others_go_on() {
    let Some(bench) = bench().await else { return };
    let (page, other) = (bench.page(LIMIT).await, bench.page(LIMIT).await);
    page.load("chrome://crash").await.unwrap_err();
    let error = page.evaluate("1").await.unwrap_err();
    assert!(matches!(error, BrowserError::PageCrashed), "{error}");
    assert_eq!(other.evaluate("2 + 2").await.unwrap(), 4);
}

#[tokio::test]
async fn killed_browser_fails_all_calls_at_once_and_leaves_nothing() {
    let Some(Bench { browser, base }) = bench().await else { return };
    let page = Bench { browser: browser.clone(), base }.page(LIMIT).await;
    let hanging = page.evaluate("new Promise(() => {})");
    let (result, killed) = tokio::join!(hanging, async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        browser.kill()
    });
    killed.unwrap();
    let error = result.unwrap_err();
    assert!(
        matches!(&error, BrowserError::Ended { exit, .. } if exit.contains("SIGKILL")),
        "{error}"
    );
    assert!(browser.has_ended());
    eventually(|| group_members(browser.group()).unwrap().is_empty()).await;
    assert!(matches!(page.evaluate("1").await, Err(BrowserError::Ended { .. })));
}

#[tokio::test]
async fn dropped_browser_leaves_neither_process_nor_file() {
    let Some(Bench { browser, base }) = bench().await else { return };
    let group = browser.group();
    assert!(!group_members(group).unwrap().is_empty());
    assert_eq!(std::fs::read_dir(base.path()).unwrap().count(), 1);
    assert!(browser.version().starts_with(|first: char| first.is_ascii_alphabetic()));
    drop(browser);
    eventually(|| group_members(group).unwrap().is_empty()).await;
    assert_eq!(std::fs::read_dir(base.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn browser_may_live_deep_in_the_files_of_its_user() {
    let Some(program) = program() else { return };
    let base = TempDir::new().expect("a directory");
    let deep = base.path().join("a course with a long name ".repeat(6)).join("drawio");
    let browser = Browser::launch(&BrowserOptions::new(program, deep.clone())).await.unwrap();
    let group = browser.group();
    drop(browser);
    eventually(|| group_members(group).unwrap().is_empty()).await;
    assert_eq!(std::fs::read_dir(&deep).unwrap().count(), 0);
}

#[tokio::test]
async fn program_that_is_no_browser_is_told_with_its_words() {
    let base = TempDir::new().unwrap();
    let launch = async |program: &Path| {
        Browser::launch(&BrowserOptions::new(program.to_owned(), base.path().to_owned())).await
    };
    let program = base.path().join("no-browser");
    let script = "#!/bin/sh\necho 'no usable sandbox' >&2\nexit 3\n";
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .unwrap();
    let message = launch(&program).await.unwrap_err().to_string();
    assert_eq!(message, "the browser ended: exit status 3; it printed: no usable sandbox");
    let message = launch(Path::new("/no/such/browser")).await.unwrap_err().to_string();
    assert!(message.contains("/no/such/browser"), "{message}");
}

#[tokio::test]
async fn version_of_the_program_is_that_of_the_running_browser() {
    let Some(bench) = bench().await else { return };
    let path = std::env::var_os("PATH").unwrap_or_default();
    let program = find_program(&path).unwrap();
    let version = program_version(&program).unwrap();
    let number = bench.browser.version().rsplit('/').next().unwrap();
    assert!(version.contains(number), "{version} {number}");
}
