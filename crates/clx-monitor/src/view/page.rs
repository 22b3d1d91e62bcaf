//! A page: its title, and as many of its lines as fit.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{rows, title};
use crate::geometry::page_room;
use crate::page::Page;
use crate::theme::Theme;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, page: &Page, theme: Theme) {
    let size = (frame.area().width, frame.area().height);
    let (columns, height) = page_room(size);
    let lines = page.wrapped(columns);
    let first = page.scroll.min(lines.len().saturating_sub(height));
    let last = lines.len().min(first + height);
    let place = if lines.len() > height {
        format!(", lines {} to {last} of {}", first + 1, lines.len())
    } else {
        String::new()
    };
    let heading = title(theme, area.width, &format!("{}{place}", page.title), true);
    frame.render_widget(heading, rows(area, 0, 1));
    for (n, line) in (1..).zip(&lines[first..last]) {
        let text = format!("{} {}", " ".repeat(line.indent), line.text);
        let line = Line::from(Span::styled(text, theme.style(line.tone)));
        frame.render_widget(line, rows(area, n, 1));
    }
}
