//! The categories of this crate's diagnostics: words of the JSON report.

/// The course spec breaks a rule.
pub(crate) const SPEC_VALIDATION: &str = "spec_validation";
/// The course spec cannot be parsed.
pub(crate) const SPEC_PARSING: &str = "spec_parsing";
/// A topic id without an entry.
pub(crate) const TOPIC_NOT_FOUND: &str = "topic_not_found";
/// A source that cannot be read.
pub(crate) const FILE_LOAD_ERROR: &str = "file_load_error";
/// A notebook in a language without support.
pub(crate) const UNSUPPORTED_LANGUAGE: &str = "unsupported_language";
/// Two images for one shared place.
pub(crate) const IMAGE_COLLISION: &str = "image_collision";
/// Two entries with one topic id.
pub(crate) const DUPLICATE_TOPIC_ID: &str = "duplicate_topic_id";
/// Two sources with one output path.
pub(crate) const DUPLICATE_OUTPUT_FILE: &str = "duplicate_output_file";
/// A directory group without a source.
pub(crate) const MISSING_DIRECTORY: &str = "missing_directory";
/// A title that cannot be used or is missing in a language.
pub(crate) const NOTEBOOK_TITLE: &str = "notebook_title";
/// Command-line selection and course do not fit.
pub(crate) const TARGET_SELECTION: &str = "target_selection";
