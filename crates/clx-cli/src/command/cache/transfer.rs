//! `clx cache export` and `clx cache import`.

use clx_store::{ArchiveError, ExportReport, Exported, ImportReport, Store};
use serde_json::json;

use super::counted;
use crate::args::ListFormat;
use crate::args::cache::{ExportArgs, ImportArgs};
use crate::command::failure::Failure;
use crate::command::with_causes;
use crate::display::{amount, stderr_line, stdout_line};
use crate::exit::Exit;

impl From<ArchiveError> for Failure {
    fn from(error: ArchiveError) -> Self {
        Self::environment(with_hint(&error))
    }
}

fn with_hint(error: &ArchiveError) -> String {
    let hint = error.hint().map(|hint| format!("\n  hint: {hint}")).unwrap_or_default();
    format!("{}{hint}", with_causes(error))
}

pub(super) fn export(store: &Store, args: &ExportArgs) -> Result<Exit, Failure> {
    let which = if args.only_current { Exported::Current } else { Exported::All };
    let ExportReport { n_results, n_blobs, bytes, n_left_out } =
        store.export(&args.target, which)?;
    match args.cache.format {
        ListFormat::Json => stdout_line(
            &json!({
                "results": n_results,
                "blobs": n_blobs,
                "bytes": bytes,
                "left_out": n_left_out,
                "path": args.target,
            })
            .to_string(),
        ),
        ListFormat::Table => {
            let left_out = match n_left_out {
                0 => String::new(),
                n => format!(" {} left out: damaged or unreadable.", counted(n, "result")),
            };
            stdout_line(&format!(
                "Exported {}, {} of blobs, to {}.{left_out}",
                counted(n_results, "result"),
                amount(bytes),
                args.target.display()
            ));
        }
    }
    Ok(Exit::Built)
}

pub(super) fn import(store: &Store, args: &ImportArgs) -> Result<Exit, Failure> {
    let mut report = ImportReport::default();
    let failed = store.import(&args.source, &mut report).err();
    match args.cache.format {
        ListFormat::Json => {
            let ImportReport { n_imported, n_known, n_differing, n_unreadable } = report;
            let error = failed
                .as_ref()
                .map(|error| json!({ "message": with_causes(error), "hint": error.hint() }));
            stdout_line(
                &json!({
                    "imported": n_imported,
                    "known": n_known,
                    "differing": n_differing,
                    "unreadable": n_unreadable,
                    "error": error,
                })
                .to_string(),
            );
        }
        ListFormat::Table if failed.is_some() && report == ImportReport::default() => {}
        ListFormat::Table => stdout_line(&summary(&report)),
    }
    match failed {
        None => Ok(Exit::Built),
        Some(error) => {
            stderr_line(&format!("error: {}", with_hint(&error)));
            Ok(Exit::Environment)
        }
    }
}

fn summary(report: &ImportReport) -> String {
    let ImportReport { n_imported, n_known, n_differing, n_unreadable } = *report;
    let rest = [
        (n_known, "known already"),
        (n_differing, "kept as they were made here, though they differ"),
        (n_unreadable, "of a later clx passed over"),
    ];
    let rest: String =
        rest.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!(", {n} {what}")).collect();
    format!("Imported {}{rest}.", counted(n_imported, "result"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summary_names_only_what_happened() {
        let report = ImportReport { n_imported: 1, ..ImportReport::default() };
        assert_eq!(summary(&report), "Imported 1 result.");
        let report = ImportReport { n_known: 2, ..ImportReport::default() };
        assert_eq!(summary(&report), "Imported 0 results, 2 known already.");
    }
}
