//! The watched directories. Principal type: [`Tree`].

use std::collections::{BTreeSet, HashMap};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::inotify::{
    CreateFlags, ReadFlags, Reader, WatchFlags, add_watch, init, remove_watch,
};
use rustix::io::Errno;

use crate::change::Change;
use crate::error::WatchError;
use crate::ignore::is_temporary;
use crate::options::WatchOptions;

/// Bytes of events that are read at once.
const BUFFER: usize = 16 * 1024;

/// What is told of a directory.
const WATCHED: WatchFlags = WatchFlags::CLOSE_WRITE
    .union(WatchFlags::CREATE)
    .union(WatchFlags::DELETE)
    .union(WatchFlags::MOVED_FROM)
    .union(WatchFlags::MOVED_TO)
    .union(WatchFlags::ATTRIB)
    .union(WatchFlags::DELETE_SELF)
    .union(WatchFlags::MOVE_SELF)
    .union(WatchFlags::ONLYDIR);

/// Ways in which a directory stops being where it was.
const LEFT: ReadFlags =
    ReadFlags::DELETE_SELF.union(ReadFlags::MOVE_SELF).union(ReadFlags::UNMOUNT);

/// Directories and the numbers that the kernel gave them.
#[derive(Debug)]
pub(crate) struct Tree {
    inotify: OwnedFd,
    options: WatchOptions,
    directories: HashMap<i32, Directory>,
}

#[derive(Debug)]
struct Directory {
    path: PathBuf,
    /// The only names that count, if not all do.
    only: Option<BTreeSet<OsString>>,
}

/// What the kernel told.
struct Event {
    watch: i32,
    flags: ReadFlags,
    name: Option<OsString>,
}

impl Tree {
    /// Watches everything that the options name.
    pub(crate) fn watch(options: WatchOptions) -> Result<Self, WatchError> {
        let flags = CreateFlags::NONBLOCK | CreateFlags::CLOEXEC;
        let inotify = init(flags).map_err(WatchError::of_start)?;
        let options = options.resolved();
        let mut tree = Self { inotify, options, directories: HashMap::new() };
        tree.watch_all()?;
        Ok(tree)
    }

