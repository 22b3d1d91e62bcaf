//! How many lines of each crate were run, and how many must be. Principal type: [`Table`].

use std::ops::AddAssign;

use super::line::Lines;
use super::source::Sources;
use crate::error::TaskError;

/// Of a hundred lines, how many must be run at least.
const BARS: &[(&str, usize)] = &[
    ("clx-backend-sqlite", 85),
    ("clx-build", 85),
    ("clx-pool", 90),
    ("clx-queue", 90),
    ("clx-worker", 90),
    ("clx-worker-drawio", 80),
    ("clx-worker-notebook", 80),
    ("clx-worker-plantuml", 80),
];

/// The same for all crates together.
const BAR_OF_ALL: usize = 85;

/// Lines with code, and those that were run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) n_run: usize,
    pub(super) n_lines: usize,
}

impl Share {
    /// Returns the share in thousandths, rounded down: nothing is shown as 100 % that is not.
    pub(super) fn thousandths(self) -> usize {
        (self.n_run * 1000).checked_div(self.n_lines).unwrap_or(1000)
    }
}

impl AddAssign for Share {
    fn add_assign(&mut self, other: Self) {
        self.n_run += other.n_run;
        self.n_lines += other.n_lines;
    }
}

/// A crate, or all of them.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) share: Share,
    pub(super) bar: Option<usize>,
}

impl Row {
    fn is_missed(&self) -> bool {
        self.bar.is_some_and(|bar| self.share.thousandths() < bar * 10)
    }
}

/// A row for each crate, and one for all.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) rows: Vec<Row>,
}

impl Table {
    /// Counts lines.
    pub(super) fn new(lines: &Lines, sources: &Sources) -> Self {
        let share = |name: &str| {
            let mut share = Share::default();
            for source in sources.of(name) {
                for (_, is_run) in lines
                    .of(&source.path)
                    .into_iter()
                    .flatten()
                    .take_while(|(line, _)| **line <= source.n_lines)
                {
                    share += Share { n_run: usize::from(*is_run), n_lines: 1 };
                }
            }
            share
        };
        Self::of(sources.names().map(|name| (name.to_owned(), share(name))))
    }

    fn of(crates: impl Iterator<Item = (String, Share)>) -> Self {
        let mut all = Share::default();
        let bar = |name: &str| BARS.iter().find(|(of, _)| *of == name).map(|(_, bar)| *bar);
        let rows = crates.map(|(name, share)| {
            all += share;
            Row { bar: bar(&name), name, share }
        });
        let mut rows: Vec<_> = rows.collect();
        rows.push(Row { name: "all".to_owned(), share: all, bar: Some(BAR_OF_ALL) });
        Self { rows }
    }

    /// Fails if a bar is missed.
    pub(super) fn check(&self) -> Result<(), TaskError> {
        let missed = self.rows.iter().filter(|row| row.is_missed());
        let names: Vec<_> = missed.map(|row| row.name.clone()).collect();
        if names.is_empty() { Ok(()) } else { Err(TaskError::Coverage { names }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(n_run: usize) -> Table {
        let share = Share { n_run, n_lines: 1000 };
        let other = Share { n_run: 1000, n_lines: 1000 };
        Table::of([("clx-queue".to_owned(), share), ("clx-core".to_owned(), other)].into_iter())
    }

    #[test]
    fn crate_below_its_bar_is_named() {
        table(900).check().unwrap();
        let error = table(899).check().unwrap_err().to_string();
        assert!(error.contains("clx-queue") && !error.contains("all"), "{error}");
    }

    #[test]
    fn all_crates_together_have_a_bar() {
        let error = table(600).check().unwrap_err().to_string();
        assert!(error.contains("clx-queue, all"), "{error}");
    }
}
