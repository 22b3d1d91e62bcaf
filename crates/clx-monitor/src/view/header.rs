//! The first lines: how the queue is, and how much is done.

use clx_queue::Minute;
use clx_status::Health;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Sparkline;

use super::rows;
use super::table::{cut_left, cut_right};
use crate::model::{Model, Source};
use crate::page::width;
use crate::snapshot::{Snapshot, Tone};
use crate::theme::Theme;

/// Minutes that the sparkline shows at most.
const MINUTES: usize = 30;

/// Microseconds of a minute.
const MINUTE_US: i64 = 60 * 1_000_000;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, model: &Model, theme: Theme) {
    frame.render_widget(state(model, usize::from(area.width), theme), rows(area, 0, 1));
    let Some(snapshot) = model.snapshot() else { return };
    sums(frame, rows(area, 1, 1), snapshot, theme);
    let overview = &snapshot.overview;
    let mut findings = overview.errors.iter().chain(&overview.warnings);
    if let Some(first) = findings.next().filter(|_| area.height > 2) {
        let more = match findings.count() {
            0 => String::new(),
            n => format!(" (w: and {n} more)"),
        };
        let room = usize::from(area.width).saturating_sub(width(&more) + 2);
        let tone = if overview.errors.is_empty() { Tone::Doubtful } else { Tone::Bad };
        let text = format!(" {}{more}", cut_right(first, room));
        frame.render_widget(Line::from(Span::styled(text, theme.style(tone))), rows(area, 2, 1));
    }
}

/// Tells whose queue it is, how it is, and what is not as usual about the display.
fn state(model: &Model, columns: usize, theme: Theme) -> Line<'static> {
    let (word, tone) = match &model.source {
        Source::Waits(_) => ("waiting", Tone::Doubtful),
        Source::Open(snapshot) => match snapshot.overview.status {
            Health::Healthy => ("healthy", Tone::Good),
            Health::Warning => ("warning", Tone::Doubtful),
            Health::Error => ("error", Tone::Bad),
        },
    };
    let filter = match model.filter.as_str() {
        "" => String::new(),
        text => format!("  filter `{}`", cut_right(text, 12)),
    };
    let marks = filter + if model.is_paused { "  PAUSED" } else { "" };
    let name = " clx monitor  ";
    let room = columns.saturating_sub(width(name) + width(word) + width(&marks) + 3);
    Line::from(vec![
        Span::styled(name, theme.style(Tone::Strong)),
        Span::styled(word, theme.style(tone)),
        Span::raw("  "),
        Span::styled(cut_left(&model.place, room), theme.style(Tone::Dim)),
        Span::styled(marks, theme.style(Tone::Doubtful)),
    ])
}

/// Tells workers, what waits, what the last hour brought; beside it what ended in each minute.
fn sums(frame: &mut Frame<'_>, area: Rect, snapshot: &Snapshot, theme: Theme) {
    let overview = &snapshot.overview;
    let busy: u64 = overview.kinds.iter().map(|kind| kind.busy).sum();
    let workers: u64 = overview.kinds.iter().map(|kind| kind.total).sum();
    let waiting = overview.queue.pending;
    let (done, failed) = (overview.queue.completed_last_hour, overview.queue.failed_last_hour);
    let columns = usize::from(area.width);
    let failures = format!("{failed} failed");
    let texts = [
        format!(" {busy}/{workers} workers busy, {waiting} waiting; last hour {done} done, "),
        format!(" {busy}/{workers} busy, {waiting} wait, {done} done, "),
    ];
    let fits = |text: &String| width(text) + width(&failures) <= columns;
    let shortest = format!(" {busy} busy, {waiting} wait, ");
    let text = texts.into_iter().find(fits).unwrap_or(shortest);
    let tone = if failed > 0 { Tone::Bad } else { Tone::Plain };
    let used = width(&text) + width(&failures);
    let line = Line::from(vec![Span::raw(text), Span::styled(failures, theme.style(tone))]);
    frame.render_widget(line, area);

    let minutes = by_minute(&overview.minutes, snapshot.read.as_us());
    let rate = format!(" {}/min ", minutes[MINUTES - 2]);
    let room = columns.saturating_sub(used + 2 + width(&rate));
    let shown = room.min(MINUTES);
    if shown < 5 || minutes.iter().all(|n| *n == 0) {
        return;
    }
    let fit = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    let chart = Rect { x: fit(used + 2), width: fit(shown), ..area };
    let line =
        Sparkline::default().data(&minutes[MINUTES - shown..]).style(theme.style(Tone::Good));
    frame.render_widget(line, chart);
    let beside = Rect { x: chart.x + chart.width, width: fit(width(&rate)), ..area };
    frame.render_widget(Line::raw(rate), beside);
}

/// Counts what ended in each of the last minutes, the present one last.
fn by_minute(minutes: &[Minute], now_us: i64) -> [u64; MINUTES] {
    let mut counts = [0; MINUTES];
    for minute in minutes {
        let ago = now_us.div_euclid(MINUTE_US) - minute.start.as_us().div_euclid(MINUTE_US);
        let place = usize::try_from(ago).ok().and_then(|ago| (MINUTES - 1).checked_sub(ago));
        if let Some(place) = place {
            counts[place] += minute.n;
        }
    }
    counts
}
