//! Names that are left out of topics and directory groups.

use std::ffi::OsStr;

/// Directories of tools and version control, in which no course has sources.
pub const TOOL_DIRECTORIES: [&str; 12] = [
    "__pycache__",
    ".cargo",
    ".clx",
    ".git",
    ".idea",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".pytest_cache",
    ".tox",
    ".venv",
    ".vs",
    ".vscode",
];

/// Further directories that hold what tools made, not what authors wrote.
const MADE_DIRECTORIES: [&str; 12] = [
    "bin",
    "build",
    "chroma_db",
    "chroma_langchain_db",
    "chroma_rag_db",
    "CMakeFiles",
    "dist",
    "img-large",
    "localdata",
    "obj",
    "out",
    "target",
];

/// Sources of diagrams, left out of trees of directory groups.
const DIAGRAM_SOURCES: [&str; 2] = ["drawio", "pu"];

fn is_made(name: &str) -> bool {
    TOOL_DIRECTORIES.contains(&name) || MADE_DIRECTORIES.contains(&name)
}

/// Tells whether a sub-directory of a topic is left out.
pub(crate) fn is_ignored_directory(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    let chroma = name.strip_prefix("chroma_").is_some_and(|rest| rest.contains("db"));
    is_made(&name)
        || chroma
        || [".egg-info", "cmake-build-", ".bkp", ".bak"].iter().any(|part| name.contains(part))
}

/// Tells whether a file in a sub-directory of a topic is left out.
pub(crate) fn is_ignored_file(name: &OsStr) -> bool {
    has_ignored_suffix(name) || is_git_control(name)
}

/// Tells whether a file has a suffix that neither sub-directories nor support files keep.
pub(crate) fn has_ignored_suffix(name: &OsStr) -> bool {
    let suffix = std::path::Path::new(name).extension();
    suffix.is_some_and(|suffix| suffix == "keras" || suffix == "bkp" || suffix == "bin")
}

/// Tells whether an entry of a directory group's tree is left out, file or directory.
pub(crate) fn is_ignored_in_group(name: &OsStr) -> bool {
    let text = name.to_string_lossy();
    is_made(&text)
        || DIAGRAM_SOURCES.contains(&text.as_ref())
        || text.contains(".egg-info")
        || text.contains("cmake-build")
        || is_git_control(name)
}

/// Tells whether an entry would steer Git in an output tree: no course may bring one along.
pub(crate) fn is_git_control(name: &OsStr) -> bool {
    name.eq_ignore_ascii_case(".git")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_of_topics() {
        let ignored = "__pycache__ .git build out target img-large .clx x.egg-info cmake-build-debug \
                       my-cmake-build-x old.bak old.bak2 a.bkp chroma_my_db chroma_db2 CMakeFiles";
        for name in ignored.split_whitespace() {
            assert!(is_ignored_directory(OsStr::new(name)), "{name}");
        }
        for name in
            "img Build builds pu drawio imgdata chroma data cmake-build db_chroma".split(' ')
        {
            assert!(!is_ignored_directory(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn suffixes_are_ignored_in_sub_directories_only_exactly() {
        for name in ["a.keras", "b.bkp", "c.x.bin"] {
            assert!(is_ignored_file(OsStr::new(name)), "{name}");
        }
        for name in ["old.bak", ".bin", "bin", "x.bina"] {
            assert!(!is_ignored_file(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn trees_of_groups_keep_suffixes() {
        for name in ["pu", "drawio", "x.egg-info", "cmake-build", "a-cmake-build-b", "obj", ".clx"]
        {
            assert!(is_ignored_in_group(OsStr::new(name)), "{name}");
        }
        for name in ["data.bin", "x.bak", "chroma_x_db", "m.keras", "x.pu"] {
            assert!(!is_ignored_in_group(OsStr::new(name)), "{name}");
        }
    }
}
