//! `clx targets`: a table or JSON.

use clx_course::TargetRow;

use crate::args::{ListArgs, ListFormat};
use crate::display::{stdout_text, table};
use crate::exit::Exit;

pub(super) fn targets(args: &ListArgs) -> Exit {
    let course = match super::load_for_reading(&args.spec.spec, args.spec.data_dir.as_deref()) {
        Ok(course) => course,
        Err(exit) => return exit,
    };
    let rows = clx_course::targets(&course);
    match args.format {
        ListFormat::Table => {
            let headings = ["TARGET", "PATH", "LANGUAGES", "FORMATS", "KINDS"];
            let rows: Vec<_> = rows.iter().map(row).collect();
            stdout_text(&table(headings, &rows));
        }
        ListFormat::Json => {
            let json = serde_json::json!({ "targets": rows });
            stdout_text(&format!("{json:#}\n"));
        }
    }
    Exit::Built
}

fn row(row: &TargetRow) -> [String; 5] {
    [row.name.clone(), row.path.clone(), join(&row.languages), join(&row.formats), join(&row.kinds)]
}

fn join(items: &[impl ToString]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}
