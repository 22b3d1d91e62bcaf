//! The panes, each with its lines.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::table::{self, Column, Fit};
use super::{rows, title};
use crate::geometry;
use crate::model::{Model, Pane};
use crate::rows::{Row, empty};
use crate::snapshot::{Snapshot, Tone};
use crate::theme::Theme;

/// Columns before a line: the mark of the selected one.
const MARK: usize = 2;

const BUILDS: &[Column] = &[
    Column::new(Fit::Number, 1),
    Column::new(Fit::Path, 0),
    Column::new(Fit::Whole, 4),
    Column::new(Fit::Whole, 5),
    Column::new(Fit::Number, 0),
    Column::new(Fit::Whole, 0),
    Column::new(Fit::Whole, 2),
    Column::new(Fit::Number, 3),
];

const QUEUE: &[Column] = &[
    Column::new(Fit::Whole, 0),
    Column::new(Fit::Whole, 0),
    Column::new(Fit::Whole, 0),
    Column::new(Fit::Whole, 4),
    Column::new(Fit::Whole, 5),
    Column::new(Fit::Whole, 1),
    Column::new(Fit::Whole, 6),
    Column::new(Fit::Whole, 2),
    Column::new(Fit::Whole, 3),
    Column::new(Fit::Whole, 7),
];

const WORKERS: &[Column] = &[
    Column::new(Fit::Number, 2),
    Column::new(Fit::Whole, 3),
    Column::new(Fit::Path, 0),
    Column::new(Fit::Text, 0),
    Column::new(Fit::Number, 1),
];

const FAILURES: &[Column] = &[
    Column::new(Fit::Number, 2),
    Column::new(Fit::Whole, 3),
    Column::new(Fit::Path, 0),
    Column::new(Fit::Text, 0),
    Column::new(Fit::Number, 1),
];

const LOG: &[Column] = &[Column::new(Fit::Number, 1), Column::new(Fit::Text, 0)];

const fn columns(pane: Pane) -> &'static [Column] {
    match pane {
        Pane::Builds => BUILDS,
        Pane::Queue => QUEUE,
        Pane::Workers => WORKERS,
        Pane::Failures => FAILURES,
        Pane::Log => LOG,
    }
}

pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    model: &Model,
    snapshot: &Snapshot,
    theme: Theme,
) {
    let all = Pane::ALL.map(|pane| model.rows(pane));
    let mut wanted = all.each_ref().map(Vec::len);
    // One line for each worker, busy or not, so that the panes below stay where they are.
    let workers: u64 = snapshot.overview.kinds.iter().map(|kind| kind.total).sum();
    wanted[Pane::Workers as usize] =
        wanted[Pane::Workers as usize].max(usize::try_from(workers).unwrap_or(usize::MAX));
    let mut top = 0;
    let size = (frame.area().width, frame.area().height);
    for (pane, height) in geometry::panes(size, model.focus, wanted) {
        let shown = &all[pane as usize];
        let is_focused = pane == model.focus;
        let heading = title(theme, area.width, &heading(pane, shown.len(), snapshot), is_focused);
        frame.render_widget(heading, rows(area, top, 1));
        lines(frame, rows(area, top + 1, height), model, pane, shown, theme);
        if shown.is_empty() {
            let why = if model.filter.is_empty() {
                empty(snapshot, pane)
            } else {
                format!("no line with `{}`; Esc shows all", model.filter)
            };
            let why = table::cut_right(&why, usize::from(area.width) - MARK);
            let line = Line::from(Span::styled(format!("  {why}"), theme.style(Tone::Dim)));
            frame.render_widget(line, rows(area, top + 1, 1));
        }
        top += height + 1;
    }
}

/// Names a pane, with its number for the keys and how many lines it has.
fn heading(pane: Pane, n_lines: usize, snapshot: &Snapshot) -> String {
    let number = pane as usize + 1;
    let count = if n_lines == 0 { String::new() } else { format!(" ({n_lines})") };
    let hint =
        if pane == Pane::Log && snapshot.has_worker_logs { ", l: logs of workers" } else { "" };
    format!("{number} {}{count}{hint}", pane.title())
}

fn lines(
    frame: &mut Frame<'_>,
    area: Rect,
    model: &Model,
    pane: Pane,
    shown: &[Row],
    theme: Theme,
) {
    let columns = columns(pane);
    let widths = table::fit(columns, shown, usize::from(area.width).saturating_sub(MARK));
    let selected = model.position(pane, shown);
    let height = usize::from(area.height);
    let first = (selected + 1).saturating_sub(height);
    for (n, row) in shown.iter().enumerate().skip(first).take(height) {
        let is_selected = pane == model.focus && n == selected;
        let mut spans = vec![Span::raw(if is_selected { "> " } else { "  " })];
        for ((cell, column), &width) in row.cells.iter().zip(columns).zip(&widths) {
            if width > 0 {
                let text = table::write(cell, *column, width);
                spans.push(Span::styled(text, theme.style(cell.tone)));
                spans.push(Span::raw("  "));
            }
        }
        let mut line = Line::from(spans);
        if is_selected {
            line = line.patch_style(theme.selected());
        }
        let place = u16::try_from(n - first).unwrap_or(u16::MAX);
        frame.render_widget(line, rows(area, place, 1));
    }
}
