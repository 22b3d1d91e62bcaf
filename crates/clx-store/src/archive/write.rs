//! Writes the parts of an archive one after the other, under a name of its own until it is whole.
//! Principal type: [`ArchiveWriter`].

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::{NamedTempFile, TempDir};

use super::error::ArchiveError;
use super::format::{BLOBS, EntryName, RESULTS};
use crate::blob::{TEMPORARY_PREFIX, temporary_in};

/// Endings of other programs' archives; a directory of such a name would surprise.
const OTHER_KINDS: [&str; 8] = ["7z", "bz2", "gz", "lz4", "rar", "xz", "zip", "zst"];

/// An archive that is being written.
pub(super) struct ArchiveWriter {
    path: PathBuf,
    form: Form,
}

enum Form {
    Tar(Box<tar::Builder<Stream>>),
    Directory(TempDir),
}

/// Where the bytes of a tar file go.
enum Stream {
    Plain(BufWriter<NamedTempFile>),
    Gzip(GzEncoder<BufWriter<NamedTempFile>>),
}

impl ArchiveWriter {
    /// Begins an archive; how it is written follows from its name.
    pub(super) fn create(path: &Path) -> Result<Self, ArchiveError> {
        let failed = |source| ArchiveError::Io { action: "create", path: path.to_owned(), source };
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let is_gzip = name.ends_with(".tar.gz") || name.ends_with(".tgz");
        let extension = Path::new(&name).extension().unwrap_or_default().to_string_lossy();
        let parent = parent(path);
        fs::create_dir_all(parent).map_err(failed)?;
        let form = if is_gzip || extension == "tar" {
            let file = BufWriter::new(temporary_in(parent)?);
            let stream = if is_gzip {
                Stream::Gzip(GzEncoder::new(file, Compression::fast()))
            } else {
                Stream::Plain(file)
            };
            Form::Tar(Box::new(tar::Builder::new(stream)))
        } else if OTHER_KINDS.contains(&&*extension) {
            return Err(ArchiveError::UnknownKind { path: path.to_owned() });
        } else {
            if fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some()) {
                return Err(ArchiveError::NotEmpty { path: path.to_owned() });
            }
            let directory = temporary_directory_in(parent).map_err(failed)?;
            for below in [BLOBS, RESULTS] {
                fs::create_dir(directory.path().join(below)).map_err(failed)?;
            }
            Form::Directory(directory)
        };
        Ok(Self { path: path.to_owned(), form })
    }

    /// Adds a part of so many bytes.
    pub(super) fn add(
        &mut self,
        name: EntryName,
        size: u64,
        content: impl Read,
    ) -> Result<(), ArchiveError> {
        let mut content = content.take(size);
        let added = match &mut self.form {
            Form::Tar(builder) => {
                let mut header = tar::Header::new_gnu();
                header.set_size(size);
                header.set_mode(0o644);
                builder.append_data(&mut header, name.text(), &mut content)
            }
            Form::Directory(directory) => File::create_new(directory.path().join(name.text()))
                .and_then(|mut file| io::copy(&mut content, &mut file).map(|_| ())),
        };
        // What follows a part that is too short would be taken for a piece of it.
        let whole = added.and_then(|()| match content.limit() {
            0 => Ok(()),
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        });
        whole.map_err(|source| self.failed(source))
    }

    /// Gives the archive its name, replacing a file of that name.
    pub(super) fn finish(self) -> Result<(), ArchiveError> {
        let Self { path, form } = self;
        let finished = match form {
            Form::Tar(builder) => builder
                .into_inner()
                .and_then(Stream::finish)
                .and_then(|file| file.persist(&path).map_err(|error| error.error).map(|_| ())),
            Form::Directory(directory) => {
                // Under its new name nobody removes it any more.
                fs::rename(directory.path(), &path).map(|()| drop(directory.keep()))
            }
        };
        finished.map_err(|source| ArchiveError::Io { action: "write", path, source })
    }

    fn failed(&self, source: io::Error) -> ArchiveError {
        ArchiveError::Io { action: "write", path: self.path.clone(), source }
    }
}

impl Stream {
    fn finish(self) -> io::Result<NamedTempFile> {
        let file = match self {
            Self::Plain(file) => file,
            Self::Gzip(encoder) => encoder.finish()?,
        };
        file.into_inner().map_err(io::IntoInnerError::into_error)
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.write(bytes),
            Self::Gzip(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.flush(),
            Self::Gzip(encoder) => encoder.flush(),
        }
    }
}

/// Makes a directory that goes away unless it is given its final name. The umask takes its share of
/// the rights.
fn temporary_directory_in(directory: &Path) -> io::Result<TempDir> {
    use std::os::unix::fs::PermissionsExt;
    tempfile::Builder::new()
        .prefix(TEMPORARY_PREFIX)
        .permissions(fs::Permissions::from_mode(0o777))
        .tempdir_in(directory)
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
