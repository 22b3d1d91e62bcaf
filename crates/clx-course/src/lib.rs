//! Course specification and sources to a course model.
//!
//! | question | answer |
//! |---|---|
//! | what is in the course? | [`load`] reads spec and topics into a [`Course`] |
//!
//! Problems of the author's input are diagnostics, all of them at once; their codes are in [`code`].
//! Nothing here writes, queues or executes anything.

mod category;
pub mod code;
mod course;
mod lexical;
mod load;
mod local_text;
mod name;
mod source;
mod spec;
mod suggest;

pub use course::{Course, DirGroup, FileClass, NotebookInfo, Section, Topic, TopicFile};
pub use load::{LoadOptions, Loaded, load};
pub use local_text::LocalText;
pub use name::sanitize;
pub use source::{GroupFile, topic_id};
pub use spec::{Github, TargetSpec};
