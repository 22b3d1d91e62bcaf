//! The course's files as they lie on the disk: topics, their files, titles, group sources.
//! Nothing here writes, and nothing looks beyond the course root.

mod classify;
mod group;
mod ignore;
mod reference;
mod title;
mod topic;
mod topic_id;
mod topic_map;
mod tree;

pub(crate) use self::classify::{is_support, picture_of};
pub use self::group::GroupFile;
pub(crate) use self::group::read as read_group;
pub use self::ignore::TOOL_DIRECTORIES;
pub(crate) use self::ignore::{is_ignored_directory, is_ignored_file};
pub(crate) use self::topic::{Content, FoundFile, FoundTopic, TopicReader};
pub use self::topic_id::topic_id;
pub(crate) use self::topic_map::TopicMap;
pub(crate) use self::tree::Tree;
