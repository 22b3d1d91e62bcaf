//! Compares traces with what is there. Principal types: [`Changes`]; principal method:
//! [`Trace::changes`].

use std::ffi::OsStr;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use clx_core::ContentHash;
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};
use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, open, statat};
use rustix::io::Errno;

use super::{Content, Entry, Folder, Look, N_DIGEST, Trace};
use crate::output::Written;
use crate::stat::FileStat;

/// Directories that one thread takes at least: a look at a file takes about 1 µs.
const FOLDERS_AT_ONCE: usize = 32;

/// Entries for which opening their directory pays: names in it are found faster than whole paths.
const ENTRIES_PER_DIRECTORY: usize = 4;

/// What does not look as it did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// What was read, or was looked for in vain: files and directories, in the order of their names.
    pub inputs: Vec<PathBuf>,
    /// Outputs that are gone or different, with the hash of what was in them.
    pub outputs: Vec<(PathBuf, ContentHash)>,
    /// Directories that are gone.
    pub directories: Vec<PathBuf>,
}

impl Changes {
    /// Tells whether everything looks as it did.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.inputs.is_empty() && self.keeps_outputs()
    }

    /// Tells whether all outputs and directories are as they were.
    #[must_use]
    pub const fn keeps_outputs(&self) -> bool {
        self.outputs.is_empty() && self.directories.is_empty()
    }

    fn add(&mut self, folder: &Folder<'_>, entry: &Entry<'_>) {
        match entry.look {
            Look::Absent | Look::Input(_) => self.inputs.push(path_of(folder, entry)),
            Look::Output(_, hash) => {
                self.outputs.push((path_of(folder, entry), ContentHash::from_bytes(hash)));
            }
            Look::Directory => self.directories.push(path_of(folder, entry)),
        }
    }

    fn with(mut self, more: Self) -> Self {
        self.inputs.extend(more.inputs);
        self.outputs.extend(more.outputs);
        self.directories.extend(more.directories);
        self
    }
}

impl Trace {
    /// Returns the note of whoever kept the trace.
    #[must_use]
    pub fn note(&self) -> &[u8] {
        self.content().map_or(&[], |content| content.note)
    }

    /// Returns what does not look as it did; `None` if another version of clx wrote the trace. Opens no
    /// file.
    #[must_use]
    pub fn changes(&self) -> Option<Changes> {
        let content = self.content()?;
        let folders = content.folders.par_iter().with_min_len(FOLDERS_AT_ONCE);
        Some(folders.fold(Changes::default, look).reduce(Changes::default, Changes::with))
    }

    /// `None` if another version of clx wrote it.
    pub(super) fn content(&self) -> Option<Content<'_>> {
        postcard::from_bytes(&self.bytes[N_DIGEST..]).ok()
    }
}

/// Adds what does not look as it did in a directory.
fn look(mut changes: Changes, folder: &Folder<'_>) -> Changes {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let directory = (folder.entries.len() >= ENTRIES_PER_DIRECTORY)
        .then(|| open(OsStr::from_bytes(folder.path), flags, Mode::empty()));
    for entry in &folder.entries {
        let holds = match &directory {
            None => entry_holds(CWD, &path_of(folder, entry), entry.look),
            Some(Ok(directory)) => {
                let name = Path::new(OsStr::from_bytes(entry.name));
                entry_holds(directory.as_fd(), name, entry.look)
            }
            Some(Err(_)) => entry.look == Look::Absent,
        };
        if !holds {
            changes.add(folder, entry);
        }
    }
    changes
}

/// Returns the path of an entry.
pub(super) fn path_of(folder: &Folder<'_>, entry: &Entry<'_>) -> PathBuf {
    Path::new(OsStr::from_bytes(folder.path)).join(OsStr::from_bytes(entry.name))
}

fn entry_holds(directory: BorrowedFd<'_>, path: &Path, known: Look) -> bool {
    let look = |flags| statat(directory, path, flags);
    match known {
        Look::Absent => matches!(look(AtFlags::empty()), Err(Errno::NOENT | Errno::NOTDIR)),
        Look::Input(known) => {
            look(AtFlags::empty()).is_ok_and(|stat| FileStat::from(&stat) == known)
        }
        Look::Output(known, _) => look(AtFlags::SYMLINK_NOFOLLOW).is_ok_and(|stat| {
            FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
                && Written::from(FileStat::from(&stat)) == known
        }),
        Look::Directory => look(AtFlags::empty())
            .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Directory),
    }
}
