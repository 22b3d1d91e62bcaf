//! What is kept of a build for the next of the same request: if nothing that it looked at or left has
//! changed, there is nothing to do. Principal types: [`LastBuild`], [`TracedBuild`].

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use clx_build::{BuildPlan, BuildTotals, CopyOf};
use clx_core::{ContentHash, Diagnostic, KeyBuilder};
use clx_course::Course;
use clx_store::{Changes, FileStat, Trace, TraceFile};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::identities::Identities;
use super::toolbox::Toolbox;
use super::tools::Tools;
use crate::args::build::WorkersArg;
use crate::settings::Request;
use crate::state_dir::StateDir;

/// Raise the number whenever [`LastBuild`] changes its form.
const SCHEMA: &str = "request-3";

/// What a build that went well reported.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct LastBuild {
    pub(crate) course_name: String,
    pub(crate) totals: BuildTotals,
    /// Warnings about spec and selection.
    pub(crate) found: Vec<Diagnostic>,
    /// Warnings about what was built.
    pub(crate) problems: Vec<Diagnostic>,
    pub(super) tools: Identities,
    /// [`Parts`], read only if something has changed.
    pub(super) parts: Box<RawValue>,
}

/// Which source made what, and where.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Parts {
    /// A digest of the places of the outputs of each source, by its path as people see it.
    pub(super) places: BTreeMap<String, ContentHash>,
    /// Absolute paths of files on which more than the outputs of their topic depend.
    pub(super) elsewhere: BTreeSet<String>,
    /// Absolute paths of the output roots.
    pub(super) roots: BTreeSet<String>,
    /// What is a copy of a file, by its absolute path.
    pub(super) copies: BTreeMap<String, Copied>,
}

/// What is copied to a path.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Copied {
    /// Absolute path of the source.
    pub(super) source: String,
    pub(super) keep_mtime: bool,
}

/// The last build of a request, and what has changed since.
#[derive(Debug)]
pub(super) struct TracedBuild {
    pub(super) last: LastBuild,
    pub(super) changes: Changes,
    pub(super) trace: Trace,
}

impl TracedBuild {
    /// Looks for the last build of this request. `None` if there is none, if it had errors, or if it
    /// had other tools.
    pub(super) fn find(request: Request<'_>) -> Option<Self> {
        let work = request.work;
        let is_local = matches!(work.workers, WorkersArg::InProcess | WorkersArg::Direct);
        if work.no_cache || !is_local {
            return None;
        }
        let root = request.spec.root();
        let state = StateDir::place(&root, work.state.state_dir.as_deref()).ok()?;
        let trace = TraceFile::of(&state, &digest(request)).read()?;
        let last: LastBuild = serde_json::from_slice(trace.note()).ok()?;
        let toolbox = Toolbox::Machine(Arc::new(Tools::new(&state, work.tools.clone())));
        if !last.tools.are_those_of(&toolbox, work) {
            return None;
        }
        Some(Self { last, changes: trace.changes()?, trace })
    }
}

impl LastBuild {
    /// `None` if they cannot be read.
    pub(super) fn parts(&self) -> Option<Parts> {
        serde_json::from_str(self.parts.get()).ok()
    }
}

impl Parts {
    pub(super) fn of(course: &Course, plan: &BuildPlan) -> Self {
        let shown = |path: &Path| path.to_string_lossy().into_owned();
        let topics = || course.sections.iter().flat_map(|section| &section.topics);
        let beside = topics().flat_map(|topic| {
            let files = topic.files.iter().map(|file| &*file.path);
            files.filter(|path| !path.starts_with(&topic.path))
        });
        let crosses = |(source, file): &(&Path, &Path)| {
            !topics().any(|topic| source.starts_with(&topic.path) && file.starts_with(&topic.path))
        };
        let needed = plan.needs().filter(crosses).map(|(_, file)| shown(file));
        let groups = course.dir_groups.iter().flat_map(|group| &group.files);
        let elsewhere =
            needed.chain(groups.map(|file| shown(&file.source))).chain(beside.map(shown)).collect();
        let copied =
            |of: CopyOf<'_>| Copied { source: shown(of.source), keep_mtime: of.keep_mtime };
        Self {
            places: places(course, plan),
            elsewhere,
            roots: plan.roots().iter().map(|root| shown(root)).collect(),
            copies: plan.copies().map(|(path, of)| (shown(path), copied(of))).collect(),
        }
    }

    /// Adds what is known of the rest of the course.
    pub(super) fn add_rest(&mut self, course: &Self) {
        for (source, digest) in &course.places {
            self.places.entry(source.clone()).or_insert(*digest);
        }
        self.elsewhere.extend(course.elsewhere.iter().cloned());
        self.roots.extend(course.roots.iter().cloned());
        for (path, copied) in &course.copies {
            self.copies.entry(path.clone()).or_insert_with(|| copied.clone());
        }
    }
}

/// Returns a digest of the places of the outputs of each source, by its path as people see it.
pub(super) fn places(course: &Course, plan: &BuildPlan) -> BTreeMap<String, ContentHash> {
    let places = plan.places_by_source().into_iter();
    places.map(|(source, digest)| (course.shown(source).display().to_string(), digest)).collect()
}

/// Returns a digest of what is asked for, of whom and where.
pub(super) fn digest(request: Request<'_>) -> ContentHash {
    let Request { spec, selection, work, found } = request;
    let program = std::env::current_exe().unwrap_or_default();
    KeyBuilder::new(SCHEMA)
        .with("arguments", format!("{spec:?} {selection:?} {work:?} {found:?}"))
        .with(
            "directory",
            std::env::current_dir().unwrap_or_default().as_os_str().as_encoded_bytes(),
        )
        .with(
            "program",
            format!("{program:?} {:?}", fs::metadata(&program).map(|it| FileStat::from(&it)).ok()),
        )
        .finish()
}
