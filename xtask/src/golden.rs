//! `cargo xtask golden`: compares the notebook processor with recorded outputs.
//!
//! A file holds one JSON object a line: a source, a variant, and the expected text or error.
//! Notebooks are compared after normalising, scripts byte by byte.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clx_core::{LanguageProfile, OutputFormat, OutputKind, ProgLang};
use clx_notebook::{Branding, NotebookRenderer, Variant};
use flate2::read::GzDecoder;
use serde_json::Value;

use crate::error::TaskError;

mod normalise;

/// The group of sources that use Jinja as only Python's engine can; reported, never required.
const NOT_REQUIRED: &str = "jinja-pyisms";

/// Arguments of `cargo xtask golden`.
#[derive(Debug, clap::Args)]
pub(crate) struct Golden {
    /// File of cases, `.jsonl` or `.jsonl.gz`
    file: PathBuf,
    /// Number of differences that are shown in full
    #[arg(long, default_value_t = 3)]
    show: usize,
    /// Compare the cases of this group only
    #[arg(long)]
    group: Option<String>,
}

/// A row that differs.
struct Difference {
    title: String,
    diff: String,
}

#[derive(Default)]
struct Count {
    rows: usize,
    different: usize,
}

/// Compares all rows and prints the counts.
pub(crate) fn run(args: &Golden) -> Result<(), TaskError> {
    let text = read(&args.file)?;
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    let mut shown = 0;
    let mut source = Source::default();
    for (number, line) in text.lines().enumerate() {
        let row: Value = serde_json::from_str(line).map_err(|error| TaskError::Row {
            file: args.file.clone(),
            line: number + 1,
            source: error,
        })?;
        let group = text_of(&row, "group");
        if args.group.as_deref().is_some_and(|wanted| wanted != group) {
            continue;
        }
        let count = counts.entry(group.to_owned()).or_default();
        count.rows += 1;
        if let Some(difference) = source.compare(&row) {
            count.different += 1;
            if shown < args.show {
                shown += 1;
                crate::say(&format!("--- {}\n{}", difference.title, difference.diff));
            }
        }
    }
    report(&counts)
}

fn report(counts: &BTreeMap<String, Count>) -> Result<(), TaskError> {
    let mut failed = 0;
    let mut rows = 0;
    for (group, count) in counts {
        let required = group != NOT_REQUIRED;
        let equal = count.rows - count.different;
        let note = if required { "" } else { "  (not required, does not fail the run)" };
        crate::say(&format!("{group:<18} {equal:>5} of {:>5} equal{note}", count.rows));
        if required {
            failed += count.different;
            rows += count.rows;
        }
    }
    crate::say(&format!("{:<18} {:>5} of {rows:>5} equal", "required", rows - failed));
    if failed == 0 { Ok(()) } else { Err(TaskError::Golden { different: failed }) }
}

fn read(file: &Path) -> Result<String, TaskError> {
    let at = |source| TaskError::Io { path: file.to_owned(), source };
    let bytes = fs::read(file).map_err(at)?;
    let mut text = String::new();
    if file.extension().is_some_and(|extension| extension == "gz") {
        GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).map_err(at)?;
    } else {
        bytes.as_slice().read_to_string(&mut text).map_err(at)?;
    }
    Ok(text)
}

fn text_of<'r>(row: &'r Value, key: &str) -> &'r str {
    row[key].as_str().unwrap_or_default()
}

/// The source of the last row; the rows of one source stand together and share its renderer.
#[derive(Default)]
struct Source {
    case: String,
    renderer: Option<NotebookRenderer>,
}

impl Source {
    fn compare(&mut self, row: &Value) -> Option<Difference> {
        let actual = self.render(row);
        let expected = row.get("expected_clx").or_else(|| row.get("expected"));
        let expected = expected.and_then(Value::as_str);
        let diff = match (expected, actual) {
            (None, Err(_)) => return None,
            (Some(expected), Ok(actual)) if actual == expected => return None,
            (None, Ok(actual)) => {
                format!("expected the error {}, got:\n{actual}", text_of(row, "error"))
            }
            (Some(_), Err(message)) => format!("unexpected error: {message}"),
            (Some(expected), Ok(actual)) => line_diff(expected, &actual),
        };
        let variant = ["case", "language", "kind", "format"].map(|key| text_of(row, key)).join(" ");
        let title = format!("{variant}\n{}", text_of(row, "source"));
        Some(Difference { title, diff })
    }

    /// Renders a row; notebooks come back normalised.
    fn render(&mut self, row: &Value) -> Result<String, String> {
        let prog_lang = text_of(row, "prog_lang").parse::<ProgLang>().map_err(|e| e.to_string())?;
        let variant = variant(row)?;
        let case = text_of(row, "case");
        if self.case != case || self.renderer.is_none() {
            case.clone_into(&mut self.case);
            self.renderer = None;
        }
        let renderer = self.renderer.get_or_insert_with(|| {
            let file =
                Path::new(case).with_extension(prog_lang.extension().trim_start_matches('.'));
            NotebookRenderer::new(&file, text_of(row, "source"), prog_lang, &Branding::default())
        });
        let rendered = renderer.render(&variant).map_err(|problem| problem.to_string())?;
        match variant.format {
            OutputFormat::Notebook => Ok(normalise::notebook(&rendered.text)),
            OutputFormat::Code | OutputFormat::Html => Ok(rendered.text),
        }
    }
}

fn variant(row: &Value) -> Result<Variant, String> {
    let name = text_of(row, "kind");
    let kind = OutputKind::predefined().into_iter().find(|kind| kind.name == name);
    let language = text_of(row, "language").parse().map_err(|e| format!("{e}"))?;
    Ok(Variant {
        language: LanguageProfile::predefined(language),
        kind: kind.ok_or_else(|| format!("unknown kind `{name}`"))?,
        format: text_of(row, "format").parse().map_err(|e| format!("{e}"))?,
        img_prefix: text_of(row, "img_path_prefix").to_owned(),
    })
}

/// Shows the lines that differ, with up to two equal lines around them.
fn line_diff(expected: &str, actual: &str) -> String {
    let expected: Vec<&str> = expected.split('\n').collect();
    let actual: Vec<&str> = actual.split('\n').collect();
    let same = |(a, b): &(&&str, &&str)| a == b;
    let head = expected.iter().zip(&actual).take_while(same).count();
    let rest = expected.len().min(actual.len()) - head;
    let tail = expected.iter().rev().zip(actual.iter().rev()).take_while(same).count().min(rest);
    let context = head.saturating_sub(2)..head;
    let mut lines = vec![format!("@@ line {}", head + 1)];
    lines.extend(expected[context].iter().map(|line| format!("  {line:?}")));
    let changed = |lines: &[&str], sign: char| -> Vec<String> {
        let end = lines.len() - tail;
        lines[head..end].iter().map(|line| format!("{sign} {line:?}")).collect()
    };
    lines.extend(changed(&expected, '-'));
    lines.extend(changed(&actual, '+'));
    lines.join("\n")
}
