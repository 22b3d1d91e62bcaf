//! Compares traces with what is there. Principal method: [`Trace::holds`].

use std::ffi::OsStr;
use std::num::NonZero;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::thread;

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, open, statat};
use rustix::io::Errno;

use super::{Content, Folder, Look, N_DIGEST, Trace};
use crate::output::Written;
use crate::stat::FileStat;

/// Entries for which another thread pays: a look takes about 1 µs, starting a thread 50 µs.
const ENTRIES_PER_THREAD: usize = 500;

/// Entries for which opening their directory pays: names in it are found faster than whole paths.
const ENTRIES_PER_DIRECTORY: usize = 4;

impl Trace {
    /// Returns the note of whoever kept the trace.
    #[must_use]
    pub fn note(&self) -> &[u8] {
        self.content().map_or(&[], |content| content.note)
    }

    /// Tells whether everything looks as it did. Opens no file.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.content().is_some_and(|content| hold(&content.folders))
    }

    /// `None` if another version of clx wrote it.
    fn content(&self) -> Option<Content<'_>> {
        postcard::from_bytes(&self.bytes[N_DIGEST..]).ok()
    }
}

fn hold(folders: &[Folder<'_>]) -> bool {
    let n_entries: usize = folders.iter().map(|folder| folder.entries.len()).sum();
    let n_cores = thread::available_parallelism().map_or(1, NonZero::get);
    let n_threads = (n_entries / ENTRIES_PER_THREAD).clamp(1, n_cores);
    let share = folders.len().div_ceil(n_threads).max(1);
    let all_hold = |folders: &[Folder<'_>]| folders.iter().all(holds);
    thread::scope(|scope| {
        let mut shares = folders.chunks(share);
        let own = shares.next().unwrap_or_default();
        let others: Vec<_> = shares.map(|share| scope.spawn(move || all_hold(share))).collect();
        let own_hold = all_hold(own);
        // A thread that panicked has not found that its share holds.
        others.into_iter().all(|other| other.join().unwrap_or(false)) && own_hold
    })
}

fn holds(folder: &Folder<'_>) -> bool {
    let path = OsStr::from_bytes(folder.path);
    if folder.entries.len() < ENTRIES_PER_DIRECTORY {
        let at = |name: &[u8]| Path::new(path).join(OsStr::from_bytes(name));
        return folder.entries.iter().all(|entry| entry_holds(CWD, &at(entry.name), entry.look));
    }
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    match open(path, flags, Mode::empty()) {
        Ok(directory) => folder.entries.iter().all(|entry| {
            let name = Path::new(OsStr::from_bytes(entry.name));
            entry_holds(directory.as_fd(), name, entry.look)
        }),
        Err(_) => folder.entries.iter().all(|entry| entry.look == Look::Absent),
    }
}

fn entry_holds(directory: BorrowedFd<'_>, path: &Path, known: Look) -> bool {
    let look = |flags| statat(directory, path, flags);
    match known {
        Look::Absent => matches!(look(AtFlags::empty()), Err(Errno::NOENT | Errno::NOTDIR)),
        Look::Input(known) => {
            look(AtFlags::empty()).is_ok_and(|stat| FileStat::from(&stat) == known)
        }
        Look::Output(known) => look(AtFlags::SYMLINK_NOFOLLOW).is_ok_and(|stat| {
            FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
                && Written::from(FileStat::from(&stat)) == known
        }),
        Look::Directory => look(AtFlags::empty())
            .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Directory),
    }
}
