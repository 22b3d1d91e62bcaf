//! Reads the parts of an archive in their order, whatever form it has. Principal function:
//! [`for_each`].

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::error::ArchiveError;
use super::format::{BLOBS, EntryName, RESULTS};

/// The first bytes of a gzip file.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// A part of an archive.
pub(super) struct Entry<'a> {
    pub(super) name: EntryName,
    pub(super) size: u64,
    pub(super) content: &'a mut dyn Read,
}

type Visit<'v> = dyn FnMut(Entry<'_>) -> Result<(), ArchiveError> + 'v;

/// Calls `visit` for every part, until it fails.
pub(super) fn for_each(path: &Path, visit: &mut Visit<'_>) -> Result<(), ArchiveError> {
    let failed = |source| ArchiveError::Io { action: "read", path: path.to_owned(), source };
    if fs::metadata(path).map_err(failed)?.is_dir() {
        return in_directory(path, visit);
    }
    let mut begin = [0; GZIP.len()];
    let is_gzip = File::open(path)
        .and_then(|mut file| file.read_exact(&mut begin).map(|()| begin == GZIP))
        .unwrap_or(false);
    let file = BufReader::new(File::open(path).map_err(failed)?);
    if is_gzip { in_tar(path, MultiGzDecoder::new(file), visit) } else { in_tar(path, file, visit) }
}

fn in_tar(path: &Path, stream: impl Read, visit: &mut Visit<'_>) -> Result<(), ArchiveError> {
    let mut archive = tar::Archive::new(stream);
    let entries = archive.entries().map_err(|error| broken(path, 0, error))?;
    for (n_read, entry) in entries.enumerate() {
        let mut entry = entry.map_err(|error| broken(path, n_read, error))?;
        let shown = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let is_file = entry.header().entry_type().is_file();
        let Some(name) = EntryName::parse(&shown).filter(|_| is_file) else {
            return Err(unknown(path, shown));
        };
        let size = entry.size();
        visit(Entry { name, size, content: &mut entry })?;
    }
    Ok(())
}

/// Says why a stream cannot be read on.
fn broken(path: &Path, n_read: usize, source: io::Error) -> ArchiveError {
    match n_read {
        // Not even its beginning is one.
        0 => ArchiveError::NotAnArchive { path: path.to_owned() },
        _ => ArchiveError::reading(path, source),
    }
}

fn unknown(path: &Path, entry: String) -> ArchiveError {
    let problem = "is no part of such an archive";
    ArchiveError::Damaged { path: path.to_owned(), entry, problem }
}

fn in_directory(path: &Path, visit: &mut Visit<'_>) -> Result<(), ArchiveError> {
    visit_file(path, &EntryName::Header.text(), visit)?;
    for below in [BLOBS, RESULTS] {
        for file in names_in(&path.join(below))? {
            visit_file(path, &format!("{below}/{file}"), visit)?;
        }
    }
    visit_file(path, &EntryName::End.text(), visit)
}

/// Visits a file if it is there: whoever visits knows what has to be.
fn visit_file(root: &Path, shown: &str, visit: &mut Visit<'_>) -> Result<(), ArchiveError> {
    let Some(name) = EntryName::parse(shown) else {
        return Err(unknown(root, shown.to_owned()));
    };
    let path = root.join(shown);
    let failed = |source| ArchiveError::Io { action: "read", path: path.clone(), source };
    let size = match fs::symlink_metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
        Ok(metadata) if metadata.is_file() => metadata.len(),
        // Links are not followed.
        Ok(_) => return Err(unknown(root, shown.to_owned())),
    };
    let mut file = File::open(&path).map_err(failed)?;
    visit(Entry { name, size, content: &mut file })
}

fn names_in(directory: &Path) -> Result<Vec<String>, ArchiveError> {
    let failed = |source| ArchiveError::Io { action: "list", path: directory.to_owned(), source };
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry.map_err(failed)?.file_name().to_string_lossy().into_owned());
    }
    names.sort_unstable();
    Ok(names)
}
