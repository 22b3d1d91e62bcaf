//! The stable codes of this crate's diagnostics (CLX0100 to CLX0199), each with cause and remedy.

/// The course spec cannot be read: it does not exist, may not be read, or is not UTF-8.
/// Check the path and the permissions; save the file as UTF-8.
pub const SPEC_UNREADABLE: &str = "CLX0100";
/// The course spec is not well-formed XML. The place is where the parser gave up, often just after
/// the mistake: an element that is not closed, a bare `&` or `<`, a missing quotation mark.
pub const SPEC_MALFORMED: &str = "CLX0101";
/// The course has no name. Add `<name><de>…</de><en>…</en></name>` below the root element.
pub const NAME_MISSING: &str = "CLX0102";
/// A course or section name consists of nothing but characters that file names cannot have, or is
/// absent. Give it a name with letters or digits.
pub const NAME_UNUSABLE: &str = "CLX0103";
/// A topic id is empty or contains `/` or `..`. Write the id of one topic, without module or path.
pub const TOPIC_ID_INVALID: &str = "CLX0104";
/// The attribute `html`, `evaluate` or `skip-errors` of a topic, `inline-svg` of `image-options` or
/// `network` of `container-options` is
/// none of `yes`, `true`, `on`, `1`,
/// `no`, `false`, `off`, `0`.
pub const TOPIC_SWITCH_VALUE: &str = "CLX0105";
/// A child of a per-language element, or an entry of `languages`, is no language code of two
/// lower-case letters.
pub const LANGUAGE_TAG: &str = "CLX0106";
/// No entry below `slides/` has this topic id. Correct the id, or add the topic.
pub const TOPIC_NOT_FOUND: &str = "CLX0107";
/// The attribute `name` of an output target is empty.
pub const TARGET_NAME_MISSING: &str = "CLX0108";
/// An output target has no `path`. Add one, absolute or relative to the course root.
pub const TARGET_PATH_MISSING: &str = "CLX0109";
/// Two output targets have one name (a target without a name is called `default`).
pub const TARGET_NAME_DUPLICATE: &str = "CLX0110";
/// Two output targets have one path. Give each its own directory.
pub const TARGET_PATH_DUPLICATE: &str = "CLX0111";
/// An output target asks for a kind, format or language that does not exist.
pub const TARGET_VALUE_UNKNOWN: &str = "CLX0112";
/// The name of a directory group is absolute, contains `..`, or leads into `.git`.
pub const GROUP_NAME_INVALID: &str = "CLX0113";
/// The path or a sub-directory of a directory group is missing, absolute, or leaves the course root.
pub const GROUP_PATH_INVALID: &str = "CLX0114";
/// `prog-lang` is missing or unknown. Without it no code output can be placed and modules imported
/// by file topics are not found.
pub const PROG_LANG_UNKNOWN: &str = "CLX0115";
/// The course has no sections, so that nothing but directory groups is built.
pub const SECTIONS_MISSING: &str = "CLX0116";
/// A section has no topics. Without the element `topics` it is dropped.
pub const SECTION_EMPTY: &str = "CLX0117";
/// A per-language element has no child for a language of the course; another child's text is used.
pub const LANGUAGE_CHILD_MISSING: &str = "CLX0118";
/// An attribute of a directory group is neither `true` nor `false`; its default is used.
pub const SWITCH_VALUE: &str = "CLX0119";
/// The course root has no directory `slides`. Pass the course root with `--data-dir`.
pub const SLIDES_MISSING: &str = "CLX0120";
/// Two entries below `slides/` have one topic id; the first in name order is used.
pub const TOPIC_ID_DUPLICATE: &str = "CLX0121";
/// A file or directory of a topic or directory group cannot be read.
pub const FILE_UNREADABLE: &str = "CLX0122";
/// A notebook source is not UTF-8. Save it as UTF-8; it is skipped until then.
pub const FILE_NOT_UTF8: &str = "CLX0123";
/// A notebook source is written in a language that clx cannot process (C, Markdown, Rust).
pub const LANGUAGE_UNSUPPORTED: &str = "CLX0124";
/// A symbolic link leads out of the course root or back to a directory that holds it; it is not
/// followed. Copy the files into the course.
pub const LINK_REFUSED: &str = "CLX0125";
/// A symbolic link leads nowhere; it is skipped.
pub const LINK_BROKEN: &str = "CLX0126";
/// A notebook title consists of nothing but characters that file names cannot have; the file's own
/// name is used.
pub const TITLE_UNUSABLE: &str = "CLX0127";
/// The header of a notebook has no title in a language of the course; another one is used.
pub const TITLE_LANGUAGE_MISSING: &str = "CLX0128";
/// The source of a directory group does not exist; nothing is copied.
pub const GROUP_SOURCE_MISSING: &str = "CLX0129";
/// Two sources have one output path; the first in course order is written.
pub const OUTPUT_DUPLICATE: &str = "CLX0130";
/// Two different images share one place in `--image-mode shared`. Rename one of them, or build with
/// `--image-mode duplicated`.
pub const IMAGE_COLLISION: &str = "CLX0131";
/// Two diagrams would be converted to one picture; only the first is. Rename one of them.
pub const DIAGRAM_COLLISION: &str = "CLX0132";
/// The name of a diagram consists of nothing but characters that file names cannot have.
pub const DIAGRAM_NAME_UNUSABLE: &str = "CLX0133";
/// `--targets` names a target that the course spec does not have.
pub const TARGET_UNKNOWN: &str = "CLX0134";
/// None of the targets named by `--targets` exists.
pub const TARGET_NONE_LEFT: &str = "CLX0135";
/// What was selected (targets, languages, kinds, formats, sections and topics) has nothing in common,
/// so that nothing would be built. `clx targets SPEC` lists what each target has.
pub const NOTHING_SELECTED: &str = "CLX0136";
/// An element of the course spec is not known and has no effect; perhaps it is misspelt.
pub const ELEMENT_UNKNOWN: &str = "CLX0137";
/// `--only` names neither a section nor a topic of the course spec. Sections are known by `id`, name
/// and number, topics by id and by the path of their file or directory.
pub const PART_UNKNOWN: &str = "CLX0138";
