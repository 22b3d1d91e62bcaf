//! Columns that fit the terminal. Principal function: [`fit`].

use crate::page::{fitting, width};
use crate::rows::{Cell, Row};

/// Blanks between columns.
const GAP: usize = 2;

/// Columns that a text keeps before another column is dropped for it.
const LEAST: usize = 28;

/// How a column uses its room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// As wide as its widest text; never cut.
    Whole,
    /// The same, at the right edge of its room.
    Number,
    /// What is left; cut at the left, where a path tells least.
    Path,
    /// What is left; cut at the right.
    Text,
}

/// A column of a pane.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    /// How it uses its room.
    pub(super) fit: Fit,
    /// Which goes first where room lacks: the highest. Those with 0 stay.
    pub(super) rank: u8,
}

impl Column {
    pub(super) const fn new(fit: Fit, rank: u8) -> Self {
        Self { fit, rank }
    }

    const fn is_elastic(self) -> bool {
        matches!(self.fit, Fit::Path | Fit::Text)
    }
}

/// Returns the width of each column for some rows in a room; columns of width 0 are not shown.
pub(super) fn fit(columns: &[Column], rows: &[Row], room: usize) -> Vec<usize> {
    let natural = |n: usize| rows.iter().map(|row| width(&row.cells[n].text)).max().unwrap_or(0);
    let mut widths: Vec<usize> = (0..columns.len()).map(natural).collect();
    let needs = |widths: &[usize]| {
        let shown = columns.iter().zip(widths).filter(|(_, width)| **width > 0);
        let least = |(column, width): (&Column, &usize)| {
            GAP + if column.is_elastic() { (*width).min(LEAST) } else { *width }
        };
        shown.map(least).sum::<usize>().saturating_sub(GAP)
    };
    while needs(&widths) > room {
        let shown = (0..columns.len()).filter(|n| widths[*n] > 0 && columns[*n].rank > 0);
        let Some(dropped) = shown.max_by_key(|n| columns[*n].rank) else { break };
        widths[dropped] = 0;
    }
    share(columns, &mut widths, room);
    widths
}

/// Gives what the other columns leave to the elastic ones: to each what it needs, or else its part.
fn share(columns: &[Column], widths: &mut [usize], room: usize) {
    let shown = widths.iter().filter(|width| **width > 0).count();
    let is_elastic = |n: &usize| columns[*n].is_elastic() && widths[*n] > 0;
    let mut elastic: Vec<usize> = (0..columns.len()).filter(is_elastic).collect();
    let taken: usize =
        (0..columns.len()).filter(|n| !columns[*n].is_elastic()).map(|n| widths[n]).sum();
    let mut left = room.saturating_sub(taken + GAP * shown.saturating_sub(1));
    // The one that needs least first: what it leaves is for the others.
    elastic.sort_by_key(|n| widths[*n]);
    for (n, &column) in elastic.iter().enumerate() {
        widths[column] = widths[column].min(left / (elastic.len() - n));
        left -= widths[column];
    }
}

/// Writes a cell into a column.
pub(super) fn write(cell: &Cell, column: Column, columns: usize) -> String {
    let text = match column.fit {
        Fit::Whole | Fit::Number => cell.text.clone(),
        Fit::Path => cut_left(&cell.text, columns),
        Fit::Text => cut_right(&cell.text, columns),
    };
    let blanks = " ".repeat(columns.saturating_sub(width(&text)));
    if column.fit == Fit::Number { format!("{blanks}{text}") } else { format!("{text}{blanks}") }
}

/// Shortens a text at its end.
pub(super) fn cut_right(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let end = if columns < 2 { 0 } else { fitting(text, columns - 1) };
    format!("{}…", &text[..end])
}

/// Shortens a text at its beginning.
pub(super) fn cut_left(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let room = columns.saturating_sub(1);
    let begin = text.char_indices().map(|(at, _)| at).find(|at| width(&text[*at..]) <= room);
    format!("…{}", begin.map_or("", |begin| &text[begin..]))
}

#[cfg(test)]
mod tests {
    use clx_queue::JobId;

    use super::*;
    use crate::snapshot::{Target, Tone};

    const COLUMNS: [Column; 4] = [
        Column::new(Fit::Whole, 2),
        Column::new(Fit::Path, 0),
        Column::new(Fit::Text, 0),
        Column::new(Fit::Number, 1),
    ];

    fn widths(texts: [&str; 4], room: usize) -> Vec<usize> {
        let cells = texts.map(|text| Cell { text: text.to_owned(), tone: Tone::Plain }).into();
        fit(&COLUMNS, &[Row { target: Target::Job(JobId(1)), cells }], room)
    }

    #[test]
    fn columns_go_before_texts_are_cut_short() {
        let texts = ["w12", "slides/module_1/slides_a.py", "cell 3 of 9, 12 s: working", "12 s"];
        assert_eq!(widths(texts, 80), [3, 27, 26, 4], "all fit");
        assert_eq!(widths(texts, 60), [0, 27, 26, 0]);
        assert_eq!(widths(texts, 40), [0, 19, 19, 0], "those that stay are cut");
        assert_eq!(widths(texts, 20), [0, 9, 9, 0]);
    }

    #[test]
    fn short_text_leaves_its_room_and_empty_column_takes_none() {
        assert_eq!(widths(["", &"p".repeat(50), "short", "1 s"], 40), [0, 28, 5, 3]);
    }

    #[test]
    fn cut_texts_say_so() {
        assert_eq!(cut_left("slides/a.py", 6), "…/a.py");
        assert_eq!(cut_right("a message", 5), "a me…");
        assert_eq!(cut_left("漢字漢字", 4), "…字");
        assert_eq!(cut_right("漢字漢字", 4), "漢…");
        assert_eq!((cut_left("ab", 1), cut_right("ab", 1)), ("…".into(), "…".into()));
    }
}
