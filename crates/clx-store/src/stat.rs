//! What the file system says about a file. Principal type: [`FileStat`].

use std::ffi::OsStr;
use std::fs::Metadata;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Size, times and inode: while they are the same, a file is taken as unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileStat {
    /// Size in bytes.
    pub size: u64,
    /// Time of the last change of the contents, in nanoseconds since the epoch.
    pub mtime_ns: i64,
    /// Time of the last change of the inode, in nanoseconds since the epoch.
    pub ctime_ns: i64,
    /// The inode, as SQLite stores it: some file systems use all 64 bits.
    pub inode: i64,
}

impl From<&Metadata> for FileStat {
    fn from(metadata: &Metadata) -> Self {
        let ns = |seconds: i64, ns: i64| seconds.saturating_mul(1_000_000_000).saturating_add(ns);
        Self {
            size: metadata.len(),
            mtime_ns: ns(metadata.mtime(), metadata.mtime_nsec()),
            ctime_ns: ns(metadata.ctime(), metadata.ctime_nsec()),
            inode: metadata.ino().cast_signed(),
        }
    }
}

/// Returns a path as it is stored: names on Linux need not be UTF-8.
pub(crate) fn path_bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_bytes()
}

/// Reads the path in a column.
pub(crate) fn path_column(row: &rusqlite::Row<'_>, column: &str) -> rusqlite::Result<PathBuf> {
    row.get::<_, Vec<u8>>(column).map(|bytes| PathBuf::from(OsStr::from_bytes(&bytes)))
}
