//! What the engine gets to build an image from. Principal type: [`Context`].

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use clx_core::{ContentHash, KeyBuilder};

use crate::error::{At, ImageError};

/// All files have this time of change, so that the same files give the same image: 2001-09-09.
const CHANGED_AT: u64 = 1_000_000_000;

/// The files of a build, in memory: they are sent once, and leave nothing behind.
#[derive(Debug, Default)]
pub(crate) struct Context {
    files: BTreeMap<PathBuf, File>,
}

#[derive(Debug)]
struct File {
    content: Vec<u8>,
    is_program: bool,
}

impl Context {
    /// Adds a text.
    pub(crate) fn text(mut self, path: impl AsRef<Path>, text: &str) -> Self {
        let content = text.as_bytes().to_vec();
        self.files.insert(path.as_ref().to_owned(), File { content, is_program: false });
        self
    }

    /// Adds a file of this machine; whether it is a program is kept, owner and times are not.
    ///
    /// # Errors
    /// [`ImageError::Io`].
    pub(crate) fn file(mut self, path: impl AsRef<Path>, from: &Path) -> Result<Self, ImageError> {
        let content = fs::read(from).at("read", from)?;
        let mode = fs::metadata(from).at("read", from)?.permissions().mode();
        let file = File { content, is_program: mode & 0o111 != 0 };
        self.files.insert(path.as_ref().to_owned(), file);
        Ok(self)
    }

    /// Returns a digest of paths, contents and what is a program.
    pub(crate) fn digest(&self) -> ContentHash {
        let mut key = KeyBuilder::new("clx-image-context-1");
        for (path, file) in &self.files {
            key = key
                .with("path", path.as_os_str().as_encoded_bytes())
                .with("program", [u8::from(file.is_program)])
                .with_hash("content", &ContentHash::of(&file.content));
        }
        key.finish()
    }

    /// Packs it as the engine wants it.
    ///
    /// # Errors
    /// [`ImageError::Io`] if a path is too long.
    pub(crate) fn to_tar(&self) -> Result<Vec<u8>, ImageError> {
        let mut archive = tar::Builder::new(Vec::new());
        for (path, file) in &self.files {
            let mut header = tar::Header::new_gnu();
            header.set_size(file.content.len() as u64);
            header.set_mode(if file.is_program { 0o755 } else { 0o644 });
            header.set_uid(0);
            header.set_gid(0);
            header.set_mtime(CHANGED_AT);
            archive.append_data(&mut header, path, &*file.content).at("pack", path)?;
        }
        archive.into_inner().at("pack", Path::new("the context"))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn archive_has_the_files_and_nothing_of_the_machine() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("clx");
        fs::write(&program, "program").unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
        let context = Context::default().text("Dockerfile", "FROM a\n");
        let context = context.file("clx", &program).unwrap();
        let bytes = context.to_tar().unwrap();
        let mut archive = tar::Archive::new(&*bytes);
        let mut found = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let (mode, time) = (entry.header().mode().unwrap(), entry.header().mtime().unwrap());
            let owner = entry.header().uid().unwrap();
            let path = entry.path().unwrap().display().to_string();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            found.push((path, text, mode, owner, time));
        }
        let expected =
            |path: &str, text: &str, mode| (path.to_owned(), text.to_owned(), mode, 0, CHANGED_AT);
        let files = [expected("Dockerfile", "FROM a\n", 0o644), expected("clx", "program", 0o755)];
        assert_eq!(found, files);
        assert_eq!(context.to_tar().unwrap(), bytes);
    }

    #[test]
    fn digest_changes_with_path_and_content() {
        let digest = |path: &str, text: &str| Context::default().text(path, text).digest();
        assert_eq!(digest("a", "1"), digest("a", "1"));
        assert_ne!(digest("a", "1"), digest("a", "2"));
        assert_ne!(digest("a", "1"), digest("b", "1"));
    }
}
