//! Course specification and sources to a course model.
//!
//! | question | answer |
//! |---|---|
//! | what is in the course? | [`load`] reads spec and topics into a [`Course`] |
//! | what must a build put where? | [`outputs`] makes an [`OutputPlan`] of a [`Selection`] |
//! | what does the course teach? | [`outline`] |
//! | which targets has it? | [`targets`] |
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
mod outline;
mod plan;
mod source;
mod spec;
mod suggest;
mod target_row;

pub use course::{Course, DirGroup, FileClass, NotebookInfo, Section, Topic, TopicFile};
pub use load::{LoadOptions, Loaded, load};
pub use local_text::LocalText;
pub use name::sanitize;
pub use outline::{OutlineFile, outline, outline_files};
pub use plan::{
    DiagramOutputs, FileCopy, ImageMode, NotebookOutput, NotebookOutputs, OutputPlan, Selection,
    SupportFile, Target, outputs,
};
pub use source::{GroupFile, topic_id};
pub use spec::{Github, TargetSpec};
pub use target_row::{TargetRow, targets};
