//! Log files of worker processes, and their ends.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Bytes that are read of the end of a file.
const END: u64 = 16 * 1024;

/// Lists the log files of a directory by name; none if there is no such directory.
pub(crate) fn list(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries
        // Links are not followed: they could lead anywhere.
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "log"))
        .collect();
    files.sort();
    files
}

/// Reads the last lines of a file, 16 KiB at most; no line is cut.
pub(crate) fn end(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let begin = length.saturating_sub(END);
    file.seek(SeekFrom::Start(begin))?;
    let mut bytes = Vec::new();
    file.take(END).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let whole = if begin == 0 { &text } else { text.split_once('\n').map_or("", |(_, rest)| rest) };
    Ok(whole.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn end_of_a_long_file_begins_with_a_whole_line() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("notebook.log");
        std::fs::write(&path, "a line of the log\n".repeat(2000)).unwrap();
        let end = end(&path).unwrap();
        assert!(end.len() > 16_000 && end.len() < 16_384, "{}", end.len());
        assert!(end.lines().all(|line| line == "a line of the log"), "{end}");
    }

    #[test]
    fn only_log_files_are_listed() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["b.log", "a.log", "other.txt"] {
            std::fs::write(dir.path().join(name), "x").unwrap();
        }
        std::os::unix::fs::symlink("/etc/hostname", dir.path().join("link.log")).unwrap();
        std::fs::create_dir(dir.path().join("c.log")).unwrap();
        let found = list(dir.path());
        let names: Vec<_> = found.iter().map(|path| path.file_name().unwrap()).collect();
        assert_eq!(names, ["a.log", "b.log"]);
        assert!(list(&dir.path().join("missing")).is_empty());
    }
}
