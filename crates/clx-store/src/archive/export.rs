//! Writes results and their blobs into an archive. Principal types: [`Exported`], [`ExportReport`].

use std::collections::{BTreeSet, HashSet};
use std::fs::File;
use std::io;
use std::path::Path;

use clx_core::{ActionResult, ContentHash};
use rusqlite::{OptionalExtension, named_params};

use super::error::ArchiveError;
use super::format::{End, EntryName, Header, StoredResult};
use super::write::ArchiveWriter;
use crate::action;
use crate::blob::PACK_LIMIT;
use crate::error::{At, StoreError};
use crate::store::{Store, hash_column};

/// Which results go into an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exported {
    /// All that are whole.
    All,
    /// Those that name a blob that lies in an output tree.
    Current,
}

/// What an archive holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExportReport {
    /// Results.
    pub n_results: u64,
    /// Blobs.
    pub n_blobs: u64,
    /// Bytes of those blobs.
    pub bytes: u64,
    /// Results that were left out because they cannot be read or a blob is missing or damaged.
    pub n_left_out: u64,
}

/// The bytes of a blob, checked.
enum Checked {
    Bytes(Vec<u8>),
    File(File, u64),
}

impl Store {
    /// Writes results and their blobs to `path`: a `.tar` or `.tar.gz` file, which replaces one of
    /// that name, or else a directory, which must be new or empty. It gets its name when it is whole.
    ///
    /// # Errors
    /// [`ArchiveError`], and then nothing is left behind.
    pub fn export(&self, path: &Path, which: Exported) -> Result<ExportReport, ArchiveError> {
        let current = match which {
            Exported::All => None,
            Exported::Current => Some(self.current_blobs()?),
        };
        let mut writer = ArchiveWriter::create(path)?;
        add_json(&mut writer, EntryName::Header, &Header::new())?;
        let mut report = ExportReport::default();
        let mut written = HashSet::new();
        for key in self.action_keys()? {
            let Some(result) = self.result_as_stored(&key)? else {
                report.n_left_out += 1;
                continue;
            };
            if current.as_ref().is_some_and(|current| !names_one_of(&result, current)) {
                continue;
            }
            match self.checked_blobs(&result, &written) {
                Ok(blobs) => {
                    for (hash, blob) in blobs {
                        report.n_blobs += 1;
                        report.bytes += add_blob(&mut writer, hash, blob)?;
                        written.insert(hash);
                    }
                    add_result(&mut writer, key, result)?;
                    report.n_results += 1;
                }
                Err(error) if error.is_lost_blob() => report.n_left_out += 1,
                Err(error) => return Err(error.into()),
            }
        }
        let end = End { results: report.n_results, blobs: report.n_blobs };
        add_json(&mut writer, EntryName::End, &end)?;
        writer.finish()?;
        Ok(report)
    }

    /// Returns the keys of all results in the order in which they were made: those that are alike
    /// lie together, which compresses well.
    fn action_keys(&self) -> Result<Vec<ContentHash>, StoreError> {
        self.read(|transaction| {
            transaction
                .prepare("SELECT key FROM actions ORDER BY rowid")?
                .query_map((), |row| hash_column(row, "key"))?
                .collect()
        })
    }

    /// Returns a result without counting that as use; `None` if it is gone or cannot be read.
    fn result_as_stored(&self, key: &ContentHash) -> Result<Option<ActionResult>, StoreError> {
        let json: Option<String> = self.read(|transaction| {
            transaction
                .prepare_cached("SELECT result FROM actions WHERE key = :key")?
                .query_row(named_params! { ":key": key.as_bytes() }, |row| row.get("result"))
                .optional()
        })?;
        Ok(json.and_then(|json| action::from_json(&json)))
    }

    /// Reads the blobs of a result that are not written yet and compares them with their hashes.
    fn checked_blobs(
        &self,
        result: &ActionResult,
        written: &HashSet<ContentHash>,
    ) -> Result<Vec<(ContentHash, Checked)>, StoreError> {
        let hashes: BTreeSet<_> = result.artifacts.iter().map(|artifact| artifact.hash).collect();
        let new = hashes.into_iter().filter(|hash| !written.contains(hash));
        new.map(|hash| self.checked_blob(&hash).map(|blob| (hash, blob))).collect()
    }

    fn checked_blob(&self, hash: &ContentHash) -> Result<Checked, StoreError> {
        let Some(file) = self.blob_files.open(hash)? else {
            return self.get(hash).map(Checked::Bytes);
        };
        let path = self.blob_files.path(hash);
        let size = file.metadata().at("read", &path)?.len();
        if size <= PACK_LIMIT as u64 {
            return self.get(hash).map(Checked::Bytes);
        }
        // Read twice, since what stands in an archive cannot be taken back.
        self.stream(hash, &mut io::sink(), &path)?;
        Ok(Checked::File(file, size))
    }
}

fn names_one_of(result: &ActionResult, blobs: &BTreeSet<ContentHash>) -> bool {
    result.artifacts.iter().any(|artifact| blobs.contains(&artifact.hash))
}

/// Adds a blob and returns its size.
fn add_blob(
    writer: &mut ArchiveWriter,
    hash: ContentHash,
    blob: Checked,
) -> Result<u64, ArchiveError> {
    let name = EntryName::Blob(hash);
    match blob {
        Checked::Bytes(bytes) => {
            let size = bytes.len() as u64;
            writer.add(name, size, bytes.as_slice()).map(|()| size)
        }
        Checked::File(file, size) => writer.add(name, size, file).map(|()| size),
    }
}

fn add_result(
    writer: &mut ArchiveWriter,
    key: ContentHash,
    result: ActionResult,
) -> Result<(), ArchiveError> {
    let stored = StoredResult { version: action::VERSION, key, result };
    let json = json(&stored);
    writer.add(EntryName::Result(ContentHash::of(&json)), json.len() as u64, json.as_slice())
}

fn add_json(
    writer: &mut ArchiveWriter,
    name: EntryName,
    value: &impl serde::Serialize,
) -> Result<(), ArchiveError> {
    let json = json(value);
    writer.add(name, json.len() as u64, json.as_slice())
}

fn json(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("structs of texts and numbers are always JSON")
}
