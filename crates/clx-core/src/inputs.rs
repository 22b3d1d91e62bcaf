//! What somebody looked at on the disk. Principal type: [`Inputs`].

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Files and directories that were looked at: as long as they stay the same, so does what was made of
/// them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inputs {
    /// What was there, by absolute paths.
    pub present: BTreeSet<PathBuf>,
    /// What was not.
    pub absent: BTreeSet<PathBuf>,
}

impl Inputs {
    /// Adds a path that was or was not there.
    pub fn add(&mut self, path: &Path, is_there: bool) {
        let paths = if is_there { &mut self.present } else { &mut self.absent };
        paths.insert(path.to_owned());
    }

    /// Adds those of others.
    pub fn extend(&mut self, others: Self) {
        self.present.extend(others.present);
        self.absent.extend(others.absent);
    }
}
