//! Paths resolved as text, without looking at the disk.

use std::path::{Component, Path, PathBuf};

/// Returns a relative path with `.` and `..` resolved, or nothing if it is absolute or climbs above
/// its beginning.
pub(crate) fn below(text: &str) -> Option<PathBuf> {
    let mut path = PathBuf::new();
    for part in Path::new(text).components() {
        match part {
            Component::Normal(part) => path.push(part),
            Component::CurDir => {}
            Component::ParentDir if path.pop() => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(path)
}

/// Returns an absolute path with `.` and `..` resolved.
pub(crate) fn resolve(path: &Path) -> PathBuf {
    let mut resolved = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                resolved.pop();
            }
            Component::CurDir => {}
            Component::Normal(_) | Component::RootDir | Component::Prefix(_) => resolved.push(part),
        }
    }
    resolved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_paths_stay_below_their_beginning() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(below(text), expected.map(PathBuf::from), "{text}");
        };
        check("a/../b", Some("b"));
        check("./docs", Some("docs"));
        check("", Some(""));
        for bad in ["/etc", "..", "a/../..", "a/../../b"] {
            check(bad, None);
        }
    }

    #[test]
    fn absolute_paths_are_resolved() {
        assert_eq!(resolve(Path::new("/c/x/../out/./a")), PathBuf::from("/c/out/a"));
        assert_eq!(resolve(Path::new("/..")), PathBuf::from("/"));
    }
}
