//! Results and their blobs on the way to another machine: a directory, or one `.tar` or `.tar.gz`
//! file. Operations: [`Store::export`](crate::Store::export), [`Store::import`](crate::Store::import).
//!
//! ```text
//! clx-cache.json          {"format":"clx-cache","version":1}
//! blobs/<sha256>          bytes, each once, before the results that name them
//! results/<sha256>.json   {"version":1,"key":…,"result":…}
//! end.json                {"results":n,"blobs":n}
//! ```
//!
//! Every blob and every result is named by the SHA-256 of its bytes, so damage is noticed before
//! anything is stored, and `end.json` tells a whole archive from one that ends early. Names are
//! compared with these forms and never used as paths.

mod error;
mod export;
mod format;
mod import;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use error::ArchiveError;
pub use export::{ExportReport, Exported};
pub use import::ImportReport;
