//! One path: leave it, write it, or refuse. Principal types: [`Content`], [`Decision`].

use std::fs;
use std::io::Write;
use std::path::Path;

use clx_core::ContentHash;
use clx_store::Store;

use super::Foreign;
use super::root::{OutputRoot, Refusal};

/// What belongs at a path.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Content<'a> {
    /// An artifact of the store.
    Blob(ContentHash),
    /// A copy of a file.
    File {
        /// The source.
        source: &'a Path,
        /// Its digest.
        hash: ContentHash,
        /// Whether the copy has the source's modification time.
        keep_mtime: bool,
    },
}

impl Content<'_> {
    pub(crate) const fn hash(&self) -> ContentHash {
        match self {
            Self::Blob(hash) | Self::File { hash, .. } => *hash,
        }
    }
}

/// What was done at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placed {
    /// The right content was there.
    Unchanged,
    /// It was written.
    Written,
}

/// What is to be done at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// Owned, and the stat is what it was after writing: not even read.
    Fresh,
    /// The content is right, but that is not on record.
    Record,
    /// The content is missing or wrong.
    Write,
}

impl Decision {
    pub(super) const fn needs_claim(self) -> bool {
        !matches!(self, Self::Fresh)
    }

    pub(super) const fn placed(self) -> Placed {
        match self {
            Self::Fresh | Self::Record => Placed::Unchanged,
            Self::Write => Placed::Written,
        }
    }
}

impl OutputRoot {
    /// Decides without changing anything.
    pub(super) fn decide(
        &self,
        relative: &Path,
        hash: ContentHash,
        foreign: Foreign,
    ) -> Result<Decision, Refusal> {
        let path = self.path().join(relative);
        let metadata = match fs::symlink_metadata(&path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Decision::Write);
            }
            // A parent that is no directory is found out, and named, when it is made.
            Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => {
                return Ok(Decision::Write);
            }
            Err(error) => return Err(Refusal::Io("look at it", error)),
        };
        let owned = self.owned.get(relative);
        if owned.is_some_and(|owned| owned.hash == hash && owned.is_unchanged(&metadata)) {
            return Ok(Decision::Fresh);
        }
        if !metadata.is_file() {
            let message = "a directory or a link lies where a file belongs".to_owned();
            return Err(Refusal::Blocked(message));
        }
        let is_ours = owned.is_some() || foreign == Foreign::Adopt;
        // Of an owned file with another hash on record the content is wrong without a look.
        let may_match =
            owned.is_none_or(|owned| owned.hash == hash || !owned.is_unchanged(&metadata));
        if may_match && has_content(&path, hash)? {
            Ok(Decision::Record)
        } else if is_ours {
            Ok(Decision::Write)
        } else {
            Err(Refusal::Foreign)
        }
    }

    /// Carries out a decision other than to do nothing.
    pub(super) fn carry_out(
        &mut self,
        relative: &Path,
        content: &Content<'_>,
        decision: Decision,
        store: &Store,
    ) -> Result<(), Refusal> {
        if decision != Decision::Write {
            return Ok(());
        }
        self.make_directory(relative.parent().unwrap_or(Path::new("")))?;
        let staged = self.stage()?;
        write_content(&staged, content, store)?;
        fs::rename(&staged, self.path().join(relative))
            .map_err(|error| Refusal::Io("move it into place", error))
    }
}

fn has_content(path: &Path, hash: ContentHash) -> Result<bool, Refusal> {
    let bytes = fs::read(path).map_err(|error| Refusal::Io("read what lies there", error))?;
    Ok(ContentHash::of(bytes) == hash)
}

fn write_content(path: &Path, content: &Content<'_>, store: &Store) -> Result<(), Refusal> {
    match content {
        Content::Blob(hash) => {
            let bytes = store.get(hash).map_err(|error| Refusal::Content(error.to_string()))?;
            fs::File::create_new(path)
                .and_then(|mut file| file.write_all(&bytes))
                .map_err(|error| Refusal::Io("write it", error))
        }
        Content::File { source, keep_mtime, .. } => {
            fs::copy(source, path).map_err(|error| Refusal::Io("copy it", error))?;
            if *keep_mtime {
                copy_mtime(source, path).map_err(|error| Refusal::Io("set its time", error))?;
            }
            Ok(())
        }
    }
}

fn copy_mtime(source: &Path, path: &Path) -> std::io::Result<()> {
    let modified = fs::metadata(source)?.modified()?;
    fs::File::options()
        .write(true)
        .open(path)?
        .set_times(fs::FileTimes::new().set_modified(modified))
}
