//! One output root. Principal type: [`OutputRoot`].

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clx_core::{Clock, ContentHash, Diagnostic, SystemClock};
use clx_store::{FINE_TICK, FileStat, OwnedOutput, Store, StoreError};

use super::PublishError;
use crate::code;

/// Name of staging folders before the process id: half-written files lie there, inside the root so
/// that a rename stays on one file system.
const STAGING: &str = ".clx-staging-";

/// Folders below the staging folder: two writers in one directory wait for each other.
const STAGING_HALVES: [&str; 2] = ["0", "1"];

/// A root, what clx owns below it, and what is known of its directories.
#[derive(Debug)]
pub(crate) struct OutputRoot {
    path: PathBuf,
    /// The same without symbolic links; every directory written to lies below it.
    real: PathBuf,
    pub(super) owned: HashMap<PathBuf, OwnedOutput>,
    staging: PathBuf,
    staged: usize,
    /// Directories that exist and lie below the root; true if they were made just now, so that what
    /// lies in them is known.
    safe: HashMap<PathBuf, bool>,
    /// Files that were written and are not on record yet.
    written: Vec<(PathBuf, FileStat)>,
}

/// Why nothing is written at a path.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The path lies below no output root.
    Outside,
    /// A link or a directory is in the way.
    Blocked(String),
    /// A file of somebody else with other content lies there.
    Foreign,
    /// The operating system refused.
    Io(&'static str, io::Error),
    /// The store has lost the content.
    Content(String),
}

impl Refusal {
    pub(crate) fn diagnostic(&self, path: &Path) -> Diagnostic {
        let problem = match self {
            Self::Outside => Diagnostic::error(
                code::BLOCKED_PATH,
                "output_path",
                "the path lies outside every output root",
            ),
            Self::Blocked(what) => Diagnostic::error(code::BLOCKED_PATH, "output_path", what)
                .with_hint("remove it; clx writes real files below its output roots only"),
            Self::Foreign => Diagnostic::error(
                code::FOREIGN_FILE,
                "foreign_file",
                "a file that clx did not write lies at an output path, it was left as it is",
            )
            .with_hint("move it away, or let clx take over such files with `--adopt`"),
            Self::Io(what, error) => Diagnostic::error(
                code::WRITE_FAILED,
                "write_failed",
                format!("cannot {what}: {error}"),
            ),
            Self::Content(why) => Diagnostic::error(code::WRITE_FAILED, "write_failed", why)
                .with_hint("build again: what is damaged is made anew"),
        };
        problem.in_file(path)
    }
}

impl OutputRoot {
    pub(super) fn open(
        store: &Store,
        path: &Path,
        places: Option<&[&Path]>,
    ) -> Result<Self, PublishError> {
        let failed = |source| PublishError::Root { path: path.to_owned(), source };
        fs::create_dir_all(path).map_err(failed)?;
        let real = path.canonicalize().map_err(failed)?;
        remove_dead_staging(path);
        Ok(Self {
            path: path.to_owned(),
            real,
            owned: match places {
                None => store.owned(path)?,
                Some(places) => {
                    let below = places.iter().filter_map(|place| place.strip_prefix(path).ok());
                    store.owned_among(path, below)?
                }
            },
            staging: path.join(format!("{STAGING}{}", std::process::id())),
            staged: 0,
            safe: HashMap::new(),
            written: Vec::new(),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes a directory below the root and its parents; fails if a link leads out of the root.
    pub(super) fn make_directory(&mut self, relative: &Path) -> Result<(), Refusal> {
        if relative.as_os_str().is_empty() || self.safe.contains_key(relative) {
            return Ok(());
        }
        // Parents first, so that nothing is ever made outside.
        self.make_directory(relative.parent().unwrap_or(Path::new("")))?;
        let directory = self.path.join(relative);
        let is_new = match fs::create_dir(&directory) {
            Ok(()) => true,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                self.check_inside(&directory)?;
                false
            }
            Err(error) => return Err(Refusal::Io("create its directory", error)),
        };
        self.safe.insert(relative.to_owned(), is_new);
        Ok(())
    }

    /// Tells whether the directory of a path was made by this build.
    pub(super) fn is_in_new_directory(&self, relative: &Path) -> bool {
        relative.parent().and_then(|directory| self.safe.get(directory)) == Some(&true)
    }

    /// Remembers what a file is after it was written, for the next [`Self::note`]. What a coarse clock
    /// says of it means something only later: until then it is read again.
    pub(super) fn remember(&mut self, relative: &Path, hash: ContentHash, stat: FileStat) {
        let is_settled = stat.tick() <= FINE_TICK || !stat.is_racy(now_ns());
        let output = if is_settled {
            self.written.push((relative.to_owned(), stat));
            OwnedOutput::new(hash, stat)
        } else {
            OwnedOutput::unconfirmed(hash)
        };
        self.owned.insert(relative.to_owned(), output);
    }

    /// Puts on record what was written since the last call and what will be written next.
    pub(super) fn note(
        &mut self,
        store: &Store,
        claims: &[(&Path, ContentHash)],
    ) -> Result<(), StoreError> {
        store.note_outputs(&self.path, &self.written, claims)?;
        self.written.clear();
        Ok(())
    }

    /// Checks what lies where a directory belongs; its parent was checked before.
    fn check_inside(&self, directory: &Path) -> Result<(), Refusal> {
        let failed = |error| Refusal::Io("look at its directory", error);
        let metadata = fs::symlink_metadata(directory).map_err(failed)?;
        if metadata.is_dir() {
            return Ok(());
        }
        let real = directory.canonicalize().map_err(failed)?;
        if !real.is_dir() {
            return Err(Refusal::Blocked(format!("{} is no directory", directory.display())));
        }
        if !real.starts_with(&self.real) {
            let message = format!("{} leads out of the output root", directory.display());
            return Err(Refusal::Blocked(message));
        }
        Ok(())
    }

    /// Tells whether a file lies below the root in fact, not behind a link.
    pub(super) fn holds(&self, file: &Path) -> bool {
        file.parent().is_some_and(|directory| self.check_inside(directory).is_ok())
    }

    /// Returns a fresh path for a half-written file.
    pub(super) fn stage(&mut self) -> Result<PathBuf, Refusal> {
        if self.staged == 0 {
            for half in STAGING_HALVES {
                fs::create_dir_all(self.staging.join(half))
                    .map_err(|error| Refusal::Io("create the staging folder", error))?;
            }
        }
        self.staged += 1;
        let half = STAGING_HALVES[self.staged % STAGING_HALVES.len()];
        Ok(self.staging.join(half).join(self.staged.to_string()))
    }
}

fn now_ns() -> i64 {
    SystemClock.now().as_us().saturating_mul(1000)
}

impl Drop for OutputRoot {
    fn drop(&mut self) {
        if self.staged > 0 {
            // What cannot be removed now is removed by the next build.
            let _left_over = fs::remove_dir_all(&self.staging);
        }
    }
}

/// Removes staging folders of processes that died.
fn remove_dead_staging(root: &Path) {
    let Ok(entries) = fs::read_dir(root) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let pid = name.to_str().and_then(|name| name.strip_prefix(STAGING));
        let alive = |pid: &str| Path::new("/proc").join(pid).exists();
        if pid.is_some_and(|pid| pid.parse::<u32>().is_ok() && !alive(pid)) {
            let _left_over = fs::remove_dir_all(entry.path());
        }
    }
}
