//! The last line: a question, what was done last, or the keys.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::table::{cut_left, cut_right};
use crate::model::{Cancel, Model, Prompt, Screen, Source};
use crate::page::width;
use crate::rows::build_name;
use crate::snapshot::{Snapshot, Tone};
use crate::theme::Theme;

/// Keys of the panes, from the most words to the fewest.
const PANES: [&str; 3] = [
    "Tab pane  Enter details  c cancel  r retry  / filter  p pause  ? help  q quit",
    "Tab pane  Enter details  ? help  q quit",
    "Tab pane  ? help  q quit",
];

/// Keys while there is no queue.
const WAITING: &str = "? help  q quit";

/// Keys of pages.
const PAGE: [&str; 3] = [
    "Esc back  ↓↑ PgDn PgUp scroll  c cancel  r retry  ? help  q quit",
    "Esc back  ↓↑ scroll  q quit",
    "Esc back",
];

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, model: &Model, theme: Theme) {
    let room = usize::from(area.width).saturating_sub(2);
    let (text, tone) = match (&model.prompt, &model.notice) {
        (Some(Prompt::Cancel(cancel)), _) => (question(model, *cancel, room), Tone::Doubtful),
        (Some(Prompt::Filter), _) => {
            (format!("filter: {}_", cut_left(&model.filter, room - 9)), Tone::Strong)
        }
        (None, Some(notice)) => (cut_right(notice, room), Tone::Strong),
        (None, None) => (keys(model, room).to_owned(), Tone::Dim),
    };
    frame.render_widget(Line::from(Span::styled(format!(" {text}"), theme.style(tone))), area);
}

fn keys(model: &Model, room: usize) -> &'static str {
    let choice = match (&model.screen, &model.source) {
        (Screen::Panes, Source::Waits(_)) => return WAITING,
        (Screen::Panes, Source::Open(_)) => PANES,
        (Screen::Page(_), _) => PAGE,
    };
    choice.into_iter().find(|keys| width(keys) <= room).unwrap_or(choice[2])
}

/// Asks whether to cancel, naming what.
fn question(model: &Model, cancel: Cancel, room: usize) -> String {
    let (what, name) = match cancel {
        Cancel::Job(job) => {
            (format!("cancel job {job}"), model.snapshot().and_then(|known| label(known, job)))
        }
        Cancel::Build(id) => {
            let builds = model.snapshot().map(|known| known.builds.as_slice()).unwrap_or_default();
            let build = builds.iter().find(|build| build.id == id).map(build_name);
            (format!("cancel all jobs of build {id}"), build)
        }
    };
    let left = room.saturating_sub(width(&what) + "? y/n, ".len());
    let name = name.filter(|_| left > 8).map(|name| format!(", {}", cut_left(&name, left)));
    format!("{what}{}? y/n", name.unwrap_or_default())
}

/// Returns what people call a job that is on the screen.
fn label(snapshot: &Snapshot, job: clx_queue::JobId) -> Option<String> {
    let mut workers = snapshot.overview.kinds.iter().flat_map(|kind| &kind.busy_workers);
    let running = workers.find(|worker| worker.job_id == job).map(|worker| &worker.document);
    let failed = || {
        let found = snapshot.failures.iter().find(|failure| failure.job.id == job);
        found.map(|failure| &failure.job.label)
    };
    running.or_else(failed).map(|label| crate::words::printable(label))
}
