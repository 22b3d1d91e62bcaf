//! `clx targets`: a table or JSON.

use clx_course::TargetRow;

use crate::args::{ListArgs, ListFormat};
use crate::display::stdout_text;
use crate::exit::Exit;

pub(super) fn targets(args: &ListArgs) -> Exit {
    let course = match super::load_for_reading(&args.spec.spec, args.spec.data_dir.as_deref()) {
        Ok(course) => course,
        Err(exit) => return exit,
    };
    let rows = clx_course::targets(&course);
    match args.format {
        ListFormat::Table => stdout_text(&table(&rows)),
        ListFormat::Json => {
            let json = serde_json::json!({ "targets": rows });
            stdout_text(&format!("{json:#}\n"));
        }
    }
    Exit::Built
}

fn table(rows: &[TargetRow]) -> String {
    let mut lines = vec![["TARGET", "PATH", "LANGUAGES", "FORMATS", "KINDS"].map(str::to_owned)];
    lines.extend(rows.iter().map(|row| {
        [
            row.name.clone(),
            row.path.clone(),
            join(&row.languages),
            join(&row.formats),
            join(&row.kinds),
        ]
    }));
    let width = |column: usize| {
        lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..5).map(width).collect();
    let format_line = |line: &[String; 5]| {
        let cells: Vec<String> =
            line.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    lines.iter().map(format_line).collect()
}

fn join(items: &[impl ToString]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}
