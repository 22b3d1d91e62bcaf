//! Prints the comparison and writes it to `docs/benchmarks.md`. Principal functions: [`table`],
//! [`write()`].

use std::fs;
use std::path::Path;

use clx_core::{Clock as _, SystemClock};

use super::row::Row;
use crate::error::TaskError;
use crate::run::Program;

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
    let compiler = Program::new(root, "rustc --version").read()?;
    let facts = [
        ("command", format!("`cargo xtask bench --rounds {rounds}`")),
        ("date", date(SystemClock.now().as_us())),
        ("machine", machine()),
        ("compiler", compiler.trim().to_owned()),
    ];
    let facts = facts.map(|(name, value)| format!("- {name}: {value}")).join("\n");
    let text = format!("{INTRODUCTION}\n{}\n\n{facts}\n", table(rows));
    crate::say(&format!("writing {PAGE}"));
    fs::write(&path, text).map_err(|source| TaskError::Io { path, source })
}

/// Names processor, memory and kernel, as far as the machine tells them.
fn machine() -> String {
    let field = |file: &str, name: &str| {
        let text = fs::read_to_string(file).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_once(':').map_or("unknown", |(_, value)| value.trim()).to_owned()
    };
    let n_processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let memory = field("/proc/meminfo", "MemTotal");
    let kilobytes: u64 = memory.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or_default();
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!(
        "{n_processors} processors ({}), {} GB of memory, Linux {}",
        field("/proc/cpuinfo", "model name"),
        kilobytes / 1_000_000,
        kernel.trim().split('-').next().unwrap_or_default(),
    )
}

/// Returns the day, in UTC, of a moment: `2026-08-04`.
fn date(us: i64) -> String {
    // Days from civil, backwards: eras of 400 years, years that begin in March.
    let days = us.div_euclid(86_400_000_000) + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, later) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    format!("{:04}-{month:02}-{day:02}", era * 400 + year + later)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (days, expected) in [
            (0, "1970-01-01"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (20_819, "2027-01-01"),
            (-1, "1969-12-31"),
        ] {
            assert_eq!(date(days * 86_400_000_000), expected);
        }
    }

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
