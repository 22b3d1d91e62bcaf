//! The queue under fire: what its suites and the program `fire-worker` share.
//!
//! | type | what for |
//! |---|---|
//! | [`Entry`] | a line of the ledger: what a worker process did |
//! | [`LiveLedger`] | a ledger that a test reads while it is written |
//! | [`Stage`] | a queue in a directory of its own, and programs that work on it |
//! | [`Watched`] | a process whose end a test waits for |

mod entry;
mod ledger;
mod stage;
mod watched;

pub use entry::Entry;
pub use ledger::{LiveLedger, read_ledger};
pub use stage::{KIND, LIMIT, Stage, collect, jobs, worker_program};
pub use watched::Watched;

/// Variable of the environment: `fire-worker` looks so often for a lost doorbell, in milliseconds.
pub const SAFETY_POLL_MS: &str = "__CLX_FAKE_SAFETY_POLL_MS";

/// Variable of the environment: `fire-worker` first prints so many bytes.
pub const FLOOD_BYTES: &str = "__CLX_FAKE_FLOOD_BYTES";

/// Variable of the environment: `fire-worker` first waits so long, in milliseconds.
pub const SLOW_START_MS: &str = "__CLX_FAKE_SLOW_START_MS";
