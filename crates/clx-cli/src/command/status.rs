//! `clx status`: how builds are going.

use std::fs::Metadata;
use std::time::UNIX_EPOCH;

use clx_queue::{Place, QueueError, QueueView};
use clx_status::{Health, Overview};
use serde_json::{Value, json};

use super::failure::Failure;
use super::queue_file::now;
use super::shown::Shown;
use crate::args::StatusArgs;
use crate::args::queue::StatusFormat;
use crate::display::{Parts, Style, amount, compact, status_table, stdout_line, stdout_text};
use crate::exit::Exit;

pub(super) fn run(args: &StatusArgs) -> Exit {
    let shown = match Shown::find(&args.look) {
        Ok(shown) => shown,
        Err(exit) => return exit,
    };
    let looked = shown.open().and_then(|queue| look(&*queue, &shown, args).map_err(Failure::from));
    match looked {
        Ok(health) => exit_of(health),
        Err(failure) if args.format == StatusFormat::Json => {
            stdout_line(&unreadable(&shown, &failure.message).to_string());
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

fn look(queue: &dyn QueueView, shown: &Shown, args: &StatusArgs) -> Result<Health, QueueError> {
    let overview = Overview::read(queue, now(), &shown.is_dead())?;
    match args.format {
        StatusFormat::Table => {
            let parts = Parts { workers: !args.jobs, jobs: !args.workers };
            let place = match size(&queue.place()) {
                Some(bytes) => format!("{} ({})", queue.place(), amount(bytes)),
                None => queue.place().to_string(),
            };
            let style = Style::for_stdout(args.no_color);
            stdout_text(&status_table(&overview, &place, parts, style));
        }
        StatusFormat::Json => {
            let mut report = serde_json::to_value(&overview).unwrap_or_default();
            report["database"] = database(&queue.place(), true, None);
            stdout_line(&report.to_string());
        }
        StatusFormat::Compact => stdout_line(&compact(&overview)),
    }
    Ok(overview.status)
}

fn unreadable(shown: &Shown, message: &str) -> Value {
    json!({
        "status": Health::Error,
        "timestamp": clx_status::unix_seconds(now()),
        "database": database(&shown.place(), shown.exists(), Some(message)),
        "errors": [message],
        "warnings": [],
    })
}

/// Says what is known of where the queue is; size and age only of a file.
fn database(place: &Place, exists: bool, error: Option<&str>) -> Value {
    let found = metadata(place);
    json!({
        "path": place.to_string(),
        "accessible": error.is_none(),
        "exists": exists,
        "size_bytes": size(place),
        "last_modified": found.as_ref().and_then(modified),
        "error_message": error,
    })
}

/// Returns how many bytes a queue's file has, with what is not yet in it.
fn size(place: &Place) -> Option<u64> {
    let Place::File(path) = place else { return None };
    let mut wal = path.clone().into_os_string();
    wal.push("-wal");
    let wal = std::fs::metadata(wal).map_or(0, |file| file.len());
    metadata(place).map(|file| file.len() + wal)
}

fn metadata(place: &Place) -> Option<Metadata> {
    let Place::File(path) = place else { return None };
    std::fs::metadata(path).ok()
}

/// Returns when a file was written last, in seconds since 1970-01-01 UTC.
fn modified(file: &Metadata) -> Option<u64> {
    Some(file.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_secs())
}
