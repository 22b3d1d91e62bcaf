//! Paths that lie inside a course. Principal function: [`is_inside`].

use std::path::{Component, Path};

/// Tells whether a path lies below `root` and stays there, whatever symbolic links there are. What does
/// not exist yet may be made there. Neither a `..` nor a link that leads nowhere is followed.
pub(crate) fn is_inside(root: &Path, path: &Path) -> bool {
    let Ok(real_root) = root.canonicalize() else { return false };
    let full = root.join(path);
    let relative = full.strip_prefix(root).or_else(|_| full.strip_prefix(&real_root));
    let Ok(relative) = relative else { return false };
    let mut reached = real_root.clone();
    for component in relative.components() {
        let Component::Normal(name) = component else { return false };
        reached.push(name);
        if reached.symlink_metadata().is_err() {
            // Nothing below it can be a link.
            continue;
        }
        match reached.canonicalize() {
            Ok(real) if real.starts_with(&real_root) => reached = real,
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_and_parents_do_not_lead_out() {
        let directory = tempfile::tempdir().unwrap();
        let (root, outside) = (directory.path().join("course"), directory.path().join("outside"));
        fs::create_dir_all(root.join("state")).unwrap();
        fs::create_dir_all(&outside).unwrap();
        symlink(&outside, root.join("out")).unwrap();
        symlink(root.join("state"), root.join("in")).unwrap();
        symlink(outside.join("nothing"), root.join("dangling")).unwrap();
        symlink("in", root.join("again")).unwrap();
        let good = ["state", "state/jobs.db", "new/deep", "in/x", "again/x", "./state", "."];
        for path in good {
            assert!(is_inside(&root, Path::new(path)), "{path}");
        }
        assert!(is_inside(&root, &root.join("state")));
        let bad = ["..", "state/../..", "state/../x", "out", "out/x", "dangling", "/etc", "/"];
        for path in bad {
            assert!(!is_inside(&root, Path::new(path)), "{path}");
        }
        assert!(!is_inside(&root, &outside));
        assert!(!is_inside(&directory.path().join("none"), Path::new("x")));
    }
}
