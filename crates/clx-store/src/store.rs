//! Opens a store and runs its transactions. Principal type: [`Store`]; its operations lie in the
//! other modules, one file each.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use clx_core::{Clock, ContentHash, SystemClock, Timestamp};
use clx_db::{Database, Durability, OpenOptions};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::blob::{BlobFiles, Deferred, PackFiles, Recent};
use crate::error::StoreError;
use crate::manifest::Manifest;
use crate::schema::SCHEMA;

/// How to open a store.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// What a commit waits for, default [`Durability::Normal`]; see the page of the crate.
    pub durability: Durability,
    /// Readers at the same time, default 4, at least 1.
    pub readers: u32,
    /// When others see blobs, default [`Sharing::Immediate`].
    pub sharing: Sharing,
    /// Whether digests of files that are known already are used, default yes. They are written in
    /// any case.
    pub reads_digests: bool,
    /// Tells when results were used and files were hashed.
    pub clock: Arc<dyn Clock>,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            durability: Durability::Normal,
            readers: 4,
            sharing: Sharing::Immediate,
            reads_digests: true,
            clock: Arc::new(SystemClock),
        }
    }
}

/// When other processes see a blob that was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sharing {
    /// When it was put.
    #[default]
    Immediate,
    /// With the next result that this store records, or when it is flushed: for a process that hands
    /// its blobs to no other. A process that ends before loses the blobs, and only what was not
    /// recorded yet has named them.
    Deferred,
}

/// Blobs, results of actions, digests of files and ownership of outputs below one directory.
#[derive(Debug)]
pub struct Store {
    pub(crate) dir: PathBuf,
    pub(crate) db: Database,
    pub(crate) blob_files: BlobFiles,
    pub(crate) packs: PackFiles,
    pub(crate) sharing: Sharing,
    pub(crate) deferred: Deferred,
    pub(crate) reads_digests: bool,
    pub(crate) clock: Arc<dyn Clock>,
    manifest: Mutex<Manifest>,
    recent: Mutex<Recent>,
    /// Actions whose date of last use is to be renewed by the next flush.
    pub(crate) used_actions: Mutex<BTreeSet<ContentHash>>,
}

impl Store {
    /// Opens `<dir>/cache.db` and `<dir>/blobs`, creating what is missing.
    ///
    /// # Errors
    /// [`StoreError::Database`] if the file belongs to another program or a newer clx, lies on a
    /// network file system or cannot be opened; it is left as it is.
    pub fn open(dir: &Path, options: &StoreOptions) -> Result<Self, StoreError> {
        let open = OpenOptions { durability: options.durability, readers: options.readers };
        Ok(Self {
            dir: dir.to_owned(),
            db: Database::open(&dir.join("cache.db"), &SCHEMA, &open)?,
            blob_files: BlobFiles::new(dir.join("blobs"), options.durability),
            packs: PackFiles::new(dir.join("blobs/packs"), options.durability),
            sharing: options.sharing,
            deferred: Deferred::default(),
            reads_digests: options.reads_digests,
            clock: Arc::clone(&options.clock),
            manifest: Mutex::default(),
            recent: Mutex::default(),
            used_actions: Mutex::default(),
        })
    }

    /// Returns the absolute path of the database file.
    #[must_use]
    pub fn database_path(&self) -> &Path {
        self.db.path()
    }

    /// Writes what is not written yet: blobs that wait, digests of files and dates of last use. Called at the end of a build; writes nothing if nothing is new.
    ///
    /// # Errors
    /// [`StoreError::Database`]; what could not be written is tried again by the next flush.
    pub fn flush(&self) -> Result<(), StoreError> {
        self.flush_deferred()?;
        self.flush_uses()?;
        self.flush_manifest()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn lock_manifest(&self) -> Result<MutexGuard<'_, Manifest>, StoreError> {
        self.manifest.lock().map_err(|_| self.poisoned())
    }

    pub(crate) fn lock_recent(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(|poisoned| {
            let mut recent = poisoned.into_inner();
            recent.clear();
            recent
        })
    }

    pub(crate) fn poisoned(&self) -> StoreError {
        StoreError::Poisoned { path: PathBuf::from(self.db.path()) }
    }

    /// Runs `work` in a transaction that holds the lock for writing from its first statement.
    pub(crate) fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let mut connection = self.db.writer()?;
        let run = |connection: &mut Connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = work(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        run(&mut connection).map_err(|source| self.db.error(source).into())
    }

    /// Runs `work`, which is one statement and needs no transaction around it.
    pub(crate) fn read_one<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let connection = self.db.reader()?;
        work(&connection).map_err(|source| self.db.error(source).into())
    }

    /// Runs `work` in a transaction that sees one state of the file.
    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let mut connection = self.db.reader()?;
        let run = |connection: &mut Connection| {
            let transaction = connection.transaction()?;
            let value = work(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        run(&mut connection).map_err(|source| self.db.error(source).into())
    }
}

/// Reads the hash in a column.
pub(crate) fn hash_column(row: &rusqlite::Row<'_>, column: &str) -> rusqlite::Result<ContentHash> {
    row.get::<_, [u8; 32]>(column).map(ContentHash::from_bytes)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use clx_core::{ActionResult, Artifact, ManualClock};

    /// A store in a directory of its own, with a clock that starts at the present time.
    pub(crate) struct TestStore {
        pub(crate) store: Store,
        pub(crate) clock: Arc<ManualClock>,
        pub(crate) dir: tempfile::TempDir,
    }

    impl TestStore {
        pub(crate) fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let clock = Arc::new(ManualClock::at(SystemClock.now()));
            let options = StoreOptions { clock: clock.clone(), ..StoreOptions::default() };
            let store = Store::open(&dir.path().join("store"), &options).unwrap();
            Self { store, clock, dir }
        }

        /// Records an action with one blob and returns the hash of that.
        pub(crate) fn record(&self, key: &ContentHash, bytes: &[u8]) -> ContentHash {
            let hash = self.store.put(bytes).unwrap();
            let size = bytes.len() as u64;
            let artifacts = vec![Artifact { name: "html".to_owned(), hash, size }];
            let result = ActionResult { artifacts, ..ActionResult::default() };
            self.store.record(key, &result).unwrap();
            hash
        }

        pub(crate) fn execute(&self, sql: &str) -> usize {
            self.store.db.writer().unwrap().execute(sql, ()).unwrap()
        }

        /// Opens the same store once more, as another process would.
        pub(crate) fn open_again(&self) -> Store {
            let options = StoreOptions { clock: self.clock.clone(), ..StoreOptions::default() };
            Store::open(&self.dir.path().join("store"), &options).unwrap()
        }
    }

    #[test]
    fn database_of_another_program_is_refused_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cache.db");
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE mine(a)").unwrap();
        let before = std::fs::read(&path).unwrap();
        let error = Store::open(dir.path(), &StoreOptions::default()).unwrap_err();
        assert!(matches!(error, StoreError::Database(clx_db::DbError::ForeignFile { .. })));
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }

    #[test]
    fn store_is_shared_between_threads() {
        fn check<T: Send + Sync>() {}
        check::<Store>();
    }
}
