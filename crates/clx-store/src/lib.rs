//! Content-addressed blobs, the results of actions, digests of files, and who owns which output.
//! Knows no courses: keys, subjects and roots are given by the caller.
//!
//! Principal type: [`Store`], used by many threads and by several processes at the same time. Workers
//! see of it what [`ArtifactStore`] has, which a gateway can offer, too.
//!
//! ```text
//! <dir>/cache.db          one SQLite file
//!   blobs                 hash -> size, and the bytes of little texts, or the pack they lie in
//!   actions               key -> result (versioned JSON that names artifacts)
//!   explanations          subject -> the components of its last keys
//!   durations             subject -> how long its last run took
//!   files                 path -> stat and digest, so that an unchanged file is not read
//!   outputs               root, path -> hash and stat of what clx wrote there
//! <dir>/blobs/packs/…     small blobs that were put together
//! <dir>/blobs/ab/cdef…    blobs above 64 KiB, named by their hash
//! <dir>/traces/…          what builds looked at and left: a build of which all is as it was does nothing
//! <dir>/pruned            when the store was pruned last
//! ```
//!
//! # What a power loss may take
//!
//! By default nothing waits for the disk: a blob is checked against its name whenever it is read,
//! so a lost or torn one is noticed, dropped and made again, which is cheaper than one fsync for
//! each of thousands of texts. Files of blobs are named in the database when they are whole, so a crash
//! of the program leaves whole blobs only. [`Durability::Full`] waits for the disk at every commit and
//! for every blob file.
//!
//! ```
//! use clx_core::{ActionResult, Artifact, KeyBuilder};
//! use clx_store::{Store, StoreOptions};
//! let dir = tempfile::tempdir()?;
//! let store = Store::open(dir.path(), &StoreOptions::default())?;
//! let key = KeyBuilder::new("render-1").with("source", "# Hello").finish();
//! assert_eq!(store.lookup(&[key])?, [None]);
//!
//! let html = store.put(b"<h1>Hello</h1>")?;
//! let artifact = Artifact { name: "html".to_owned(), hash: html, size: 14 };
//! store.record(&key, &ActionResult { artifacts: vec![artifact], ..ActionResult::default() })?;
//! let found = store.lookup(&[key])?.remove(0).expect("just recorded");
//! assert_eq!(store.get(&found.artifacts[0].hash)?, b"<h1>Hello</h1>");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod action;
mod archive;
mod artifact_store;
mod blob;
mod clear;
mod current;
mod duration;
mod error;
mod exchange;
mod explain;
mod list;
mod manifest;
mod output;
mod prune;
mod schema;
mod stat;
mod stats;
mod store;
mod trace;
mod upkeep;
mod verify;

pub use action::{from_json as result_from_json, to_json as result_to_json};
pub use archive::{ArchiveError, ExportReport, Exported, ImportReport};
pub use artifact_store::ArtifactStore;
pub use clx_db::Durability;
pub use current::BlobPlace;
pub use error::StoreError;
pub use exchange::{Exchange, ResultIndex};
pub use explain::Components;
pub use list::ListedResult;
pub use output::OwnedOutput;
pub use prune::{PrunePolicy, PruneReport};
pub use stat::{FINE_TICK, FileStat};
pub use stats::Stats;
pub use store::{Sharing, Store, StoreOptions};
pub use trace::{Begun, Changes, Left, Trace, TraceFile};
pub use verify::VerifyReport;
