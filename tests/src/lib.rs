//! End-to-end suites that run the built `clx`, and what they share. Used by tests only.
//!
//! | module | for |
//! |---|---|
//! | [`browser`] | a page in a real Chromium |
//! | [`e2e`] | runs the built `clx` on courses in temp dirs |
//! | [`fault`] | faults of the machine: sudden ends, power that is cut, slow disks, clocks that jump |
//! | [`live`] | a `clx watch` in the background, and who listens to it |
//! | [`sample`] | samples of what commands print, as files |
//! | [`fire`] | the queue under fire: real worker processes that are killed, stopped and starved |

#![expect(
    clippy::missing_panics_doc,
    reason = "test support fails by panicking, like the tests that call it"
)]

pub mod browser;
pub mod e2e;
pub mod fault;
pub mod fire;
pub mod live;
pub mod sample;
