//! What a build looked at and what it left behind. As long as all of that stays as it was, the next
//! build of the same request has nothing to do and need not find that out step by step. Principal
//! types: [`TraceFile`], [`Trace`].
//!
//! ```text
//! <dir>/traces/<request>      32 bytes: SHA-256 of the rest; the rest: a note of the caller, and the
//!                             stats of inputs and outputs by directory. Missing while a build runs.
//! ```
//!
//! Files are compared by their stats, as the index of Git does it: thousands take some milliseconds,
//! and none is opened. A trace is kept only if no input can have changed since the build began.

mod check;
mod keep;

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use clx_core::{ContentHash, Timestamp};
use serde::{Deserialize, Serialize};

pub use self::check::Changes;
pub use self::keep::Left;
use crate::error::{At, StoreError};
use crate::output::Written;
use crate::stat::FileStat;

/// Directory of the traces below that of the store.
const DIRECTORY: &str = "traces";

/// Traces that are kept: of as many different requests.
const MOST: usize = 64;

/// Bytes of the digest before the content.
const N_DIGEST: usize = 32;

/// Where the trace of one request lies.
#[derive(Debug, Clone)]
pub struct TraceFile {
    path: PathBuf,
}

/// A trace that was read.
#[derive(Debug)]
pub struct Trace {
    bytes: Vec<u8>,
}

/// A build that was begun: whatever is traced later must be older than that.
#[derive(Debug)]
pub struct Begun {
    path: PathBuf,
    began: Timestamp,
}

#[derive(Debug, Serialize, Deserialize)]
struct Content<'a> {
    note: &'a [u8],
    #[serde(borrow)]
    folders: Vec<Folder<'a>>,
}

/// What is known of some names in one directory.
#[derive(Debug, Serialize, Deserialize)]
struct Folder<'a> {
    path: &'a [u8],
    #[serde(borrow)]
    entries: Vec<Entry<'a>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Entry<'a> {
    name: &'a [u8],
    look: Look,
}

/// What a path has to look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Look {
    /// Nothing is there.
    Absent,
    /// A file or directory that was read, behind all links.
    Input(FileStat),
    /// A file that was written, no link: what it is then, and the SHA-256 of what is in it.
    Output(Written, [u8; 32]),
    /// Some directory.
    Directory,
}

impl TraceFile {
    /// Names the trace of a request; `dir` is the directory of the store.
    #[must_use]
    pub fn of(dir: &Path, request: &ContentHash) -> Self {
        Self { path: dir.join(DIRECTORY).join(request.to_hex()) }
    }

    /// Forgets the traces of all requests, because results are about to be replaced by others of the same
    /// keys: what a trace says was in an output may be what is replaced.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn forget_all(dir: &Path) -> Result<(), StoreError> {
        remove_all(dir)
    }

    /// Reads the trace; `None` if there is none, or a damaged one.
    #[must_use]
    pub fn read(&self) -> Option<Trace> {
        let bytes = fs::read(&self.path).ok()?;
        let (digest, content) = bytes.split_at_checked(N_DIGEST)?;
        (ContentHash::of(content).as_bytes() == digest).then_some(Trace { bytes })
    }

    /// Forgets the trace, because a build makes something: should it be killed, the next one will look
    /// at everything. `began` is when the build began to look at its inputs.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn begin(&self, began: Timestamp) -> Result<Begun, StoreError> {
        let directory = self.path.parent().unwrap_or(&self.path);
        fs::create_dir_all(directory).at("create", directory)?;
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => remove_oldest(directory),
            removed => removed.at("remove", &self.path)?,
        }
        Ok(Begun { path: self.path.clone(), began })
    }
}

/// Removes all traces below the directory of a store.
pub(crate) fn remove_all(dir: &Path) -> Result<(), StoreError> {
    let directory = dir.join(DIRECTORY);
    match fs::remove_dir_all(&directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.at("remove", &directory),
    }
}

