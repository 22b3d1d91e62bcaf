//! The backend on a queue and a store, by default in SQLite files: looks up keys, queues what is not known, keeps
//! workers while there is work, collects results, notices when nothing moves.
//!
//! ```text
//! submit ─▶ store.lookup(keys) ─ hit ─▶ event
//!                └─ miss ─▶ queue.enqueue ─▶ workers (clx-pool) ─▶ queue.finished ─▶ store.record ─▶ event
//! ```
//!
//! Only this side writes the store's action index, and only after the queue has accepted the
//! result, so a lost worker can leave an unused blob and nothing else.
//!
//! Principal types: [`QueueBackend`], [`BackendSettings`].
//!
//! What is known is there at once, and needs no workers; `examples/build.rs` has some:
//!
//! ```
//! use std::sync::Arc;
//! use std::time::Duration;
//! use clx_backend_sqlite::{BackendSettings, Pools, QueueBackend};
//! use clx_core::{
//!     ActionResult, Backend, JobKind, KeyBuilder, OutputOutcome, Step, StepEvent, StepOutput,
//! };
//! use clx_queue::{SqliteOptions, SqliteQueue};
//! use clx_store::{Store, StoreOptions};
//! use serde_json::value::to_raw_value;
//!
//! let dir = tempfile::tempdir()?;
//! let queue = SqliteQueue::open(&dir.path().join("jobs.db"), &SqliteOptions::default())?;
//! let store = Arc::new(Store::open(dir.path(), &StoreOptions::default())?);
//! let source = store.put(b"# Hello")?;
//! let key = KeyBuilder::new("page-1").with_hash("source", &source);
//! store.record(&key.finish(), &ActionResult::default())?;
//!
//! let pools = |_session| Ok(Pools::new());
//! let settings = BackendSettings::default();
//! let mut backend = QueueBackend::open(Arc::new(queue), store, dir.path(), pools, settings)?;
//! backend.submit(vec![Step {
//!     kind: JobKind::Notebook,
//!     label: "hello.md".to_owned(),
//!     source,
//!     input: to_raw_value(&())?,
//!     outputs: vec![StepOutput { key, request: to_raw_value("html")? }],
//! }])?;
//! let events = backend.events(Duration::ZERO)?;
//! let [StepEvent::Finished { outputs, .. }] = &events[..] else { panic!("{events:?}") };
//! assert!(matches!(outputs[..], [OutputOutcome::Cached(_)]));
//! backend.close(Duration::ZERO)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod backend;
mod failure;
mod lender;
mod pending;
mod pools;
mod sessions;
mod settings;
mod stall;
mod stores;

pub use backend::{Pools, QueueBackend};
pub use lender::{Lender, running_pools};
pub use sessions::{Reaped, is_dead, open_session, reap_dead_sessions, this_process};
pub use settings::BackendSettings;
