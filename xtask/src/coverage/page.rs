//! The page of covered lines, `docs/coverage.md`. Principal function: [`write()`].

use std::fs;
use std::path::Path;

use super::table::{Row, Table};
use crate::error::TaskError;
use crate::facts;

const PAGE: &str = "docs/coverage.md";

const INTRODUCTION: &str = "\
# Covered lines

Written by `cargo xtask coverage`; do not edit. It runs the whole test suite with programs that count, each test in a
process of its own, and tells how many lines with code were run at least once. The task fails if a crate is below its bar.

Programs that tests start count as well, such as `clx` itself, its workers and theirs. Counters lie in files that programs
have mapped, so what ran before a process was killed is in them.

Not counted are lines of tests (modules under `#[cfg(test)]`, folders `tests`, `clx-fuzz`, `clx-testkit`, `clx-tests`,
`xtask`), what runs in containers, whose images hold a `clx` of their own, and examples in documentation. Programs that are not
written in Rust, such as the kernel for C++ and scripts of pages, cannot be counted. Where no Docker engine answers, what
speaks to one is not run, and `clx-pool` misses its bar.

`cargo xtask coverage --missing clx-queue` prints the lines of a crate that the last run left out.
";

/// Writes the page, with machine, date and command; prints the table, too.
pub(super) fn write(root: &Path, table: &Table, command: &str) -> Result<(), TaskError> {
    let (path, rows) = (root.join(PAGE), text(table));
    crate::say(&format!("{rows}\nwriting {PAGE}"));
    let page = format!("{INTRODUCTION}\n{rows}\n{}\n", facts::lines(root, command)?);
    fs::write(&path, page).map_err(|source| TaskError::Io { path, source })
}

fn text(table: &Table) -> String {
    let head = "| crate | lines | run | % | bar |\n|---|---:|---:|---:|---:|\n";
    head.to_owned() + &table.rows.iter().map(row).collect::<String>()
}

fn row(Row { name, share, bar }: &Row) -> String {
    let bar = bar.map(|bar| bar.to_string()).unwrap_or_default();
    let (whole, tenth) = (share.thousandths() / 10, share.thousandths() % 10);
    format!("| {name} | {} | {} | {whole}.{tenth} | {bar} |\n", share.n_lines, share.n_run)
}

#[cfg(test)]
mod tests {
    use super::super::table::Share;
    use super::*;

    #[test]
    fn row_rounds_down() {
        let share = Share { n_run: 1999, n_lines: 2000 };
        let of = |bar| row(&Row { name: "clx-a".to_owned(), share, bar });
        assert_eq!(of(Some(90)), "| clx-a | 2000 | 1999 | 99.9 | 90 |\n");
        assert_eq!(of(None), "| clx-a | 2000 | 1999 | 99.9 |  |\n");
    }
}
