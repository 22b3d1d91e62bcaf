//! What a disk has after the power was cut. Principal type: [`Disk`].
//!
//! A disk has for sure what was there when a program last waited for it: the bytes of a file at its last
//! `fsync`, the names in a directory at its last. Of everything written since, each sector may be
//! there or not, in any order; a file whose name was not waited for may be missing. The waits themselves
//! are left out, so the real disk slows nothing down.
//!
//! Not simulated are files that come back after they were removed.

use std::collections::{HashMap, HashSet};
use std::ffi::c_int;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::TempDir;

use clx_testkit::random::Random;

/// What a disk writes whole or not at all, in bytes.
const SECTOR: usize = 512;

/// One image in so many moments.
const RARITY: usize = 6;

static WATCHED: Mutex<Option<Watched>> = Mutex::new(None);

/// A directory whose disk may lose its power at any moment; one at a time in a process.
#[derive(Debug)]
pub struct Disk(());

/// What is left of a directory.
#[derive(Debug)]
pub struct Image {
    /// Where it lies now.
    pub dir: TempDir,
    /// How many operations had been answered when the power was cut.
    pub answered: usize,
}

#[derive(Debug)]
struct Watched {
    dir: PathBuf,
    /// Bytes that files had when they were waited for, by device and inode.
    synced: HashMap<(u64, u64), Vec<u8>>,
    /// Files whose directory was waited for since they have their name.
    named: HashSet<PathBuf>,
    answered: usize,
    images: Vec<Image>,
    random: Random,
}

impl Disk {
    /// Begins to watch a directory, which is empty; `seed` decides when the power is cut and what that
    /// leaves.
    #[must_use]
    pub fn watch(dir: &Path, seed: u64) -> Self {
        let dir = dir.canonicalize().expect("a directory");
        let watched = Watched {
            dir,
            synced: HashMap::new(),
            named: HashSet::new(),
            answered: 0,
            images: Vec::new(),
            random: Random::new(seed),
        };
        assert!(lock().replace(watched).is_none(), "one at a time");
        std::hint::black_box(super::slow::fsync as *const ());
        Self(())
    }

    /// Says that an operation was answered: whoever asked relies on it from now on.
    pub fn answered(&self) {
        if let Some(watched) = &mut *lock() {
            watched.answered += 1;
            watched.moment();
        }
    }

    /// Ends the watch and returns what was left each time.
    #[must_use]
    pub fn images(self) -> Vec<Image> {
        lock().take().map_or_else(Vec::new, |watched| watched.images)
    }
}

/// Notes that a program waits for a file; true if nobody need wait for the real one.
pub(super) fn sync(file: c_int) -> bool {
    let mut watched = lock();
    let Some(watched) = &mut *watched else { return false };
    let Ok(path) = fs::read_link(format!("/proc/self/fd/{file}")) else { return false };
    if !path.starts_with(&watched.dir) {
        return false;
    }
    watched.moment();
    if path.is_dir() {
        let entries = fs::read_dir(&path).expect("readable").flatten();
        watched.named.extend(entries.map(|entry| entry.path()));
    } else {
        // Through the descriptor: the file may have no name yet.
        let open = format!("/proc/self/fd/{file}");
        let metadata = fs::metadata(&open).expect("an open file");
        let bytes = fs::read(&open).expect("readable");
        watched.synced.insert((metadata.dev(), metadata.ino()), bytes);
    }
    true
}

fn lock() -> MutexGuard<'static, Option<Watched>> {
    WATCHED.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Watched {
    /// Cuts the power now and then.
    fn moment(&mut self) {
        if self.random.one_in(RARITY) {
            let dir = tempfile::tempdir().expect("a temp dir");
            // Nothing that was not waited for, all of it, or any part.
            let kept = self.random.below(3);
            self.leave(&self.dir.clone(), dir.path(), kept);
            self.images.push(Image { dir, answered: self.answered });
        }
    }

    /// Writes what is left of a directory into another one.
    fn leave(&mut self, from: &Path, to: &Path, kept: usize) {
        let mut entries: Vec<_> = fs::read_dir(from).expect("readable").flatten().collect();
        entries.sort_by_key(fs::DirEntry::path);
        for entry in entries {
            let (path, copy) = (entry.path(), to.join(entry.file_name()));
            let is_there = self.named.contains(&path) || self.keeps(kept);
            if path.is_dir() && is_there {
                fs::create_dir(&copy).expect("made");
                self.leave(&path, &copy, kept);
            } else if is_there && let Ok(metadata) = fs::metadata(&path) {
                let known = self.synced.get(&(metadata.dev(), metadata.ino())).cloned();
                let bytes = fs::read(&path).expect("readable");
                fs::write(copy, self.tear(&known.unwrap_or_default(), &bytes, kept))
                    .expect("written");
            }
        }
    }

    /// Mixes the sectors that a file had for sure with those that it has.
    fn tear(&mut self, old: &[u8], new: &[u8], kept: usize) -> Vec<u8> {
        let length = if self.keeps(kept) { new.len() } else { old.len() };
        let mut mixed = vec![0; length];
        for begin in (0..length).step_by(SECTOR) {
            let source = if self.keeps(kept) { new } else { old };
            let end = (begin + SECTOR).min(length).min(source.len());
            if begin < end {
                mixed[begin..end].copy_from_slice(&source[begin..end]);
            }
        }
        mixed
    }

    fn keeps(&mut self, kept: usize) -> bool {
        match kept {
            0 => false,
            1 => true,
            _ => self.random.one_in(2),
        }
    }
}
