//! Names of files that editors make for themselves. Principal function: [`is_temporary`].

use std::ffi::OsStr;

/// Vim makes and removes it to see whether it may write.
const VIM_PROBE: &str = "4913";

const PREFIXES: [&str; 4] = [".#", ".~", ".goutputstream-", ".nfs"];
const SUFFIXES: [&str; 8] =
    ["~", ".swp", ".swo", ".swx", ".kate-swp", "___jb_tmp___", "___jb_old___", ".crswap"];

/// Tells whether a file is a swap file, a lock, a backup or a probe of an editor.
pub(crate) fn is_temporary(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name == VIM_PROBE
        || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || SUFFIXES.iter().any(|suffix| name.ends_with(suffix))
        || name.len() > 1 && name.starts_with('#') && name.ends_with('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_editors_are_known_by_their_names() {
        let temporary =
            "4913 a.py~ .a.py.swp .#a.py #a.py# .~lock.a.odt# .goutputstream-X1 a.py___jb_tmp___";
        for name in temporary.split(' ') {
            assert!(is_temporary(OsStr::new(name)), "{name}");
        }
        for name in "a.py 49130 a.swp.py .gitignore # a~b.txt a.tmp".split(' ') {
            assert!(!is_temporary(OsStr::new(name)), "{name}");
        }
    }
}
