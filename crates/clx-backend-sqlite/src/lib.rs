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
