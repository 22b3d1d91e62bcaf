//! A page in a real Chromium that reaches this machine and nothing else.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clx_browser::{
    Answer, Browser, BrowserOptions, Page, PageOptions, Reach, Requests, find_program,
};

/// Finds Chromium; `None`, told not through the captured output of tests, if there is none.
#[must_use]
pub fn chromium() -> Option<PathBuf> {
    let program = find_program(&std::env::var_os("PATH").unwrap_or_default());
    if program.is_none() {
        let line = b"SKIPPED: there is no Chromium in PATH\n";
        std::io::stderr().write_all(line).expect("a standard error");
    }
    program
}

/// Opens an empty page; `base` is a directory for the browser, `limit` the longest wait for an answer of
/// it.
pub async fn open_page(program: PathBuf, base: &Path, limit: Duration) -> Page {
    let options = BrowserOptions::new(program, base.to_owned());
    let browser = Browser::launch(&BrowserOptions { reach: Reach::Loopback, ..options }).await;
    let requests = Requests::new(|url| {
        let is_ours = url.starts_with("http://127.0.0.1:") || url.starts_with("data:");
        if is_ours { Answer::Pass } else { Answer::Refuse }
    });
    let page =
        browser.expect("the browser starts").open_page(PageOptions { requests, limit }).await;
    page.expect("a page opens")
}
