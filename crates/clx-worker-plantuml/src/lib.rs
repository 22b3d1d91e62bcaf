//! The PlantUML job: one source in, every wanted picture out.
//!
//! ```text
//! job ─▶ blocks: `@start…` to `@end…` ─▶ includes laid out, paths absolute ─▶ a warm JVM ─▶ verdict ─▶ store
//!                                                                             │ fault: once more,
//!                                                                             ▼ in a fresh one
//! ```
//!
//! PlantUML draws a picture of its error message when a diagram is wrong, and its exit status says
//! little. So a picture counts only if PlantUML reported nothing bad and the bytes have the right
//! form; anything else becomes a diagnostic at the line of the source.
//!
//! A planner finds the pictures of a source by [`pictures()`], what it includes by [`includes()`] and
//! the renderer's part of the key by [`PlantUmlTools::identity`].
//!
//! Principal types: [`PlantUmlHandler`], [`PlantUmlTools`], [`PlantUmlSettings`].

pub mod code;

mod answer;
mod archive;
mod block;
mod command;
mod directory;
mod draw;
mod error;
mod explain;
mod fault;
mod form;
mod handler;
mod identity;
mod include;
mod job;
mod jvm;
mod make;
mod picture;
mod pool;
mod reference;
mod scale;
mod settings;
mod tools;
mod verdict;
mod volatile;

pub use block::{Block, split};
pub use error::PlantUmlError;
pub use handler::PlantUmlHandler;
pub use include::{Includes, includes};
pub use picture::{Picture, pictures};
pub use settings::PlantUmlSettings;
pub use tools::PlantUmlTools;

/// What a JVM answers: read off its streams, and judged. For whoever has the bytes and no JVM.
pub mod reading {
    pub use crate::answer::{Answer, read_picture};
    pub use crate::explain::Explainer;
    pub use crate::fault::Fault;
    pub use crate::verdict::{Verdict, judge};
}

/// Category of all diagnostics of this crate in the JSON report.
const CATEGORY: &str = "diagram";
