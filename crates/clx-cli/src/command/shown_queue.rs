//! Which queue and which store a command shows that is about no course. Principal type: [`ShownQueue`].

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::failure::Failure;
use crate::args::build::StateArgs;

/// Name of the state directory.
const STATE: &str = ".clx";

/// Name of the queue in it.
const QUEUE: &str = "jobs.db";

/// The file of a queue that is there, and the directory of its store, which need not be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ShownQueue {
    pub(super) jobs: PathBuf,
    pub(super) store: PathBuf,
}

impl ShownQueue {
    /// Finds it: what the arguments name, else `CLX_DB_PATH`, else `.clx` in the working directory or
    /// the nearest one above that has it.
    pub(super) fn find(args: &StateArgs) -> Result<Self, Failure> {
        let directory = std::env::current_dir().map_err(Failure::environment)?;
        let found = Self::find_in(args, std::env::var_os("CLX_DB_PATH"), &directory)?;
        if found.jobs.is_file() {
            return Ok(found);
        }
        Err(Failure::environment(format!(
            "there is no queue at {}\n  hint: build a course first, or name its state directory with \
             `--state-dir`",
            found.jobs.display()
        )))
    }

    fn find_in(
        args: &StateArgs,
        variable: Option<OsString>,
        directory: &Path,
    ) -> Result<Self, Failure> {
        let variable = variable.filter(|value| !value.is_empty()).map(PathBuf::from);
        let named = args.jobs_db_path.clone();
        let jobs = match (&args.state_dir, named, variable) {
            (_, Some(jobs), _) => jobs,
            (Some(state), None, _) => state.join(QUEUE),
            (None, None, Some(jobs)) => jobs,
            (None, None, None) => nearest(directory)?.join(QUEUE),
        };
        let jobs = directory.join(jobs);
        let beside = || jobs.parent().unwrap_or(directory).to_owned();
        let store = args.state_dir.as_ref().map_or_else(beside, |state| directory.join(state));
        Ok(Self { jobs, store })
    }
}

fn nearest(directory: &Path) -> Result<PathBuf, Failure> {
    let mut states = directory.ancestors().map(|above| above.join(STATE));
    states.find(|state| state.is_dir()).ok_or_else(|| {
        Failure::environment(format!(
            "there is no `{STATE}` in {} or above it\n  hint: go to a course that was built, or name \
             its state directory with `--state-dir`",
            directory.display()
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(
        state: Option<&str>,
        jobs: Option<&str>,
        variable: Option<&str>,
        dir: &Path,
    ) -> ShownQueue {
        let args = StateArgs {
            state_dir: state.map(PathBuf::from),
            jobs_db_path: jobs.map(PathBuf::from),
        };
        let found = ShownQueue::find_in(&args, variable.map(OsString::from), dir);
        found.unwrap_or_else(|failure| panic!("{}", failure.message))
    }

    #[track_caller]
    fn check(found: &ShownQueue, jobs: &str, store: &str) {
        assert_eq!(
            (found.jobs.as_path(), found.store.as_path()),
            (Path::new(jobs), Path::new(store))
        );
    }

    #[test]
    fn what_is_named_comes_before_what_is_near() {
        let dir = Path::new("/c");
        check(&find(Some("s"), Some("/q/jobs"), Some("/v.db"), dir), "/q/jobs", "/c/s");
        check(&find(Some("/s"), None, Some("/v.db"), dir), "/s/jobs.db", "/s");
        check(&find(None, Some("q.db"), Some("/v.db"), dir), "/c/q.db", "/c");
        check(&find(None, None, Some("/v/v.db"), dir), "/v/v.db", "/v");
    }

    #[test]
    fn nearest_state_directory_above_is_found() {
        let root = tempfile::tempdir().unwrap();
        let below = root.path().join("slides/topic");
        std::fs::create_dir_all(&below).unwrap();
        std::fs::create_dir(root.path().join(STATE)).unwrap();
        assert_eq!(find(None, None, Some(""), &below).store, root.path().join(STATE));
    }
}
