//! `clx db`: the files of queue and cache.

use std::path::{Path, PathBuf};

use clx_backend_sqlite::is_dead;
use clx_queue::{JobState, Pruned, Queue, QueueView, Retention, SessionFilter, SqliteQueue};
use clx_store::{Store, StoreOptions};
use serde_json::{Map, Value, json};

use super::failure::Failure;
use super::queue_file::{QueueFile, with_queue_file};
use crate::args::ListFormat;
use crate::args::queue::{
    BackupArgs, DbArgs, DbCommand, DeleteArgs, PruneDbArgs, Which, WhichDbArgs,
};
use crate::display::{amount, plural, stdout_line, stdout_text, table};
use crate::exit::Exit;
use crate::settings::retention;

/// Seconds in a day.
const DAY: u64 = 24 * 60 * 60;

pub(super) fn run(command: &DbCommand) -> Exit {
    match command {
        DbCommand::Stats(args) => {
            with_queue_file(&args.queue.look.state, |queue, file| stats(queue, file, args))
        }
        DbCommand::Prune(args) => {
            with_queue_file(&args.queue.look.state, |queue, file| prune(queue, file, args))
        }
        DbCommand::Vacuum(args) => {
            with_queue_file(&args.queue.look.state, |queue, file| vacuum(queue, file, args))
        }
        DbCommand::Check(args) => {
            with_queue_file(&args.queue.look.state, |queue, file| check(queue, file, args))
        }
        DbCommand::Backup(args) => {
            with_queue_file(&args.which.queue.look.state, |queue, file| backup(queue, file, args))
        }
        DbCommand::Delete(args) => {
            with_queue_file(&args.which.queue.look.state, |queue, file| delete(queue, file, args))
        }
    }
}

fn open_store(file: &QueueFile) -> Result<Store, Failure> {
    Ok(Store::open(&file.store, &StoreOptions::default())?)
}

fn stats(queue: &SqliteQueue, file: &QueueFile, args: &DbArgs) -> Result<Exit, Failure> {
    let store = open_store(file)?;
    let (jobs, cache) = (queue.file_sizes(), store.file_sizes());
    let counts = queue.counts(None)?;
    let n_jobs: u64 = counts.values().sum();
    let sessions = queue.sessions()?;
    if args.queue.format == ListFormat::Json {
        let by_state: Map<String, Value> =
            counts.iter().map(|(state, n)| (state.name().to_owned(), json!(n))).collect();
        let json = json!({
            "jobs": {
                "path": queue.path(), "bytes": jobs.database, "wal_bytes": jobs.wal, "jobs": n_jobs,
                "by_state": by_state, "sessions": sessions.len(),
            },
            "cache": {
                "path": store.database_path(), "bytes": cache.database, "wal_bytes": cache.wal,
            },
        });
        stdout_line(&json.to_string());
        return Ok(Exit::Built);
    }
    let row = |name: &str, path: &Path, bytes: u64, wal: u64| {
        [name.to_owned(), amount(bytes), amount(wal), path.display().to_string()]
    };
    let rows = [
        row("queue", queue.path(), jobs.database, jobs.wal),
        row("cache", store.database_path(), cache.database, cache.wal),
    ];
    stdout_text(&table(["FILE", "SIZE", "LOG", "PATH"], &rows));
    let states: Vec<String> = JobState::ALL
        .iter()
        .filter_map(|state| Some(format!("{} {state}", counts.get(state)?)))
        .collect();
    let states =
        if states.is_empty() { String::new() } else { format!(" ({})", states.join(", ")) };
    let (jobs, builds) = (plural_of(n_jobs, "job"), plural(sessions.len(), "build"));
    stdout_line(&format!("\nThe queue holds {jobs}{states} of {builds}."));
    stdout_line("`clx cache stats SPEC` tells what the cache holds.");
    Ok(Exit::Built)
}

fn plural_of(n: u64, noun: &str) -> String {
    plural(usize::try_from(n).unwrap_or(usize::MAX), noun)
}

fn prune(queue: &SqliteQueue, file: &QueueFile, args: &PruneDbArgs) -> Result<Exit, Failure> {
    let usual = retention(&file.config);
    let days = |flag: Option<u64>, usual| {
        flag.map_or(usual, |days| std::time::Duration::from_secs(days.saturating_mul(DAY)))
    };
    let pruned = queue.prune(&Retention {
        completed: days(args.completed_days, usual.completed),
        failed: days(args.failed_days, usual.failed),
        cancelled: days(args.cancelled_days, usual.cancelled),
        events: days(args.events_days, usual.events),
    })?;
    match args.queue.format {
        ListFormat::Json => stdout_line(&json!(pruned).to_string()),
        ListFormat::Table if pruned == Pruned::default() => {
            stdout_line("Nothing to remove: no job and no event is old enough.");
        }
        ListFormat::Table => stdout_line(&format!(
            "Removed {}, {} and {} without any left.",
            plural_of(pruned.jobs, "job"),
            plural_of(pruned.events, "event"),
            plural_of(pruned.sessions, "build"),
        )),
    }
    Ok(Exit::Built)
}

fn wants(args: &WhichDbArgs, which: Which) -> bool {
    args.which == Which::Both || args.which == which
}

