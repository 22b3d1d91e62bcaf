//! The files that a watch depends on. Principal type: [`Sources`].

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clx_course::{LoadOptions, TOOL_DIRECTORIES, course_root};
use clx_watch::{Change, WatchError, WatchOptions, Watcher};

use super::bell::Bell;
use crate::command::wanted::Wanted;
use crate::settings::{BuildSettings, StateSettings};

/// Packages of JavaScript: thousands of directories, and no course reads them.
const PACKAGES: &str = "node_modules";

/// Who saves without a pause is heard after this time, or after ten times a longer pause.
const LONGEST: Duration = Duration::from_millis(250);

/// Ends of names of the files beside a database.
const DATABASE: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// Watches the course root but what clx itself writes there, and the spec.
pub(super) struct Sources {
    root: PathBuf,
    /// The root without symbolic links, as the watcher tells paths.
    real: PathBuf,
    spec: PathBuf,
    /// Queue and cache.
    state: Vec<PathBuf>,
    debounce: Duration,
    bell: Arc<Bell>,
    /// The watcher, and what it leaves out.
    watcher: Option<(Watcher, Vec<PathBuf>)>,
}

impl Sources {
    /// Watches nothing yet.
    pub(super) fn new(args: &BuildSettings, bell: Arc<Bell>) -> Self {
        let options = LoadOptions { root: args.spec.data_dir.clone(), ..LoadOptions::default() };
        let root = course_root(&args.spec.spec, &options);
        let real = root.canonicalize().unwrap_or_else(|_| root.clone());
        let (spec, state) = (args.spec.spec.clone(), state_files(&args.work.state));
        let debounce = args.follow.debounce;
        Self { root, real, spec, state, debounce, bell, watcher: None }
    }

    /// Watches, leaving out the outputs; without a course, those of the course before. True if what is
    /// watched is not what was.
    pub(super) fn watch(&mut self, wanted: Option<&Wanted>) -> Result<bool, WatchError> {
        let skip = match (wanted, &self.watcher) {
            (None, Some(_)) => return Ok(false),
            (wanted, _) => self.skip(wanted),
        };
        if self.watcher.as_ref().is_some_and(|(_, before)| *before == skip) {
            return Ok(false);
        }
        let bell = Arc::clone(&self.bell);
        let options = WatchOptions {
            files: vec![self.spec.clone()],
            skip: skip.clone(),
            skip_names: TOOL_DIRECTORIES.into_iter().chain([PACKAGES]).collect(),
            quiet: self.debounce,
            most: LONGEST.max(self.debounce * 10),
            ..WatchOptions::new(&self.root)
        };
        // The one before ends when this one watches, so that nothing is missed.
        let watcher = Watcher::start(options, move |news| bell.news(news))?;
        self.watcher = Some((watcher, skip));
        Ok(true)
    }

    fn skip(&self, wanted: Option<&Wanted>) -> Vec<PathBuf> {
        let outputs = wanted.map(|wanted| &wanted.outputs);
        let holds_sources = |root: &Path| self.root.starts_with(root);
        let roots = outputs.into_iter().flat_map(|outputs| &outputs.targets);
        let roots = roots.map(|target| &target.root).filter(|root| !holds_sources(root));
        let directories = outputs.into_iter().flat_map(|outputs| &outputs.course_dirs);
        let mut skip: Vec<_> = self.state.iter().chain(roots).chain(directories).cloned().collect();
        skip.sort();
        skip.dedup();
        skip
    }

    /// Returns the changed files as people know them.
    pub(super) fn shown(&self, change: &Change) -> Vec<String> {
        let shown =
            |path: &Path| path.strip_prefix(&self.real).unwrap_or(path).display().to_string();
        let everything = change.is_everything().then(|| "many files".to_owned());
        change.paths().map(shown).chain(everything).collect()
    }

    /// Tells whether a change may concern a source, named relative to the course root.
    pub(super) fn is_touched(&self, label: &str, change: &Change) -> bool {
        let path = self.real.join(label);
        change.is_everything() || change.paths().any(|changed| path.starts_with(changed))
    }
}

/// Returns where queue and cache are, if not in `.clx`.
fn state_files(args: &StateSettings) -> Vec<PathBuf> {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let directory = args.state_dir.as_deref().map(absolute);
    let jobs = args
        .jobs_db_path
        .as_deref()
        .map(absolute)
        .into_iter()
        .flat_map(|jobs| DATABASE.map(|end| PathBuf::from(format!("{}{end}", jobs.display()))));
    directory.into_iter().chain(jobs).collect()
}
