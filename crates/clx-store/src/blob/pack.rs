//! Packs: small blobs that were put together, one after the other in a file `blobs/packs/<id>`.
//! A pack is written once and never changed. Principal type: [`PackFiles`]; knows no database.

use std::collections::{HashSet, VecDeque};
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use clx_core::ContentHash;
use clx_db::Durability;

use crate::blob::file::{remove_if_exists, sync_names};
use crate::error::{At, StoreError};

/// Packs kept open: one for each thread that reads, and some more.
const N_OPEN: usize = 8;

/// Names a pack; random, since many processes make packs without asking each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PackId(pub(crate) i64);

/// Where a blob lies in a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InPack {
    pub(crate) pack: PackId,
    /// In bytes from the beginning of the file.
    pub(crate) offset: u64,
    /// Bytes of the blob.
    pub(crate) size: u64,
    /// CRC-32 of the blob: what a crash or the disk does to it is found ten times faster than by its
    /// SHA-256. `None` if it was put by a version that kept none.
    pub(crate) crc: Option<u32>,
}

impl InPack {
    /// Tells whether bytes that were read here are the blob.
    pub(crate) fn is_whole(&self, hash: &ContentHash, bytes: &[u8]) -> bool {
        self.crc
            .map_or_else(|| ContentHash::of(bytes) == *hash, |crc| crc32fast::hash(bytes) == crc)
    }
}

/// The directory of packs.
#[derive(Debug)]
pub(crate) struct PackFiles {
    root: PathBuf,
    durability: Durability,
    /// Packs that were there when they were looked for; a build asks for each of their blobs.
    seen: Mutex<HashSet<PackId>>,
    /// Packs that were read last: blobs of one are mostly read one after the other.
    open: Mutex<VecDeque<(PackId, Arc<File>)>>,
}

impl PackFiles {
    pub(crate) fn new(root: PathBuf, durability: Durability) -> Self {
        Self { root, durability, seen: Mutex::default(), open: Mutex::default() }
    }

    pub(crate) fn path(&self, pack: PackId) -> PathBuf {
        self.root.join(format!("{:016x}", pack.0))
    }

    /// Reads the id in a path that [`Self::path`] made.
    pub(crate) fn id_of(&self, path: &Path) -> Option<PackId> {
        let digits = path.strip_prefix(&self.root).ok()?.to_str()?;
        i64::from_str_radix(digits, 16).ok().map(PackId).filter(|pack| self.path(*pack) == path)
    }

    /// Writes a new pack and tells where in it the blobs lie.
    pub(crate) fn write(&self, blobs: &[&[u8]]) -> Result<Vec<InPack>, StoreError> {
        let pack = PackId(random_id());
        let path = self.path(pack);
        let mut file = self.create(&path)?;
        let written = file.write_all(&blobs.concat()).and_then(|()| match self.durability {
            Durability::Normal => Ok(()),
            Durability::Full => file.sync_all(),
        });
        let written = written.at("write", &path).and_then(|()| match self.durability {
            Durability::Normal => Ok(()),
            Durability::Full => sync_names(&self.root, self.top()),
        });
        if written.is_err() {
            // Nobody knows of it yet; if it cannot be removed either, pruning does it.
            let _left_over = fs::remove_file(&path);
        }
        written?;
        let mut offset = 0;
        let places = blobs.iter().map(|blob| {
            let crc = Some(crc32fast::hash(blob));
            let place = InPack { pack, offset, size: blob.len() as u64, crc };
            offset += place.size;
            place
        });
        Ok(places.collect())
    }

    /// Returns the directory of the store, in which that of all blobs lies.
    fn top(&self) -> &Path {
        self.root.ancestors().nth(2).unwrap_or(&self.root)
    }

    fn create(&self, path: &Path) -> Result<File, StoreError> {
        match File::create_new(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(&self.root).at("create", &self.root)?;
                File::create_new(path)
            }
            created => created,
        }
        .at("create", path)
    }

    /// Reads a blob; `None` if the pack is gone or too short.
    pub(crate) fn read(&self, place: InPack) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.path(place.pack);
        let Some(file) = self.open(place.pack, &path)? else { return Ok(None) };
        let mut bytes = vec![0; usize::try_from(place.size).unwrap_or(0)];
        match file.read_exact_at(&mut bytes, place.offset) {
            Ok(()) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error).at("read", &path),
        }
    }

    /// Opens a pack, unless it is; `None` if it is gone.
    fn open(&self, pack: PackId, path: &Path) -> Result<Option<Arc<File>>, StoreError> {
        let lock = || self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, file)) = lock().iter().find(|(known, _)| *known == pack) {
            return Ok(Some(Arc::clone(file)));
        }
        let file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => Arc::new(opened.at("open", path)?),
        };
        let mut open = lock();
        open.truncate(N_OPEN - 1);
        open.push_front((pack, Arc::clone(&file)));
        Ok(Some(file))
    }

    pub(crate) fn contains(&self, pack: PackId) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.contains(&pack) || (self.path(pack).is_file() && seen.insert(pack))
    }

    /// Removes a pack; harmless if it is gone.
    pub(crate) fn remove(&self, pack: PackId) -> Result<(), StoreError> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).remove(&pack);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|(known, _)| *known != pack);
        drop(open);
        remove_if_exists(&self.path(pack))
    }
}

fn random_id() -> i64 {
    use std::hash::{BuildHasher, RandomState};
    // Keyed by random numbers of the operating system, anew for every state.
    (RandomState::new().hash_one(std::process::id()) >> 1).cast_signed()
}
