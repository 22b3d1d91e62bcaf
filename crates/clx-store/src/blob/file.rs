//! The files of large blobs: `blobs/ab/cdef…`, written beside their place and renamed.
//! Principal type: [`BlobFiles`]; knows no database.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use clx_core::ContentHash;
use clx_db::Durability;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::error::{At, StoreError};

/// Begins the names of files that are being written. A killed process leaves them behind under
/// names that no blob has; pruning removes them.
pub(crate) const TEMPORARY_PREFIX: &str = ".tmp-";

/// The directory of large blobs.
#[derive(Debug)]
pub(crate) struct BlobFiles {
    root: PathBuf,
    durability: Durability,
}

/// A blob that has all its bytes, but not yet its name.
#[derive(Debug)]
pub(crate) struct UnnamedBlob {
    file: NamedTempFile,
    pub(crate) hash: ContentHash,
    pub(crate) size: u64,
}

impl BlobFiles {
    pub(crate) const fn new(root: PathBuf, durability: Durability) -> Self {
        Self { root, durability }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the place of a blob, whether it exists or not.
    pub(crate) fn path(&self, hash: &ContentHash) -> PathBuf {
        let digits = hash.to_hex();
        self.root.join(&digits[..2]).join(&digits[2..])
    }

    pub(crate) fn contains(&self, hash: &ContentHash) -> bool {
        self.path(hash).is_file()
    }

    /// Copies everything that `source` has into a file without a name.
    pub(crate) fn write(&self, source: impl Read, path: &Path) -> Result<UnnamedBlob, StoreError> {
        fs::create_dir_all(&self.root).at("create", &self.root)?;
        let mut file = temporary_in(&self.root)?;
        let (hash, size) = copy_hashing(source, file.as_file_mut()).at("copy", path)?;
        Ok(UnnamedBlob { file, hash, size })
    }

    /// Gives a blob its name; harmless if another process was faster.
    pub(crate) fn publish(&self, blob: UnnamedBlob) -> Result<(), StoreError> {
        let path = self.path(&blob.hash);
        let directory = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(directory).at("create", directory)?;
        if self.durability == Durability::Full {
            blob.file.as_file().sync_all().at("sync", &path)?;
        }
        blob.file.persist(&path).map_err(|error| error.error).at("write", &path)?;
        if self.durability == Durability::Full {
            sync_names(directory, self.root.parent().unwrap_or(&self.root))?;
        }
        Ok(())
    }

    /// Opens a blob, if its file exists.
    pub(crate) fn open(&self, hash: &ContentHash) -> Result<Option<File>, StoreError> {
        let path = self.path(hash);
        match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            opened => opened.at("open", &path).map(Some),
        }
    }

    /// Removes a blob; harmless if it is gone.
    pub(crate) fn remove(&self, hash: &ContentHash) -> Result<(), StoreError> {
        remove_if_exists(&self.path(hash))
    }
}

/// Waits until the disk has the names in a directory, and its own and those of all above it up to
/// those in `top`.
pub(crate) fn sync_names(directory: &Path, top: &Path) -> Result<(), StoreError> {
    for directory in directory.ancestors() {
        File::open(directory).and_then(|opened| opened.sync_all()).at("sync", directory)?;
        if directory == top {
            break;
        }
    }
    Ok(())
}

/// Makes a file that goes away unless it is given its final name in the same directory.
pub(crate) fn temporary_in(directory: &Path) -> Result<NamedTempFile, StoreError> {
    use std::os::unix::fs::PermissionsExt;
    tempfile::Builder::new()
        .prefix(TEMPORARY_PREFIX)
        // The umask takes its share, as for any other file.
        .permissions(fs::Permissions::from_mode(0o666))
        .tempfile_in(directory)
        .at("create a file in", directory)
}

pub(crate) fn remove_if_exists(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.at("remove", path),
    }
}

/// Copies in pieces of 64 KiB and returns the hash and the number of bytes.
pub(crate) fn copy_hashing(
    mut source: impl Read,
    target: &mut impl Write,
) -> io::Result<(ContentHash, u64)> {
    let mut hasher = Sha256::new();
    let mut piece = vec![0; 64 * 1024];
    let mut size = 0;
    loop {
        match source.read(&mut piece) {
            Ok(0) => return Ok((ContentHash::from_bytes(hasher.finalize().into()), size)),
            Ok(length) => {
                hasher.update(&piece[..length]);
                target.write_all(&piece[..length])?;
                size += length as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