    /// Returns what becomes readable with the next event.
    pub(crate) fn descriptor(&self) -> BorrowedFd<'_> {
        self.inotify.as_fd()
    }

    /// Reads all events that are there.
    pub(crate) fn read(&mut self) -> Result<Change, WatchError> {
        let mut change = Change::default();
        for event in self.events()? {
            self.take(&event, &mut change)?;
        }
        Ok(change)
    }

    fn watch_all(&mut self) -> Result<(), WatchError> {
        for tree in self.options.trees.clone() {
            if !self.add_below(&tree)? {
                return Err(WatchError::Gone { path: tree });
            }
        }
        for file in self.options.files.clone() {
            let (Some(directory), Some(name)) = (file.parent(), file.file_name()) else { continue };
            self.add_file(directory, name)?;
        }
        Ok(())
    }

    /// Watches a directory and all below it, unless it is left out; false if it is not there.
    fn add_below(&mut self, root: &Path) -> Result<bool, WatchError> {
        let is_there = self.add(root)?.is_some();
        let mut open = vec![root.to_owned()];
        while let Some(directory) = open.pop() {
            let Ok(entries) = fs::read_dir(&directory) else { continue };
            for entry in entries.flatten() {
                let path = entry.path();
                let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
                if is_directory
                    && !self.options.leaves_out(&path, true)
                    && self.add(&path)?.is_some()
                {
                    open.push(path);
                }
            }
        }
        Ok(is_there)
    }

    /// Watches one directory; `None` if it is not there or closed to us, which whoever reads it finds out.
    fn add(&mut self, path: &Path) -> Result<Option<i32>, WatchError> {
        match add_watch(&self.inotify, path, WATCHED) {
            Ok(watch) => {
                self.directories.insert(watch, Directory { path: path.to_owned(), only: None });
                Ok(Some(watch))
            }
            Err(Errno::NOENT | Errno::NOTDIR | Errno::ACCESS) => Ok(None),
            Err(errno) => Err(WatchError::of_directory(path, self.directories.len(), errno)),
        }
    }

    /// Watches one name in a directory that may be watched as a whole already.
    fn add_file(&mut self, directory: &Path, name: &OsStr) -> Result<(), WatchError> {
        let n_watched = self.directories.len();
        let watch = add_watch(&self.inotify, directory, WATCHED)
            .map_err(|errno| WatchError::of_directory(directory, n_watched, errno))?;
        let new = || Directory { path: directory.to_owned(), only: Some(BTreeSet::new()) };
        let known = self.directories.entry(watch).or_insert_with(new);
        if let Some(only) = &mut known.only {
            only.insert(name.to_owned());
        }
        Ok(())
    }

    fn events(&self) -> Result<Vec<Event>, WatchError> {
        let mut buffer = [MaybeUninit::uninit(); BUFFER];
        let mut reader = Reader::new(&self.inotify, &mut buffer);
        let mut events = Vec::new();
        loop {
            match reader.next() {
                Ok(event) => events.push(Event {
                    watch: event.wd(),
                    flags: event.events(),
                    name: event
                        .file_name()
                        .map(|name| OsStr::from_bytes(name.to_bytes()).to_owned()),
                }),
                Err(Errno::AGAIN) => return Ok(events),
                Err(Errno::INTR) => {}
                Err(errno) => return Err(WatchError::of_start(errno)),
            }
        }
    }

    fn take(&mut self, event: &Event, change: &mut Change) -> Result<(), WatchError> {
        if event.flags.contains(ReadFlags::QUEUE_OVERFLOW) {
            change.merge(Change::of_everything());
            // Directories may have come among what was not told.
            return self.watch_all();
        }
        let Some(directory) = self.directories.get(&event.watch) else { return Ok(()) };
        if event.flags.contains(ReadFlags::IGNORED) {
            self.directories.remove(&event.watch);
            return Ok(());
        }
        let Some(name) = &event.name else { return self.left(event, &directory.path) };
        let path = directory.path.join(name);
        let is_directory = event.flags.contains(ReadFlags::ISDIR);
        let counts = directory.only.as_ref().is_none_or(|only| only.contains(name))
            && !is_temporary(name)
            && !self.options.leaves_out(&path, is_directory);
        if !counts || !is_directory && is_about_to_be_written(event.flags, &path) {
            return Ok(());
        }
        if is_directory && event.flags.intersects(ReadFlags::MOVED_FROM | ReadFlags::DELETE) {
            self.forget(&path);
        } else if is_directory && event.flags.intersects(ReadFlags::CREATE | ReadFlags::MOVED_TO) {
            self.add_below(&path)?;
            if self.options.leads_to_skipped(&path) {
                self.note_entries(&path, change);
                return Ok(());
            }
        }
        change.add(path);
        Ok(())
    }

    /// Notes what is in a new directory. Such a one is itself no change, or whoever writes what is left
    /// out would be told of it.
    fn note_entries(&self, directory: &Path, change: &mut Change) {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_temporary(&name) || self.options.leaves_out(&path, is_directory) {
                continue;
            }
            if is_directory && self.options.leads_to_skipped(&path) {
                self.note_entries(&path, change);
            } else {
                change.add(path);
            }
        }
    }

    /// Takes what is told of a directory itself: of those below others, these have told the same.
    fn left(&self, event: &Event, path: &Path) -> Result<(), WatchError> {
        let is_outermost = self.options.trees.iter().any(|tree| tree == path)
            || self.options.files.iter().any(|file| file.parent() == Some(path));
        if event.flags.intersects(LEFT) && is_outermost {
            return Err(WatchError::Gone { path: path.to_owned() });
        }
        Ok(())
    }

    /// Watches a directory, and all below it, no longer: it may be somewhere else now.
    fn forget(&mut self, path: &Path) {
        let inotify = &self.inotify;
        self.directories.retain(|watch, directory| {
            let is_left = directory.path.starts_with(path);
            if is_left {
                // It is gone with a directory that was removed.
                let _gone = remove_watch(inotify, *watch);
            }
            !is_left
        });
    }
}

/// Tells whether a file was made that somebody has open: what counts comes when it is closed. Links
/// are complete when they are made.
fn is_about_to_be_written(flags: ReadFlags, path: &Path) -> bool {
    flags.contains(ReadFlags::CREATE)
        && fs::symlink_metadata(path).is_ok_and(|data| data.is_file() && data.nlink() == 1)
}
