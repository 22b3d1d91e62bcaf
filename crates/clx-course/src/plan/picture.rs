//! Which pictures the diagrams of a topic make. Principal function: [`pictures`].

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use clx_core::PictureFormat;

use super::claim::Claims;
use crate::course::{FileClass, Topic, TopicFile};
use crate::source;

/// Returns the pictures of a topic's diagrams, relative to the topic's directory and without
/// extension, by diagram. Of two diagrams for one picture the first makes it; the other is reported if
/// the topic is wanted.
pub(super) fn pictures<'c>(
    topic: &'c Topic,
    claims: &mut Claims<'c>,
) -> BTreeMap<&'c Path, PathBuf> {
    let mut makers: HashMap<PathBuf, &'c Path> = HashMap::new();
    let mut pictures = BTreeMap::new();
    let is_diagram =
        |file: &&TopicFile| matches!(file.class, FileClass::PlantUml | FileClass::Drawio);
    for file in topic.files.iter().filter(is_diagram) {
        let Some(picture) = source::picture_of(&file.relative) else {
            if topic.is_wanted {
                claims.report_unnamed(&file.path);
            }
            continue;
        };
        match makers.get(&picture) {
            Some(_) if !topic.is_wanted => {}
            Some(first) => {
                let picture = with_extension(&picture, PictureFormat::Png);
                claims.report_diagrams(first, &file.path, &topic.directory.join(picture));
            }
            None => {
                makers.insert(picture.clone(), &file.path);
                pictures.insert(file.path.as_path(), picture);
            }
        }
    }
    pictures
}

/// Appends the extension of pictures; the dots in a stem are no extensions.
pub(super) fn with_extension(stem: &Path, format: PictureFormat) -> PathBuf {
    let mut name = stem.as_os_str().to_owned();
    name.push(".");
    name.push(format.name());
    PathBuf::from(name)
}
