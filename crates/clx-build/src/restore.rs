//! Puts outputs back that are gone or were changed since they were made, without a look at what they
//! were made of. Principal type: [`Restoration`].

use std::path::{Path, PathBuf};
use std::time::Instant;

use clx_core::ContentHash;
use clx_store::Store;

use crate::build::BuildError;
use crate::event::BuildTotals;
use crate::plan::BuildPlan;
use crate::publish::{Content, Foreign, Placed, Publisher};
use crate::report::BuildReport;

/// A place to which a file is copied.
#[derive(Debug, Clone, Copy)]
pub struct CopyOf<'a> {
    /// The source.
    pub source: &'a Path,
    /// Whether the copy has the source's modification time.
    pub keep_mtime: bool,
}

/// What is not as a build has left it, though nothing that the build looked at has changed.
#[derive(Debug)]
pub struct Restoration<'a> {
    /// Absolute output roots.
    pub roots: &'a [PathBuf],
    /// Absolute paths of files, with the hashes of what was in them.
    pub files: &'a [(PathBuf, ContentHash)],
    /// Absolute paths of directories.
    pub directories: &'a [PathBuf],
    /// What the build had to do in all.
    pub totals: BuildTotals,
}

/// What came of it.
#[derive(Debug)]
pub struct Restored {
    /// The report of a build that found everything else in place.
    pub report: BuildReport,
    /// Files that were written.
    pub written: Vec<PathBuf>,
}

impl Restoration<'_> {
    /// Puts everything back; `copy` tells what was copied to a path. `None` if something cannot be put
    /// back in this way: a usual build has to see to it, and finds in place what was put back until then.
    ///
    /// # Errors
    /// [`BuildError::Publish`] if no output can be written, [`BuildError::Store`].
    pub fn carry_out<'c>(
        &self,
        store: &Store,
        copy: impl Fn(&Path) -> Option<CopyOf<'c>>,
    ) -> Result<Option<Restored>, BuildError> {
        let begin = Instant::now();
        let places: Vec<&Path> = self.files.iter().map(|(path, _)| path.as_path()).collect();
        let mut publisher = Publisher::open(store, self.roots, Foreign::Keep, Some(&places))?;
        let content = |(path, hash): &(PathBuf, ContentHash)| match copy(path) {
            None => Content::Blob(*hash),
            Some(CopyOf { source, keep_mtime }) => {
                Content::File { source, hash: *hash, keep_mtime }
            }
        };
        let files: Vec<_> = places.iter().copied().zip(self.files.iter().map(content)).collect();
        let answers = publisher.publish(&files)?;
        let last_write = publisher.finish()?;
        let mut is_whole = answers.iter().all(Result::is_ok);
        for directory in self.directories {
            is_whole &= publisher.make_directory(directory).is_none();
        }
        if !is_whole {
            return Ok(None);
        }
        let written = |(path, answer): (&&Path, &Result<Placed, _>)| {
            matches!(answer, Ok(Placed::Written)).then(|| path.to_path_buf())
        };
        let written: Vec<PathBuf> = places.iter().zip(&answers).filter_map(written).collect();
        let known = |path: &&Path| (path.to_path_buf(), publisher.output(path).cloned());
        let mut report = BuildReport::restored(&self.totals, written.len());
        report.outputs = places.iter().map(known).collect();
        report.last_write = last_write;
        report.duration = begin.elapsed();
        Ok(Some(Restored { report, written }))
    }
}

impl BuildPlan {
    /// Returns the absolute output roots.
    #[must_use]
    pub fn roots(&self) -> &[PathBuf] {
        &self.roots
    }

    /// Returns the places to which files are copied.
    pub fn copies(&self) -> impl Iterator<Item = (&Path, CopyOf<'_>)> {
        self.copies.iter().flat_map(|copy| {
            let of = CopyOf { source: &copy.source, keep_mtime: copy.keep_mtime };
            copy.destinations.iter().map(move |path| (path.as_path(), of))
        })
    }
}
