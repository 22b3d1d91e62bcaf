//! One path: leave it, write it, or refuse. Principal types: [`Content`], [`Decision`].

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clx_core::ContentHash;
use clx_store::{FileStat, Store};
use rustix::fs::{
    AtFlags, CWD, RenameFlags, Timespec, Timestamps, UTIME_OMIT, renameat_with, utimensat,
};
use rustix::io::Errno;

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

/// A file of which all is decided.
#[derive(Debug)]
pub(super) struct Prepared<'a> {
    path: PathBuf,
    /// Where it is written first.
    staged: PathBuf,
    content: Content<'a>,
    decision: Decision,
}

/// What is to be done at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// Owned, and the stat is what it was after writing: not even read.
    Fresh,
    /// The content is right, but that is not on record.
    Record,
    /// Nothing is there.
    Create,
    /// The content is wrong.
    Replace,
}

impl Decision {
    pub(super) const fn needs_claim(self) -> bool {
        !matches!(self, Self::Fresh)
    }

    pub(super) const fn placed(self) -> Placed {
        match self {
            Self::Fresh | Self::Record => Placed::Unchanged,
            Self::Create | Self::Replace => Placed::Written,
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
        if self.is_in_new_directory(relative) && !self.owned.contains_key(relative) {
            return Ok(Decision::Create);
        }
        let path = self.path().join(relative);
        let metadata = match fs::symlink_metadata(&path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Decision::Create);
            }
            // A parent that is no directory is found out, and named, when it is made.
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
                return Ok(Decision::Create);
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
            Ok(Decision::Replace)
        } else {
            Err(Refusal::Foreign)
        }
    }

    /// Makes the directory of a file that is to be written and a place to stage it.
    pub(super) fn prepare<'a>(
        &mut self,
        relative: &Path,
        content: Content<'a>,
        decision: Decision,
    ) -> Result<Prepared<'a>, Refusal> {
        let path = self.path().join(relative);
        let staged = match decision {
            Decision::Fresh | Decision::Record => PathBuf::new(),
            Decision::Create | Decision::Replace => {
                self.make_directory(relative.parent().unwrap_or(Path::new("")))?;
                self.stage()?
            }
        };
        Ok(Prepared { path, staged, content, decision })
    }

    /// Carries out a decision and returns what the file is then.
    pub(super) fn carry_out(
        &self,
        file: &Prepared<'_>,
        store: &Store,
    ) -> Result<FileStat, Refusal> {
        let Prepared { path, staged, content, decision } = file;
        let rename: fn(&Path, &Path) -> io::Result<()> = match decision {
            Decision::Fresh | Decision::Record => {
                return fs::symlink_metadata(path)
                    .map(|metadata| FileStat::from(&metadata))
                    .map_err(|error| Refusal::Io("look at it", error));
            }
            Decision::Create => rename_to_nothing,
            Decision::Replace => |from, to| fs::rename(from, to),
        };
        let stat = write_content(staged, content, store)?;
        match rename(staged, path) {
            Ok(()) => Ok(stat),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(Refusal::Foreign),
            Err(error) => Err(Refusal::Io("move it into place", error)),
        }
    }
}

/// Renames a file unless somebody has put another one there meanwhile.
fn rename_to_nothing(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // Some network file systems cannot refuse.
        Err(Errno::INVAL | Errno::NOSYS) => fs::rename(from, to),
        renamed => renamed.map_err(io::Error::from),
    }
}

fn has_content(path: &Path, hash: ContentHash) -> Result<bool, Refusal> {
    let bytes = fs::read(path).map_err(|error| Refusal::Io("read what lies there", error))?;
    Ok(ContentHash::of(bytes) == hash)
}

/// Returns what the file is now; renaming it changes nothing of that.
fn write_content(path: &Path, content: &Content<'_>, store: &Store) -> Result<FileStat, Refusal> {
    let failed = |error| Refusal::Io("write it", error);
    let metadata = match content {
        Content::Blob(hash) => {
            let bytes = store.get(hash).map_err(|error| Refusal::Content(error.to_string()))?;
            let mut file = fs::File::create_new(path).map_err(failed)?;
            file.write_all(&bytes).and_then(|()| file.metadata())
        }
        Content::File { source, keep_mtime, .. } => {
            fs::copy(source, path).map_err(|error| Refusal::Io("copy it", error))?;
            if *keep_mtime {
                copy_mtime(source, path).map_err(|error| Refusal::Io("set its time", error))?;
            }
            fs::symlink_metadata(path)
        }
    };
    metadata.map(|metadata| FileStat::from(&metadata)).map_err(failed)
}

/// Works for files that may not be written to as well.
fn copy_mtime(source: &Path, path: &Path) -> io::Result<()> {
    let stat = rustix::fs::stat(source)?;
    let times = Timestamps {
        last_access: Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT },
        last_modification: Timespec {
            tv_sec: stat.st_mtime,
            tv_nsec: i64::try_from(stat.st_mtime_nsec).unwrap_or(0),
        },
    };
    Ok(utimensat(CWD, path, &times, AtFlags::empty())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clx_store::StoreOptions;

    #[test]
    fn file_that_appears_after_the_decision_is_not_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("store"), &StoreOptions::default()).unwrap();
        let hash = store.put(b"ours").unwrap();
        let mut root = OutputRoot::open(&store, &dir.path().join("out"), None).unwrap();
        let relative = Path::new("a.html");
        let decision = root.decide(relative, hash, Foreign::Keep).unwrap();
        assert_eq!(decision, Decision::Create);
        let path = root.path().join(relative);
        fs::write(&path, "theirs").unwrap();
        let prepared = root.prepare(relative, Content::Blob(hash), decision).unwrap();
        let refusal = root.carry_out(&prepared, &store).unwrap_err();
        assert!(matches!(refusal, Refusal::Foreign), "{refusal:?}");
        assert_eq!(fs::read(&path).unwrap(), b"theirs");
    }

    #[test]
    fn read_only_source_is_copied_with_its_time() {
        let dir = tempfile::tempdir().unwrap();
        let (source, copy) = (dir.path().join("source"), dir.path().join("copy"));
        fs::write(&source, "data").unwrap();
        let past = std::time::UNIX_EPOCH + std::time::Duration::new(1_000_000_000, 123_456_789);
        fs::File::options().write(true).open(&source).unwrap().set_modified(past).unwrap();
        fs::set_permissions(&source, std::os::unix::fs::PermissionsExt::from_mode(0o444)).unwrap();
        let store = Store::open(&dir.path().join("store"), &StoreOptions::default()).unwrap();
        let hash = ContentHash::of("data");
        let content = Content::File { source: &source, hash, keep_mtime: true };
        let stat = write_content(&copy, &content, &store).unwrap();
        let metadata = fs::metadata(&copy).unwrap();
        assert_eq!(metadata.modified().unwrap(), past);
        assert_eq!(stat, FileStat::from(&metadata));
    }
}
