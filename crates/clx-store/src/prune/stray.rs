//! Removes files below `blobs/` that killed processes left behind: files that were being written,
//! and files that had got their name but not yet their row.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clx_core::{ContentHash, Timestamp};

use crate::blob::remove_if_exists;
use crate::error::{At, StoreError};
use crate::stat::FileStat;
use crate::store::Store;

impl Store {
    /// Removes files that are no blobs and were last changed before `grace`; returns how many.
    pub(crate) fn remove_stray_files(&self, grace: Duration) -> Result<u64, StoreError> {
        let mut n_removed = 0;
        for path in files_below(self.blob_files.root())? {
            if self.is_older(&path, grace)
                && !self.is_blob_file(&path)?
                && !self.is_used_pack(&path)?
            {
                remove_if_exists(&path)?;
                n_removed += 1;
            }
        }
        Ok(n_removed)
    }

    fn is_older(&self, path: &Path, grace: Duration) -> bool {
        fs::symlink_metadata(path).is_ok_and(|metadata| {
            let changed = Timestamp::from_us(FileStat::from(&metadata).mtime_ns / 1000);
            self.now().since(changed) >= grace
        })
    }

    fn is_blob_file(&self, path: &Path) -> Result<bool, StoreError> {
        match hash_of_path(path) {
            Some(hash) => self.contains(&hash),
            None => Ok(false),
        }
    }
}

/// Reads the hash in `ab/cdef…`.
fn hash_of_path(path: &Path) -> Option<ContentHash> {
    let shard = path.parent()?.file_name()?.to_str()?;
    format!("{shard}{}", path.file_name()?.to_str()?).parse().ok()
}

fn files_below(root: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut files = Vec::new();
    let mut directories = vec![root.to_owned()];
    while let Some(directory) = directories.pop() {
        let entries = match fs::read_dir(&directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries.at("list", &directory)?,
        };
        for entry in entries {
            let entry = entry.at("list", &directory)?;
            let is_directory = entry.file_type().at("list", &directory)?.is_dir();
            if is_directory { &mut directories } else { &mut files }.push(entry.path());
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prune::PrunePolicy;
    use crate::store::tests::TestStore;

    #[test]
    fn leftovers_go_after_their_grace_and_blobs_stay() {
        let fixture = TestStore::new();
        let bytes = vec![1; 100_000];
        fixture.record(&ContentHash::of("key"), &bytes);
        let root = fixture.store.blob_files.root();
        fs::write(root.join(".tmp-torn"), "half").unwrap();
        let nameless = fixture.store.blob_files.path(&ContentHash::of("row never written"));
        fs::create_dir_all(nameless.parent().unwrap()).unwrap();
        fs::write(&nameless, "row never written").unwrap();
        let packed = fixture.record(&ContentHash::of("packed"), &[3; 5000]);
        fixture.store.packs.write(&[&[4; 5000]]).unwrap();
        let prune = || fixture.store.prune(&PrunePolicy::default()).unwrap().n_stray_files;
        assert_eq!(prune(), 0);
        fixture.clock.advance(Duration::from_secs(2 * 60 * 60));
        assert_eq!(prune(), 3);
        assert_eq!(fixture.store.get(&ContentHash::of(&bytes)).unwrap(), bytes);
        assert_eq!(fixture.open_again().get(&packed).unwrap(), [3; 5000]);
    }
}
