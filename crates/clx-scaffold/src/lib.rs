//! Writes new courses and new topics: files that authors go on with. Nothing that exists is written
//! over but the spec, which gets a line.
//!
//! | type | what for |
//! |---|---|
//! | [`NewCourse`] | a course that builds at once |
//! | [`NewTopic`] | a topic of a course, with its place in the spec |
//!
//! ```
//! use clx_scaffold::NewCourse;
//! # let dir = tempfile::tempdir()?;
//! let course = NewCourse {
//!     directory: dir.path().join("course"),
//!     title: "My Course".to_owned(),
//!     prog_lang: clx_core::ProgLang::Python,
//! };
//! let spec = course.create()?;
//! let loaded = clx_course::load(&spec, &clx_course::LoadOptions::default());
//! assert!(loaded.diagnostics.is_empty());
//! assert!(course.create().is_err(), "nothing is written over");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod course;
mod error;
mod files;
mod starter;
mod topic;

pub use course::NewCourse;
pub use error::ScaffoldError;
pub use topic::{MadeTopic, NewTopic, title_of};
