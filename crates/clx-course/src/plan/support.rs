//! What the code of a topic's notebooks can see.

use std::sync::Arc;

use super::{SupportFile, TopicPicture};
use crate::course::{FileClass, Topic, TopicFile};
use crate::source;

/// Returns the files of a topic that the code of its notebooks may see, notebooks included. Pictures
/// that diagrams make hide those that an earlier tool left in their places.
pub(super) fn support_files(topic: &Topic, made: &[TopicPicture]) -> Arc<[SupportFile]> {
    let is_made = |file: &TopicFile| {
        made.iter().any(|picture| picture.is_placed && picture.relative == file.relative)
    };
    let files = topic.files.iter().filter_map(|file| {
        let is_notebook = match file.class {
            FileClass::Notebook(_) => true,
            FileClass::Image if is_made(file) => return None,
            FileClass::Image => false,
            FileClass::Data if source::is_support(&file.path) => false,
            FileClass::Data
            | FileClass::UnsupportedNotebook
            | FileClass::PlantUml
            | FileClass::Drawio => return None,
        };
        let (source, relative) = (file.path.clone(), file.relative.clone());
        Some(SupportFile { source, relative, is_notebook })
    });
    files.collect()
}
