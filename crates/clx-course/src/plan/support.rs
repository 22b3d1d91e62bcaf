//! What the code of a topic's notebooks can see.

use std::sync::Arc;

use super::SupportFile;
use crate::course::{FileClass, Topic};
use crate::source;

/// Returns the files of a topic that the code of its notebooks may see, notebooks included.
pub(super) fn support_files(topic: &Topic) -> Arc<[SupportFile]> {
    let files = topic.files.iter().filter_map(|file| {
        let is_notebook = match file.class {
            FileClass::Notebook(_) => true,
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
