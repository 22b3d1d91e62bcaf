//! A terminal UI over a queue: builds, workers, failures and a log, from another process while
//! builds run, at no cost to them.
//!
//! ```text
//!  keys, sizes ──▶ update ──▶ model ──▶ view ──▶ terminal
//!                    ▲  └─ effect: open, cancel, retry
//!  queue ────────────┘            (change counter, then short reads)
//! ```
//!
//! | module | does |
//! |---|---|
//! | `watched`, `read`, `pages` | read the queue when it changed |
//! | `model`, `rows`, `page` | what is shown and selected |
//! | `update` | keys and fresh data change the model |
//! | `act` | cancels and retries |
//! | `view`, `geometry`, `theme` | the model as a frame |
//! | `screen` | the terminal, taken and given back |
//!
//! Model, update and view know neither queue nor terminal. Principal function: [`run`].

mod act;
mod geometry;
mod help;
mod log_file;
mod model;
mod page;
mod pages;
mod read;
#[cfg(test)]
mod read_tests;
mod rows;
mod run;
mod screen;
mod snapshot;
#[cfg(test)]
mod stage;
mod theme;
mod update;
#[cfg(test)]
mod update_tests;
mod view;
mod watched;
mod words;

pub use run::{End, MonitorError, Settings, run};
pub use watched::Open;
