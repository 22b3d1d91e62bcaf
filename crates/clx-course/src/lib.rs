//! Course specification and sources to a course model.
//!
//! | question | answer |
//! |---|---|
//! | what is in the course? | [`load`] reads spec and topics into a [`Course`] |
//! | what must a build put where? | [`outputs`] makes an [`OutputPlan`] of a [`Selection`] |
//! | what does the course teach? | [`Outline`] |
//! | which slides has it? | [`decks`] |
//! | what below `slides/` is used by no course? | [`orphans`] |
//! | which targets has it? | [`targets`] |
//! | where do its outputs lie? | [`course_places`] |
//! | how is a topic added to a spec? | [`SpecText`] changes the text and nothing else of it |
//!
//! Problems of the author's input are diagnostics, all of them at once; their codes are in [`code`].
//! Nothing here writes, queues or executes anything.
//!
//! ```
//! use clx_course::{LoadOptions, Selection, load, outputs};
//! # let root = tempfile::tempdir()?;
//! # std::fs::create_dir_all(root.path().join("course-specs"))?;
//! # std::fs::create_dir_all(root.path().join("slides/module_100/topic_100_loops"))?;
//! # let deck = "slides/module_100/topic_100_loops/slides_loops.py";
//! # std::fs::write(root.path().join(deck), "# {{ header(\"Schleifen\", \"Loops\") }}")?;
//! let spec = root.path().join("course-specs/python.xml");
//! std::fs::write(&spec, "<course>
//!   <name><de>Python: Kurs</de><en>Python: Course</en></name>
//!   <prog-lang>python</prog-lang>
//!   <sections><section>
//!     <name><de>Anfang</de><en>Beginning</en></name>
//!     <topics><topic>loops</topic></topics>
//!   </section></sections>
//! </course>")?;
//! let loaded = load(&spec, &LoadOptions::default());
//! assert!(loaded.diagnostics.is_empty());
//! let course = loaded.course.expect("a course without errors");
//! let (plan, warnings) = outputs(&course, &Selection::default()).expect("a plan");
//! assert!(warnings.is_empty());
//! let page = "output/public/De/Python Kurs/Folien/Html/Code-Along/Anfang/01 Schleifen.html";
//! assert_eq!(plan.notebooks[0].outputs[0].path, root.path().join(page));
//! # Ok::<(), std::io::Error>(())
//! ```

mod category;
pub mod code;
mod course;
mod deck;
mod lexical;
mod load;
mod local_text;
mod name;
mod orphan;
mod outline;
mod part;
mod plan;
mod source;
mod spec;
mod target_row;

pub use course::{CodeRules, Course, DirGroup, FileClass, NotebookInfo, Section, Topic, TopicFile};
pub use deck::{Deck, decks};
pub use load::{LoadOptions, Loaded, course_root, load};
pub use local_text::LocalText;
pub use name::sanitize;
pub use orphan::{Orphan, orphans};
pub use outline::{Outline, OutlineNotebook, OutlineSection, OutlineTopic};
pub use plan::{
    CoursePlace, DiagramOutputs, DiagramPicture, FileCopy, ImageMode, NotebookOutput,
    NotebookOutputs, OutputPlan, Selection, SupportFile, Target, TopicPicture, course_places,
    outputs,
};
pub use source::{GroupFile, TOOL_DIRECTORIES, topic_id};
pub use spec::{Github, SectionError, SpecSection, SpecText, TargetSpec};
pub use target_row::{TargetRow, targets};
