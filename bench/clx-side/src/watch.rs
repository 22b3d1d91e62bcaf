//! How long a saved file takes until a real browser shows it.

use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Stdio};
use std::time::Duration;

use clx_browser::{
    Answer, Browser, BrowserOptions, Page, PageOptions, Reach, Requests, find_program,
};
use serde_json::json;

use crate::Figures;
use crate::command::clx;
use crate::course;
use crate::drawing::runtime;
use crate::timing::{now_ns, quantile_ms};

const N_NOTEBOOKS: usize = 20;
const N_EDITS: usize = 10;

/// Edits before those that are measured: caches and the browser are warm then.
const N_WARM_UP: usize = 2;

/// Between two looks at the page: without it, looking would take the time of a core.
const PAUSE: Duration = Duration::from_millis(3);

const TARGETS: &str = "\
<output-target name='all'><path>out</path>
<kinds><kind>code-along</kind><kind>completed</kind><kind>speaker</kind></kinds>
<formats><format>html</format><format>notebook</format><format>code</format></formats>
<languages><language>de</language><language>en</language></languages>
</output-target>";

const PAGE: &str = "all/En/Measured%20Course/Slides/Html/Completed/Part%200/01%20Part%200.html";

/// Measures edits of prose, from before the write until the page in a browser has the new text.
pub fn measure(below: &Path) -> Figures {
    let directory = tempfile::tempdir_in(below)?.keep();
    let spec = course::write(&directory, N_NOTEBOOKS, TARGETS, course::notebook)?;
    let source = directory.join("slides/module_100_all/topic_000_part0/slides_part0.py");
    let mut watch = Watch::start(&spec)?;
    let url = watch.line("Serving ")?.trim_start_matches("Serving ").to_owned();
    watch.line("watching")?;
    runtime()?.block_on(async {
        let page = open(&directory.join("browser"), &format!("{url}{PAGE}")).await?;
        let mut sample = Vec::new();
        let text = fs::read_to_string(&source)?;
        for edit in 0..N_WARM_UP + N_EDITS {
            let words = format!("A list has the length {edit}.");
            let edited = text.replacen("A list has a length.", &words, 1);
            let begin = now_ns();
            fs::write(&source, edited)?;
            shown(&page, &words).await;
            let took = now_ns() - begin;
            // The build is over, too, so that each edit finds clx at rest.
            watch.line("watching")?;
            if edit >= N_WARM_UP {
                sample.push(took);
            }
        }
        Ok(json!({
            "shown_ms": quantile_ms(&mut sample, 0.5),
            "shown_max_ms": quantile_ms(&mut sample, 1.0),
        }))
    })
}

/// A running `clx watch`, and what it prints.
struct Watch {
    child: Child,
    lines: Lines<BufReader<ChildStderr>>,
}

impl Watch {
    fn start(spec: &PathBuf) -> Result<Self, Box<dyn Error>> {
        let mut command = clx()?;
        command.arg("watch").arg(spec).args(["--port", "0", "--execute", "never"]);
        let mut child = command.stderr(Stdio::piped()).spawn()?;
        let stderr = child.stderr.take().ok_or("clx has no standard error")?;
        Ok(Self { child, lines: BufReader::new(stderr).lines() })
    }

    /// Waits for a line with a word.
    fn line(&mut self, word: &str) -> Result<String, Box<dyn Error>> {
        for line in &mut self.lines {
            let line = line?;
            if line.contains(word) {
                return Ok(line);
            }
        }
        Err(format!("clx ended before it said `{word}`").into())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // Nothing is lost with it.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

async fn open(base: &Path, url: &str) -> Result<Page, Box<dyn Error>> {
    let program = find_program(&std::env::var_os("PATH").unwrap_or_default());
    let options =
        BrowserOptions::new(program.ok_or("there is no Chromium in PATH")?, base.to_owned());
    let options = BrowserOptions { reach: Reach::Loopback, ..options };
    let requests = Requests::new(|_| Answer::Pass);
    let limit = Duration::from_secs(60);
    let page = Browser::launch(&options).await?.open_page(PageOptions { requests, limit }).await?;
    page.load(url).await?;
    Ok(page)
}

/// Waits until the page has these words; while it is loaded again, it has none.
async fn shown(page: &Page, words: &str) {
    let expression = format!("document.body.textContent.includes({})", json!(words));
    while page.evaluate(&expression).await.ok() != Some(true.into()) {
        tokio::time::sleep(PAUSE).await;
    }
}