fn vacuum(queue: &SqliteQueue, file: &QueueFile, args: &WhichDbArgs) -> Result<Exit, Failure> {
    let mut done = Map::new();
    let mut tell = |name: &str, before: u64, after: u64| {
        if args.queue.format == ListFormat::Table {
            stdout_line(&format!("{name}: {} before, {} now", amount(before), amount(after)));
        }
        done.insert(name.to_owned(), json!({ "bytes_before": before, "bytes_after": after }));
    };
    if wants(args, Which::Jobs) {
        let (before, after) = queue.vacuum()?;
        tell("queue", before.database + before.wal, after.database + after.wal);
    }
    if wants(args, Which::Cache) {
        let (before, after) = open_store(file)?.vacuum()?;
        tell("cache", before.database + before.wal, after.database + after.wal);
    }
    if args.queue.format == ListFormat::Json {
        stdout_line(&Value::Object(done).to_string());
    }
    Ok(Exit::Built)
}

fn check(queue: &SqliteQueue, file: &QueueFile, args: &WhichDbArgs) -> Result<Exit, Failure> {
    let mut findings: Vec<(PathBuf, Vec<String>)> = Vec::new();
    if wants(args, Which::Jobs) {
        findings.push((queue.path().to_owned(), queue.integrity()?));
    }
    if wants(args, Which::Cache) {
        let store = open_store(file)?;
        findings.push((store.database_path().to_owned(), store.integrity()?));
    }
    let damaged = findings.iter().any(|(_, found)| !found.is_empty());
    if args.queue.format == ListFormat::Json {
        let files: Vec<_> = findings
            .iter()
            .map(|(path, found)| json!({ "path": path, "problems": found }))
            .collect();
        stdout_line(&json!({ "files": files }).to_string());
    } else {
        for (path, found) in &findings {
            let verdict = if found.is_empty() { "is in order" } else { "is damaged:" };
            stdout_line(&format!("{} {verdict}", path.display()));
            found.iter().for_each(|problem| stdout_line(&format!("  {problem}")));
        }
        if damaged {
            stdout_line(
                "\nBoth files can be made anew: `clx db delete --force`, then build. Outputs stay.",
            );
        }
    }
    Ok(if damaged { Exit::SomeFailed } else { Exit::Built })
}

fn backup(queue: &SqliteQueue, file: &QueueFile, args: &BackupArgs) -> Result<Exit, Failure> {
    let directory = &args.directory;
    std::fs::create_dir_all(directory).map_err(|error| {
        Failure::environment(format!("cannot create {}: {error}", directory.display()))
    })?;
    let mut written = Vec::new();
    let mut copy = |name: &str, make: &dyn Fn(&Path) -> Result<(), Failure>| {
        let target = directory.join(name);
        if target.exists() {
            return Err(Failure::refused(format!(
                "{} exists already\n  hint: name another directory",
                target.display()
            )));
        }
        make(&target)?;
        written.push(target);
        Ok(())
    };
    if wants(&args.which, Which::Jobs) {
        copy("jobs.db", &|to| Ok(queue.backup(to)?))?;
    }
    if wants(&args.which, Which::Cache) {
        let store = open_store(file)?;
        copy("cache.db", &|to| Ok(store.backup(to)?))?;
    }
    match args.which.queue.format {
        ListFormat::Json => stdout_line(&json!({ "files": written }).to_string()),
        ListFormat::Table => {
            written.iter().for_each(|path| stdout_line(&format!("Wrote {}.", path.display())));
            stdout_line(
                "Blobs are not copied; `clx cache export` writes results with their contents.",
            );
        }
    }
    Ok(Exit::Built)
}

fn delete(queue: &SqliteQueue, file: &QueueFile, args: &DeleteArgs) -> Result<Exit, Failure> {
    let open = SessionFilter { open: true, ..SessionFilter::default() };
    let sessions = queue.list_sessions(&open)?;
    if let Some(living) = sessions.iter().find(|session| !is_dead(&session.owner)) {
        let (id, pid) = (living.id, living.owner.pid);
        return Err(Failure::refused(format!(
            "build {id} (process {pid}) works with these files\n  hint: wait for it or stop it first"
        )));
    }
    let mut databases = Vec::new();
    if wants(&args.which, Which::Jobs) {
        databases.push(file.path.clone());
    }
    if wants(&args.which, Which::Cache) {
        databases.push(file.store.join("cache.db"));
    }
    let files: Vec<PathBuf> =
        databases.iter().flat_map(|path| parts(path)).filter(|path| path.exists()).collect();
    if !args.force {
        files.iter().for_each(|path| stdout_line(&path.display().to_string()));
        return Err(Failure {
            exit: Exit::Usage,
            ..Failure::refused(
                "nothing was deleted\n  hint: add `--force` to delete these files; without the cache, \
                 builds make everything anew, and outputs that they wrote count as foreign \
                 (`clx build --adopt` takes them over)",
            )
        });
    }
    for path in &files {
        std::fs::remove_file(path).map_err(|error| {
            Failure::environment(format!("cannot delete {}: {error}", path.display()))
        })?;
    }
    match args.which.queue.format {
        ListFormat::Json => stdout_line(&json!({ "deleted": files }).to_string()),
        ListFormat::Table => {
            files.iter().for_each(|path| stdout_line(&format!("Deleted {}.", path.display())));
        }
    }
    Ok(Exit::Built)
}

/// A database lies in up to three files; one left behind would be taken for a part of the next.
fn parts(database: &Path) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|ending| {
        let mut name = database.as_os_str().to_owned();
        name.push(ending);
        name.into()
    })
}
