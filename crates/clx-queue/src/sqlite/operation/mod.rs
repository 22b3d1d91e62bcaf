//! The operations of the queue, one file each: SQL, argument and row mapping together. Every
//! function runs inside a transaction that the committer has begun.

pub(super) mod beat;
pub(super) mod cancel;
pub(super) mod catalogue;
pub(super) mod claim;
pub(super) mod control;
pub(super) mod due;
pub(super) mod enqueue;
pub(super) mod finish;
pub(super) mod finished;
pub(super) mod jobs;
pub(super) mod list;
pub(super) mod overview;
pub(super) mod prune;
pub(super) mod retry;
mod search;
pub(super) mod session;
pub(super) mod transition;
pub(super) mod worker;
