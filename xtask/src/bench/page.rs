//! Prints the comparison and writes it to `docs/benchmarks.md`. Principal functions: [`table`],
//! [`write()`].

use std::fs;
use std::path::Path;

use super::row::Row;
use crate::error::TaskError;
use crate::facts;

const PAGE: &str = "docs/benchmarks.md";

const INTRODUCTION: &str = "\
# Benchmarks

Written by `cargo xtask bench`; do not edit. What counts are the ratios: clx and its peers took turns in one
run, and the medians of the rounds are compared. A ratio above 1 means that clx is better. Absolute figures
belong to this machine and this hour.

Jobs carry 400 bytes and do nothing. effectum runs with its database in WAL mode, as clx does; RabbitMQ with a
durable queue, persistent messages and publisher confirms, on loopback.

The page of 60 cells has prose, formulas, tables, highlighted code, outputs with colours and pictures; both sides are
warm, nbconvert renders its template `classic`. Executed notebooks have 21 small cells of Python each. Both sides use
the same kernel, which `clx setup kernels` installed, and two workers; the other side runs each notebook once, too, and
the clock includes the start of either program. Memory is the proportional set size (PSS) of the process, looked at
every 20 ms.

The PlantUML diagrams are small ones of sequences, classes, activities and states. clx draws them one after the other,
and the clock includes the start of its one Java; the other side starts Java with default options for each file, is
measured with 10 files and scaled to 50. The draw.io diagrams have four shapes and three edges; a first one, which
starts the browser, is not counted. Memory is that of the whole process group, while all are drawn once more.

The pool has one container for each kind of jobs. Its start is counted from that of `clx pool run` until all three
workers have registered; a death from `kill` until the pool says so. Memory is what the engine counts, without files
that were read.
";

/// Returns the comparison as a Markdown table that is readable on a terminal.
pub(super) fn table(rows: &[Row]) -> String {
    let head = ["measured", "clx", "other", "ratio", "bar", "passed"].map(str::to_owned);
    let cells: Vec<[String; 6]> = std::iter::once(head).chain(rows.iter().map(cells)).collect();
    let width = |column: usize| cells.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..6).map(|column| width(column).unwrap_or_default()).collect();
    let line = |row: &[String; 6]| {
        let padded = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        format!("| {} |", padded.collect::<Vec<_>>().join(" | "))
    };
    let rule = widths.iter().map(|width| "-".repeat(width + 2)).collect::<Vec<_>>().join("|");
    let mut lines = vec![line(&cells[0]), format!("|{rule}|")];
    lines.extend(cells[1..].iter().map(line));
    lines.join("\n")
}

fn cells(row: &Row) -> [String; 6] {
    let passed = match row.passed {
        Some(true) => "yes",
        Some(false) => "no",
        None => "",
    };
    [
        row.what.to_owned(),
        row.clx.clone(),
        row.other.clone(),
        row.ratio.clone(),
        row.target.clone(),
        passed.to_owned(),
    ]
}

/// Writes the page, with machine, date and command.
pub(super) fn write(root: &Path, rows: &[Row], rounds: u32) -> Result<(), TaskError> {
    let path = root.join(PAGE);
    let facts = facts::lines(root, &format!("cargo xtask bench --rounds {rounds}"))?;
    let text = format!("{INTRODUCTION}\n{}\n\n{facts}\n", table(rows));
    crate::say(&format!("writing {PAGE}"));
    fs::write(&path, text).map_err(|source| TaskError::Io { path, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_the_table_line_up() {
        let row = Row {
            what: "enqueue",
            clx: "3/s".to_owned(),
            other: "1/s".to_owned(),
            ratio: "3.00 x".to_owned(),
            target: String::new(),
            passed: Some(true),
        };
        let expected = "\
| measured | clx | other | ratio  | bar | passed |
|----------|-----|-------|--------|-----|--------|
| enqueue  | 3/s | 1/s   | 3.00 x |     | yes    |";
        assert_eq!(table(&[row]), expected);
    }
}
