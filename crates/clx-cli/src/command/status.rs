//! `clx status`: how builds are going.

use std::fs::Metadata;
use std::time::UNIX_EPOCH;

use clx_backend_sqlite::is_dead;
use clx_queue::SqliteQueue;
use clx_status::{Health, Overview};
use serde_json::{Value, json};

use super::failure::Failure;
use super::queue_file::{QueueFile, now};
use crate::args::StatusArgs;
use crate::args::queue::StatusFormat;
use crate::display::{Parts, Style, amount, compact, status_table, stdout_line, stdout_text};
use crate::exit::Exit;

pub(super) fn run(args: &StatusArgs) -> Exit {
    let file = match QueueFile::find(&args.state) {
        Ok(file) => file,
        Err(exit) => return exit,
    };
    let looked = file.open().and_then(|queue| look(&queue, args).map_err(Failure::from));
    match looked {
        Ok(health) => exit_of(health),
        Err(failure) if args.format == StatusFormat::Json => {
            stdout_line(&unreadable(&file, &failure.message).to_string());
            exit_of(Health::Error)
        }
        Err(failure) => {
            failure.print();
            exit_of(Health::Error)
        }
    }
}

/// The statuses of this command, which scripts of the predecessor know.
fn exit_of(health: Health) -> Exit {
    match health {
        Health::Healthy => Exit::Built,
        Health::Warning => Exit::SomeFailed,
        Health::Error => Exit::Usage,
    }
}

fn look(queue: &SqliteQueue, args: &StatusArgs) -> Result<Health, clx_queue::QueueError> {
    let overview = Overview::read(queue, now(), &is_dead)?;
    match args.format {
        StatusFormat::Table => {
            let parts = Parts { workers: !args.jobs, jobs: !args.workers };
            let sizes = queue.file_sizes();
            let size = amount(sizes.database + sizes.wal);
            let place = format!("{} ({size})", queue.path().display());
            let style = Style::for_stdout(args.no_color);
            stdout_text(&status_table(&overview, &place, parts, style));
        }
        StatusFormat::Json => stdout_line(&report(&overview, queue).to_string()),
        StatusFormat::Compact => stdout_line(&compact(&overview)),
    }
    Ok(overview.status)
}

fn report(overview: &Overview, queue: &SqliteQueue) -> Value {
    let mut report = serde_json::to_value(overview).unwrap_or_default();
    let sizes = queue.file_sizes();
    report["database"] = json!({
        "path": queue.path(),
        "accessible": true,
        "exists": true,
        "size_bytes": sizes.database + sizes.wal,
        "last_modified": std::fs::metadata(queue.path()).ok().and_then(|file| modified(&file)),
        "error_message": null,
    });
    report
}

fn unreadable(file: &QueueFile, message: &str) -> Value {
    let found = std::fs::metadata(&file.path).ok();
    json!({
        "status": Health::Error,
        "timestamp": clx_status::unix_seconds(now()),
        "database": {
            "path": file.path,
            "accessible": false,
            "exists": found.is_some(),
            "size_bytes": found.as_ref().map(Metadata::len),
            "last_modified": found.as_ref().and_then(modified),
            "error_message": message,
        },
        "errors": [message],
        "warnings": [],
    })
}

/// Returns when a file was written last, in seconds since 1970-01-01 UTC.
fn modified(file: &Metadata) -> Option<u64> {
    Some(file.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_secs())
}
