//! Writes traces. Principal type: [`Left`].

use std::borrow::Cow;
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use clx_core::{ContentHash, Inputs};
use tempfile::NamedTempFile;

use super::check::path_of;
use super::{Begun, Content, Entry, Folder, Look, Trace};
use crate::error::{At, StoreError};
use crate::output::OwnedOutput;
use crate::stat::FileStat;

/// What a build looked at and what it left, by absolute paths.
#[derive(Debug, Default)]
pub struct Left<'a> {
    looks: Vec<(Cow<'a, Path>, Look)>,
    is_doubtful: bool,
}

impl Begun {
    /// Keeps the trace; false if it would be worth nothing, because an input may have changed since the
    /// build began, or because an output is not known to be as it was written.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn keep(self, mut left: Left<'_>, note: &[u8]) -> Result<bool, StoreError> {
        let began_ns = self.began.as_us().saturating_mul(1000);
        let is_racy = |(_, look): &(Cow<'_, Path>, Look)| match look {
            Look::Input(stat) => stat.is_racy(began_ns),
            Look::Absent | Look::Output(..) | Look::Directory => false,
        };
        if left.is_doubtful || left.looks.iter().any(is_racy) {
            return Ok(false);
        }
        // Of two looks at one path the later one counts.
        left.looks.reverse();
        left.looks.sort_by(|(a, _), (b, _)| bytes_of(a).cmp(bytes_of(b)));
        left.looks.dedup_by(|(a, _), (b, _)| a == b);
        let content = Content { note, folders: folders(&left.looks) };
        let Ok(content) = postcard::to_allocvec(&content) else { return Ok(false) };
        let directory = self.path.parent().unwrap_or(&self.path);
        let mut file = NamedTempFile::new_in(directory).at("create a file in", directory)?;
        let digest = ContentHash::of(&content);
        file.write_all(digest.as_bytes())
            .and_then(|()| file.write_all(&content))
            .at("write", &self.path)?;
        file.persist(&self.path).map_err(|error| error.error).at("write", &self.path)?;
        Ok(true)
    }
}

impl<'a> Left<'a> {
    /// Begins with what another trace has, but for inputs at or below paths that are looked at anew.
    #[must_use]
    pub fn beside(trace: &'a Trace, anew: &[PathBuf]) -> Self {
        let folders = trace.content().map(|content| content.folders).unwrap_or_default();
        let is_anew = |path: &Path| anew.iter().any(|directory| path.starts_with(directory));
        let mut looks = Vec::new();
        for folder in &folders {
            for entry in &folder.entries {
                let path = path_of(folder, entry);
                let is_input = matches!(entry.look, Look::Input(_) | Look::Absent);
                if !(is_input && is_anew(&path)) {
                    looks.push((Cow::Owned(path), entry.look));
                }
            }
        }
        Self { looks, is_doubtful: false }
    }

    /// Adds what was looked at.
    pub fn add_inputs(&mut self, inputs: &'a Inputs) {
        for path in &inputs.present {
            match fs::metadata(path) {
                Ok(metadata) => {
                    self.looks.push((path.into(), Look::Input(FileStat::from(&metadata))));
                }
                Err(_) => self.is_doubtful = true,
            }
        }
        for path in &inputs.absent {
            self.looks.push((path.into(), Look::Absent));
            self.is_doubtful |= path.exists();
        }
    }

    /// Adds a file that was written.
    pub fn add_output(&mut self, path: &'a Path, output: Option<&OwnedOutput>) {
        match output.and_then(|output| output.written.zip(Some(output.hash))) {
            Some((written, hash)) => {
                self.looks.push((path.into(), Look::Output(written, *hash.as_bytes())));
            }
            None => self.is_doubtful = true,
        }
    }

    /// Adds a directory that has to be there, whatever it holds.
    pub fn add_directory(&mut self, path: &'a Path) {
        self.looks.push((path.into(), Look::Directory));
    }
}

fn bytes_of(path: &Path) -> &[u8] {
    path.as_os_str().as_bytes()
}

/// Groups sorted paths by directory: neighbours mostly share theirs.
fn folders<'a>(looks: &'a [(Cow<'_, Path>, Look)]) -> Vec<Folder<'a>> {
    let mut folders: Vec<Folder<'_>> = Vec::new();
    for (path, look) in looks {
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else { continue };
        let (parent, name) = (bytes_of(parent), name.as_bytes());
        let entry = Entry { name, look: *look };
        match folders.last_mut() {
            Some(last) if last.path == parent => last.entries.push(entry),
            _ => folders.push(Folder { path: parent, entries: vec![entry] }),
        }
    }
    folders
}
