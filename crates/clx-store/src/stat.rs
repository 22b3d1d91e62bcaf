//! What the file system says about a file. Principal type: [`FileStat`].

use std::ffi::OsStr;
use std::fs::Metadata;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Size, times and inode: while they are the same, a file is taken as unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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

/// The longest step of the clock of a file system that has fractions of a second: 10 ms, both on
/// Linux (`CONFIG_HZ=100`) and in exFAT.
pub const FINE_TICK: Duration = Duration::from_millis(10);

/// The longest step of any other: FAT counts in 2 s.
const COARSE_TICK: Duration = Duration::from_secs(2);

impl FileStat {
    /// Returns how long a file may be changed once more without any difference in its stat, by the
    /// clock of its file system: a time without a fraction of a second comes from a coarse one.
    #[must_use]
    pub const fn tick(&self) -> Duration {
        if self.ctime_ns % 1_000_000_000 == 0 { COARSE_TICK } else { FINE_TICK }
    }

    /// Returns when the file was last changed in any way, in nanoseconds since the epoch.
    pub(crate) const fn changed_ns(&self) -> i64 {
        if self.mtime_ns > self.ctime_ns { self.mtime_ns } else { self.ctime_ns }
    }

    /// Tells whether the file may be changed after a moment, in nanoseconds since the epoch, without any
    /// difference in its stat.
    #[must_use]
    pub fn is_racy(&self, moment_ns: i64) -> bool {
        let tick_ns = i64::try_from(self.tick().as_nanos()).unwrap_or(i64::MAX);
        self.changed_ns().saturating_add(tick_ns) > moment_ns
    }
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

impl From<&rustix::fs::Stat> for FileStat {
    fn from(stat: &rustix::fs::Stat) -> Self {
        let ns = |seconds: i64, ns: u64| {
            seconds.saturating_mul(1_000_000_000).saturating_add(ns.cast_signed())
        };
        Self {
            size: stat.st_size.cast_unsigned(),
            mtime_ns: ns(stat.st_mtime, stat.st_mtime_nsec),
            ctime_ns: ns(stat.st_ctime, stat.st_ctime_nsec),
            inode: stat.st_ino.cast_signed(),
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
