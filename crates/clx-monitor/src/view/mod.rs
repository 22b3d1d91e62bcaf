//! The model as a frame. Principal function: [`draw`].

mod footer;
mod header;
mod page;
mod panes;
mod table;
#[cfg(test)]
mod tests;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};

use crate::geometry::{self, LEAST};
use crate::model::{Model, Screen, Source};
use crate::snapshot::Tone;
use crate::theme::Theme;

/// Draws the whole screen.
pub(crate) fn draw(frame: &mut Frame<'_>, model: &Model, theme: Theme) {
    let area = frame.area();
    let size = (area.width, area.height);
    if size.0 < LEAST.0 || size.1 < LEAST.1 {
        return too_small(frame, size);
    }
    let bottom = Rect { y: area.height - 1, height: 1, ..area };
    match (&model.screen, &model.source) {
        (Screen::Page(shown), _) => page::draw(frame, rows(area, 0, area.height - 1), shown, theme),
        (Screen::Panes, source) => {
            let top = geometry::header(size);
            header::draw(frame, rows(area, 0, top), model, theme);
            let body = rows(area, top, area.height - 1 - top);
            match source {
                Source::Waits(why) => waits(frame, body, why, theme),
                Source::Open(snapshot) => panes::draw(frame, body, model, snapshot, theme),
            }
        }
    }
    footer::draw(frame, bottom, model, theme);
}

fn too_small(frame: &mut Frame<'_>, size: (u16, u16)) {
    let ((columns, lines), (width, height)) = (LEAST, size);
    let text = format!(
        "clx monitor needs {columns} columns and {lines} lines; this terminal has {width} and {height}"
    );
    frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: true }), frame.area());
}

fn waits(frame: &mut Frame<'_>, area: Rect, why: &str, theme: Theme) {
    let text = Span::styled(why.to_owned(), theme.style(Tone::Plain));
    let area =
        Rect { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 1 };
    frame.render_widget(Paragraph::new(Line::from(text)).wrap(Wrap { trim: true }), area);
}

/// Returns some lines of an area.
fn rows(area: Rect, from: u16, height: u16) -> Rect {
    Rect { y: area.y + from, height, ..area }
}

/// Draws a line with a title that goes over the whole width; a thick one where the keys go.
fn title(theme: Theme, columns: u16, title: &str, is_focused: bool) -> Line<'static> {
    let rule = if is_focused { "━" } else { "─" };
    let style = if is_focused { theme.focused() } else { theme.style(Tone::Plain) };
    let rest = usize::from(columns).saturating_sub(crate::page::width(title) + 4);
    let line = format!("{}{} {title} {}", rule, rule, rule.repeat(rest));
    Line::from(Span::styled(line, style))
}
