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
    use proptest::prelude::*;

    use super::*;

    /// Texts of paths: what is special in them, and anything.
    fn paths() -> impl Strategy<Value = String> {
        let special =
            prop::sample::select(vec!["..", ".", "/", "//", "a", "b ", " ", "...", "\\", ""]);
        let other = any::<char>().prop_map(String::from);
        let parts = prop_oneof![5 => special.prop_map(str::to_owned), 1 => other];
        (prop::collection::vec(parts, 0..12), any::<bool>())
            .prop_map(|(parts, slashes)| parts.join(if slashes { "/" } else { "" }))
    }

    fn is_plain(path: &Path) -> bool {
        path.components().all(|part| matches!(part, Component::Normal(_)))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn whatever_is_below_a_root_stays_there(text in paths()) {
            let Some(path) = below(&text) else { return Ok(()) };
            prop_assert!(is_plain(&path), "{path:?}");
            let root = Path::new("/course");
            let resolved = resolve(&root.join(&text));
            prop_assert!(resolved.starts_with(root), "{resolved:?}");
            prop_assert_eq!(&resolved, &root.join(&path));
            prop_assert_eq!(below(path.to_str().unwrap()), Some(path));
        }

        #[test]
        fn resolved_paths_climb_nowhere(text in paths()) {
            let resolved = resolve(&Path::new("/course").join(&text));
            prop_assert!(is_plain(resolved.strip_prefix("/").unwrap()), "{resolved:?}");
            prop_assert_eq!(resolve(&resolved), resolved);
        }
    }

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
