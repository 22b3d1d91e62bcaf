//! `clx cache`: what builds of a course remember.

mod limits;
mod list;
mod transfer;

use clx_store::{PruneReport, Stats, Store, StoreError, StoreOptions, VerifyReport};
use serde_json::json;

pub(crate) use self::limits::CacheLimits;
use super::failure::Failure;
use super::files::open_state;
use crate::args::ListFormat;
use crate::args::cache::{CacheArgs, CacheCommand, PruneArgs};
use crate::display::{amount, plural, stderr_line, stdout_line, stdout_text, table};
use crate::exit::Exit;
use crate::settings::{StateSettings, configured};

pub(super) fn run(command: &CacheCommand) -> Exit {
    let args = match command {
        CacheCommand::Stats(args) | CacheCommand::Verify(args) | CacheCommand::Clear(args) => args,
        CacheCommand::List(args) => &args.cache,
        CacheCommand::Prune(args) => &args.cache,
        CacheCommand::Export(args) => &args.cache,
        CacheCommand::Import(args) => &args.cache,
    };
    let loaded = super::load(&args.spec, &[]);
    let Some(course) = loaded.course else {
        loaded.diagnostics.iter().for_each(|problem| stderr_line(&problem.to_string()));
        return Exit::Spec;
    };
    let config = match configured(Some(&course.root)) {
        Ok(config) => config,
        Err(exit) => return exit,
    };
    let state = StateSettings::new(&args.state, &config);
    let done = open_state(&course.root, &state).and_then(|state| {
        let store = Store::open(state.store(), &StoreOptions::default())?;
        match command {
            CacheCommand::Stats(_) => stats(&store, args),
            CacheCommand::List(wanted) => list::list(&store, wanted),
            CacheCommand::Prune(limits) => prune(&store, limits, CacheLimits::new(&config)),
            CacheCommand::Export(args) => transfer::export(&store, args),
            CacheCommand::Import(args) => transfer::import(&store, args),
            CacheCommand::Verify(_) => verify(&store, args),
            CacheCommand::Clear(_) => clear(&store, args),
        }
    });
    done.unwrap_or_else(|failure| {
        stderr_line(&format!("error: {}", failure.message));
        failure.exit
    })
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::environment(super::with_causes(&error))
    }
}

fn stats(store: &Store, args: &CacheArgs) -> Result<Exit, Failure> {
    let Stats { n_blobs, blob_bytes, file_bytes, n_actions, n_files, n_outputs, database_bytes } =
        store.stats()?;
    match args.format {
        ListFormat::Json => stdout_line(
            &json!({
                "results": n_actions,
                "blobs": n_blobs,
                "blob_bytes": blob_bytes,
                "file_bytes": file_bytes,
                "database_bytes": database_bytes,
                "sources": n_files,
                "outputs": n_outputs,
                "path": store.database_path(),
            })
            .to_string(),
        ),
        ListFormat::Table => {
            let row = |what: &str, n: u64, bytes: Option<u64>| {
                [what.to_owned(), n.to_string(), bytes.map(amount).unwrap_or_default()]
            };
            let rows = [
                row("results", n_actions, Some(blob_bytes)),
                row("texts, pictures and runs of code", n_blobs, None),
                row("sources whose digest is known", n_files, None),
                row("outputs that clx wrote", n_outputs, None),
            ];
            stdout_text(&table(["HELD", "NUMBER", "SIZE"], &rows));
            let on_disk = amount(file_bytes + database_bytes);
            stdout_line(&format!("\n{on_disk} on disk in {}", store.database_path().display()));
        }
    }
    Ok(Exit::Built)
}

fn prune(store: &Store, args: &PruneArgs, usual: CacheLimits) -> Result<Exit, Failure> {
    let limits = CacheLimits {
        size: args.max_size.map_or(usual.size, |limit| limit.0),
        age: args.max_age.map_or(usual.age, |limit| limit.0),
    };
    let policy = limits.policy(store)?;
    let PruneReport { n_actions, n_blobs, bytes, n_stray_files, n_file_digests } =
        store.prune(&policy)?;
    match args.cache.format {
        ListFormat::Json => stdout_line(
            &json!({
                "results": n_actions,
                "blobs": n_blobs,
                "bytes": bytes,
                "stray_files": n_stray_files,
                "sources": n_file_digests,
            })
            .to_string(),
        ),
        ListFormat::Table if n_actions + n_blobs + n_stray_files + n_file_digests == 0 => {
            stdout_line("Nothing to remove: the cache is within its limits.");
        }
        ListFormat::Table => stdout_line(&format!(
            "Removed {}, {} of blobs, {}.",
            counted(n_actions, "result"),
            amount(bytes),
            counted(n_stray_files, "leftover file")
        )),
    }
    Ok(Exit::Built)
}

fn verify(store: &Store, args: &CacheArgs) -> Result<Exit, Failure> {
    let report = store.verify()?;
    let VerifyReport { n_blobs, lost_blobs, n_actions, incomplete_actions } = &report;
    match args.format {
        ListFormat::Json => stdout_line(
            &json!({
                "blobs": n_blobs,
                "damaged_blobs": lost_blobs,
                "results": n_actions,
                "incomplete_results": incomplete_actions,
            })
            .to_string(),
        ),
        ListFormat::Table => {
            let checked =
                format!("{} and {}", counted(*n_actions, "result"), counted(*n_blobs, "blob"));
            let (damaged, incomplete) = (lost_blobs.len() as u64, incomplete_actions.len() as u64);
            stdout_line(&if report.is_clean() {
                format!("Checked {checked}: all are in order.")
            } else {
                format!(
                    "Checked {checked}: dropped {}, {} will be made again.",
                    counted(damaged, "damaged blob"),
                    counted(incomplete, "result")
                )
            });
        }
    }
    Ok(if report.is_clean() { Exit::Built } else { Exit::SomeFailed })
}

fn clear(store: &Store, args: &CacheArgs) -> Result<Exit, Failure> {
    let before = store.stats()?;
    store.clear()?;
    match args.format {
        ListFormat::Json => stdout_line(&json!({ "results": before.n_actions }).to_string()),
        ListFormat::Table => stdout_line(&format!(
            "Forgot {}; the next build makes all anew.",
            counted(before.n_actions, "result")
        )),
    }
    Ok(Exit::Built)
}

fn counted(n: u64, noun: &str) -> String {
    plural(usize::try_from(n).unwrap_or(usize::MAX), noun)
}
