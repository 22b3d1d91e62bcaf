//! One file per operation: its SQL, its row mapping.

pub(crate) mod beat;
pub(crate) mod cancel;
pub(crate) mod claim;
pub(crate) mod control;
pub(crate) mod enqueue;
pub(crate) mod finished;
pub(crate) mod jobs;
pub(crate) mod lease;
pub(crate) mod list;
pub(crate) mod look;
pub(crate) mod overview;
pub(crate) mod plain;
pub(crate) mod prune;
pub(crate) mod report;
pub(crate) mod retry;
pub(crate) mod session;
pub(crate) mod transition;
pub(crate) mod worker;
