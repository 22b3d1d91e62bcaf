//! Puts outputs back that are gone or were changed by hand, if nothing that a build looks at has changed
//! since the last one: no course is read and nothing is planned.

use std::path::{Path, PathBuf};

use clx_build::{CopyOf, Restoration, Restored};
use clx_core::Timestamp;
use clx_store::{Store, StoreOptions};

use super::files::open_state;
use super::last_build::TracedBuild;
use super::underway::Underway;
use crate::settings::Request;

/// Puts back what has changed; `began` is when the last build was looked for. `None` if a usual build has
/// to be made, which tells what is in the way.
pub(super) fn restore(
    request: Request<'_>,
    traced: &TracedBuild,
    began: Timestamp,
) -> Option<Restored> {
    let TracedBuild { last, changes, .. } = traced;
    let parts = last.parts()?;
    let state = open_state(&request.spec.root(), &request.work.state).ok()?;
    let store = Store::open(state.store(), &StoreOptions::default()).ok()?;
    let underway = Underway::begin(request, state.store(), began).ok()?;
    let roots: Vec<PathBuf> = parts.roots.iter().map(PathBuf::from).collect();
    let restoration = Restoration {
        roots: &roots,
        files: &changes.outputs,
        directories: &changes.directories,
        totals: last.totals,
    };
    let copy = |path: &Path| {
        let copied = parts.copies.get(&*path.to_string_lossy())?;
        Some(CopyOf { source: Path::new(&copied.source), keep_mtime: copied.keep_mtime })
    };
    let mut restored = restoration.carry_out(&store, copy).ok()??;
    restored.report.problems.clone_from(&last.problems);
    underway.keep_restored(traced, &restored.report).ok()?;
    Some(restored)
}
