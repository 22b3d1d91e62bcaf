//! Reads `/proc/<pid>/stat`. Principal type: [`ProcStat`].

use std::fs;

/// What clx needs to know of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ProcStat {
    /// Process group, field 5.
    pub(crate) group: u32,
    /// Start in clock ticks since the machine was started, field 22.
    pub(crate) start: u64,
    /// Ended, but not yet waited for by its parent.
    pub(crate) is_zombie: bool,
}

impl ProcStat {
    /// Returns `None` if there is no such process.
    pub(crate) fn of(pid: u32) -> Option<Self> {
        Self::parse(&fs::read(format!("/proc/{pid}/stat")).ok()?)
    }

    fn parse(line: &[u8]) -> Option<Self> {
        // The name in parentheses may contain blanks, parentheses and any other byte.
        let end_of_name = line.iter().rposition(|&byte| byte == b')')?;
        let rest = std::str::from_utf8(&line[end_of_name + 1..]).ok()?;
        let mut fields = rest.split_ascii_whitespace();
        let state = fields.next()?;
        let group = fields.nth(1)?.parse().ok()?;
        let start = fields.nth(16)?.parse().ok()?;
        Some(Self { group, start, is_zombie: matches!(state, "Z" | "X" | "x") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_with_parentheses_does_not_shift_the_fields() {
        let line = b"7 (a) Z 1 2 (b)) S 1 5 6 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 12345 9 9 9";
        let expected = ProcStat { group: 5, start: 12345, is_zombie: false };
        assert_eq!(ProcStat::parse(line), Some(expected));
    }

    #[test]
    fn cut_line_is_no_process() {
        assert_eq!(ProcStat::parse(b"7 (sh) S 1 5"), None);
        assert_eq!(ProcStat::parse(b""), None);
    }
}