/// Removes traces of requests that were not made for long. One that is missing costs a longer look.
fn remove_oldest(directory: &Path) {
    let entries = fs::read_dir(directory).into_iter().flatten().filter_map(Result::ok);
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    if paths.len() < MOST {
        return;
    }
    paths.sort_by_key(|path| fs::metadata(path).map_or(0, |metadata| metadata.mtime()));
    for path in &paths[..=paths.len() - MOST] {
        fs::remove_file(path).ok();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clx_core::{Clock, Inputs, SystemClock};

    use super::*;
    use crate::OwnedOutput;

    /// A source, something that is not there, an output and a directory.
    struct Course {
        dir: tempfile::TempDir,
        file: TraceFile,
    }

    impl Course {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let course = Self { file: TraceFile::of(dir.path(), &ContentHash::of("request")), dir };
            fs::create_dir_all(course.path("out/empty")).unwrap();
            fs::create_dir(course.path("topic")).unwrap();
            fs::write(course.path("topic/a.py"), "text").unwrap();
            fs::write(course.path("out/a.html"), "page").unwrap();
            course
        }

        fn path(&self, path: &str) -> PathBuf {
            self.dir.path().join(path)
        }

        /// Keeps the trace of a build that began so much later.
        fn keep(&self, later: Duration) -> bool {
            let mut inputs = Inputs::default();
            inputs.add(&self.path("topic"), true);
            inputs.add(&self.path("topic/a.py"), true);
            inputs.add(&self.path("style.css"), false);
            let (output, directory) = (self.path("out/a.html"), self.path("out/empty"));
            let stat = FileStat::from(&fs::metadata(&output).unwrap());
            let owned = OwnedOutput::new(ContentHash::of("page"), stat);
            let mut left = Left::default();
            left.add_inputs(&inputs);
            left.add_output(&output, Some(&owned));
            left.add_directory(&directory);
            let begun = self.file.begin(SystemClock.now().plus(later)).unwrap();
            assert!(self.file.read().is_none());
            begun.keep(left, b"note").unwrap()
        }

        fn changes(&self) -> Changes {
            self.file.read().unwrap().changes().unwrap()
        }
    }

    const LATER: Duration = Duration::from_secs(10);

    #[track_caller]
    fn check(change: impl FnOnce(&Course) -> io::Result<()>) {
        let course = Course::new();
        assert!(course.keep(LATER));
        assert!(course.changes().is_empty());
        assert_eq!(course.file.read().unwrap().note(), b"note");
        change(&course).unwrap();
        assert!(!course.changes().is_empty());
    }

    #[test]
    fn trace_holds_until_something_changes() {
        check(|course| fs::write(course.path("topic/a.py"), "more text"));
        check(|course| fs::remove_file(course.path("topic/a.py")));
        check(|course| fs::write(course.path("topic/b.py"), "text"));
        check(|course| fs::write(course.path("style.css"), ""));
        check(|course| fs::write(course.path("out/a.html"), "another page"));
        check(|course| fs::remove_file(course.path("out/a.html")));
        check(|course| fs::remove_dir_all(course.path("out")));
        check(|course| fs::remove_dir(course.path("out/empty")));
    }

    #[test]
    fn changes_name_inputs_and_outputs() {
        let course = Course::new();
        assert!(course.keep(LATER));
        fs::write(course.path("topic/a.py"), "more text").unwrap();
        fs::write(course.path("style.css"), "").unwrap();
        let inputs = vec![course.path("style.css"), course.path("topic/a.py")];
        let changes = Changes { inputs, ..Changes::default() };
        assert_eq!(course.changes(), changes);
        fs::remove_file(course.path("out/a.html")).unwrap();
        fs::remove_dir(course.path("out/empty")).unwrap();
        let outputs = vec![(course.path("out/a.html"), ContentHash::of("page"))];
        let directories = vec![course.path("out/empty")];
        assert_eq!(course.changes(), Changes { outputs, directories, ..changes });
    }

    #[test]
    fn trace_is_mended_where_a_part_of_it_was_looked_at_anew() {
        let course = Course::new();
        assert!(course.keep(LATER));
        let trace = course.file.read().unwrap();
        fs::write(course.path("topic/b.py"), "text").unwrap();
        fs::remove_file(course.path("topic/a.py")).unwrap();
        let mut inputs = Inputs::default();
        inputs.add(&course.path("topic"), true);
        inputs.add(&course.path("topic/b.py"), true);
        let mut left = Left::beside(&trace, &[course.path("topic")]);
        left.add_inputs(&inputs);
        let begun = course.file.begin(SystemClock.now().plus(LATER)).unwrap();
        assert!(begun.keep(left, b"note").unwrap());
        assert!(course.changes().is_empty());
        fs::write(course.path("out/a.html"), "another page").unwrap();
        fs::write(course.path("topic/b.py"), "more text").unwrap();
        let outputs = vec![(course.path("out/a.html"), ContentHash::of("page"))];
        let inputs = vec![course.path("topic/b.py")];
        assert_eq!(course.changes(), Changes { inputs, outputs, ..Changes::default() });
    }

    #[test]
    fn output_behind_a_link_is_no_output() {
        check(|course| {
            fs::rename(course.path("out/a.html"), course.path("b.html"))?;
            std::os::unix::fs::symlink("../b.html", course.path("out/a.html"))
        });
    }

    #[test]
    fn files_beside_the_outputs_are_nobodys_business() {
        let course = Course::new();
        assert!(course.keep(LATER));
        fs::write(course.path("out/note.txt"), "mine").unwrap();
        assert!(course.changes().is_empty());
    }

    #[test]
    fn nothing_is_kept_if_an_input_may_have_changed_meanwhile() {
        assert!(!Course::new().keep(Duration::ZERO));
    }

    #[test]
    fn nothing_is_kept_if_an_output_is_not_known() {
        let course = Course::new();
        let mut left = Left::default();
        left.add_output(course.dir.path(), None);
        let begun = course.file.begin(SystemClock.now()).unwrap();
        assert!(!begun.keep(left, b"").unwrap());
        assert!(course.file.read().is_none());
    }

    #[test]
    fn damaged_trace_is_none() {
        let course = Course::new();
        assert!(course.keep(LATER));
        let whole = fs::read(&course.file.path).unwrap();
        for damaged in [&whole[..whole.len() - 1], &[0; 100], b""] {
            fs::write(&course.file.path, damaged).unwrap();
            assert!(course.file.read().is_none());
        }
        fs::write(&course.file.path, whole).unwrap();
        assert!(course.changes().is_empty());
    }

    #[test]
    fn traces_of_many_requests_do_not_pile_up() {
        let dir = tempfile::tempdir().unwrap();
        for request in 0..MOST + 10 {
            let file = TraceFile::of(dir.path(), &ContentHash::of(request.to_le_bytes()));
            let begun = file.begin(SystemClock.now()).unwrap();
            assert!(begun.keep(Left::default(), b"").unwrap());
        }
        assert_eq!(fs::read_dir(dir.path().join(DIRECTORY)).unwrap().count(), MOST);
        remove_all(dir.path()).unwrap();
        assert!(!dir.path().join(DIRECTORY).exists());
    }
}
