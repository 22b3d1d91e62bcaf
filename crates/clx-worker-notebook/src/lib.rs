//! The notebook job: one source in, every wanted output out.
//!
//! ```text
//! job ─▶ drafts: text, or cells of a page ─▶ runs: one per distinct code ─▶ pages ─▶ store
//!                                              │ the store knows its outputs, or
//!                                              ▼ a fresh kernel runs it
//! ```
//!
//! The source is parsed once per Jinja expansion. Code is run once for all outputs that show the
//! same, whatever their language, kind and prose. A request that fails (a Jinja error in one
//! language, a failing cell) fails alone.
//!
//! Principal types: [`NotebookHandler`], [`NotebookTools`].

pub mod code;

mod admission;
mod cell_error;
mod draft;
mod explain;
mod flight;
mod handler;
mod job;
mod page;
mod picture;
mod progress;
mod run;
mod run_error;
mod tools;
mod visible;

pub use clx_kernel::KernelError;
pub use handler::NotebookHandler;
pub use tools::{FoundKernel, NotebookTools};
