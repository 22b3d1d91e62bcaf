//! The stable codes of this crate's diagnostics (CLX0250 to CLX0299), each with cause and remedy.

/// Prose shows a picture or a video that is no file of its topic and that no diagram makes, so pages
/// have a gap there. Correct the path, which is relative to the topic, or add the file. A topic that
/// is a single file takes along only what it names as `<img src="…">` with double quotes.
pub const PICTURE_MISSING: &str = "CLX0250";
/// Prose links to a file that is no file of its topic, so the link leads nowhere. Correct the path,
/// which is relative to the topic, or add the file.
pub const LINKED_FILE_MISSING: &str = "CLX0251";
/// Some cells stand in one language of the course and have no counterpart in another, so readers of
/// one language miss something. Add the cell, or leave its `lang` out if it is for all.
pub const CELLS_UNPAIRED: &str = "CLX0252";
