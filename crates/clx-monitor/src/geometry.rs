//! What goes where on a terminal of some size.

use crate::model::Pane;

/// Columns and lines below which nothing useful can be shown.
pub(crate) const LEAST: (u16, u16) = (40, 10);

/// Lines below which only the pane with the keys is shown.
const ALL_PANES: u16 = 18;

/// Lines from which there is one for warnings, also if there are none.
const WITH_WARNING: u16 = 20;

/// Returns the lines above the panes.
pub(crate) const fn header(size: (u16, u16)) -> u16 {
    if size.1 < WITH_WARNING { 2 } else { 3 }
}

/// Returns columns and lines for the text of a page: all but its title and the last line.
pub(crate) fn page_room(size: (u16, u16)) -> (usize, usize) {
    (usize::from(size.0.saturating_sub(2)), usize::from(size.1.saturating_sub(2)))
}

/// Returns the panes that are shown, each with its lines, without those for titles. `wanted` are those
/// that each would like, in the order of [`Pane::ALL`].
pub(crate) fn panes(size: (u16, u16), focus: Pane, wanted: [usize; 5]) -> Vec<(Pane, u16)> {
    let room = size.1.saturating_sub(header(size) + 1);
    if size.1 < ALL_PANES {
        return vec![(focus, room.saturating_sub(1))];
    }
    let mut lines = [1; 5];
    let mut left = room.saturating_sub(10);
    while left > 0 {
        // Who lacks most of what it wants is next; what nobody wants is for the log, the last one.
        let lacks = |n: &usize| wanted[*n].saturating_sub(usize::from(lines[*n]));
        let next = (0..4).filter(|n| lacks(n) > 0).min_by_key(|n| lines[*n]);
        let log_is_next = next.is_none_or(|next| lines[4] < lines[next]);
        lines[if log_is_next { 4 } else { next.unwrap_or(4) }] += 1;
        left -= 1;
    }
    Pane::ALL.into_iter().zip(lines).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(size: (u16, u16), wanted: [usize; 5]) -> Vec<u16> {
        panes(size, Pane::Queue, wanted).into_iter().map(|(_, lines)| lines).collect()
    }

    #[test]
    fn panes_share_the_lines_by_need() {
        assert_eq!(lines((80, 24), [1, 2, 2, 1, 99]), [1, 2, 2, 1, 9]);
        assert_eq!(lines((80, 24), [9, 9, 9, 9, 99]), [3, 3, 3, 3, 3]);
        assert_eq!(lines((80, 24), [9, 1, 1, 1, 99]), [6, 1, 1, 1, 6]);
        assert_eq!(lines((80, 18), [9, 9, 9, 9, 99]), [2, 2, 2, 2, 2]);
    }

    #[test]
    fn low_terminal_shows_the_pane_with_the_keys() {
        assert_eq!(panes((40, 10), Pane::Workers, [9; 5]), [(Pane::Workers, 6)]);
    }

    #[test]
    fn all_lines_are_used() {
        for height in 10..60 {
            let size = (80, height);
            let shown = panes(size, Pane::Log, [3, 2, 8, 1, 30]);
            let used: u16 = shown.iter().map(|(_, lines)| lines + 1).sum();
            assert_eq!(used + header(size) + 1, height);
        }
    }
}
