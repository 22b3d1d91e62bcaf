//! Takes over the results of an archive, each only when it is whole. Principal type:
//! [`ImportReport`].

use std::collections::HashSet;
use std::io;
use std::path::Path;

use clx_core::{ActionResult, ContentHash};
use serde::de::DeserializeOwned;

use super::error::ArchiveError;
use super::format::{End, EntryName, Header, MAX_JSON, StoredResult, VERSION};
use super::read::{self, Entry};
use crate::action;
use crate::blob::{PACK_LIMIT, copy_hashing};
use crate::error::StoreError;
use crate::store::Store;

/// Bytes of small blobs, and results, that are stored together.
const BATCH_BYTES: usize = 4 << 20;
const BATCH_RESULTS: usize = 1000;

/// What became of the results of an archive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Results that are new here.
    pub n_imported: u64,
    /// Results that were here already.
    pub n_known: u64,
    /// Results of which another one was here under the same key; that was kept.
    pub n_differing: u64,
    /// Results that a later clx made and this one cannot read.
    pub n_unreadable: u64,
}

impl Store {
    /// Takes over the results of what [`Self::export`] wrote. Everything is compared with its digest
    /// before it is stored, and a result is recorded only when all its blobs are here. Results that
    /// are here already stay as they are. `report` is brought up to date also if an error is returned.
    ///
    /// # Errors
    /// [`ArchiveError`]: the rest was not imported; what was is whole.
    pub fn import(&self, path: &Path, report: &mut ImportReport) -> Result<(), ArchiveError> {
        let mut importer = Importer::new(self, path, report);
        let read = read::for_each(path, &mut |entry| importer.take(entry));
        // Also what came before an error: it is whole.
        let stored = importer.store_batch();
        read.and(stored)?;
        importer.check_end()
    }
}

struct Importer<'a> {
    store: &'a Store,
    path: &'a Path,
    report: &'a mut ImportReport,
    has_header: bool,
    /// Small blobs that wait to be stored together, checked.
    small: Vec<(ContentHash, Vec<u8>)>,
    small_bytes: usize,
    /// Results that wait for them.
    results: Vec<(ContentHash, ActionResult)>,
    blobs: HashSet<ContentHash>,
    n_results: u64,
    end: Option<End>,
}

impl<'a> Importer<'a> {
    fn new(store: &'a Store, path: &'a Path, report: &'a mut ImportReport) -> Self {
        Self {
            store,
            path,
            report,
            has_header: false,
            small: Vec::new(),
            small_bytes: 0,
            results: Vec::new(),
            blobs: HashSet::new(),
            n_results: 0,
            end: None,
        }
    }

    fn take(&mut self, entry: Entry<'_>) -> Result<(), ArchiveError> {
        if !self.has_header && entry.name != EntryName::Header {
            return Err(ArchiveError::NotAnArchive { path: self.path.to_owned() });
        }
        match entry.name {
            EntryName::Header => self.take_header(entry)?,
            EntryName::End => self.end = Some(self.json(entry)?),
            EntryName::Blob(hash) => self.take_blob(hash, entry)?,
            EntryName::Result(hash) => self.take_result(hash, entry)?,
        }
        if self.small_bytes >= BATCH_BYTES || self.results.len() >= BATCH_RESULTS {
            self.store_batch()?;
        }
        Ok(())
    }

    fn take_header(&mut self, entry: Entry<'_>) -> Result<(), ArchiveError> {
        let path = || self.path.to_owned();
        let header: Header =
            self.json(entry).map_err(|_| ArchiveError::NotAnArchive { path: path() })?;
        if !header.is_of_cache() {
            return Err(ArchiveError::NotAnArchive { path: path() });
        }
        if header.version > VERSION {
            return Err(ArchiveError::NewerVersion { path: path(), found: header.version });
        }
        self.has_header = true;
        Ok(())
    }

    fn take_blob(&mut self, hash: ContentHash, entry: Entry<'_>) -> Result<(), ArchiveError> {
        let (name, size) = (entry.name, entry.size);
        if size <= PACK_LIMIT as u64 {
            let bytes = self.bytes(entry)?;
            self.check(name, hash, ContentHash::of(&bytes))?;
            self.small_bytes += bytes.len();
            self.small.push((hash, bytes));
        } else if self.store.contains(&hash)? {
            let copied = copy_hashing(entry.content, &mut io::sink());
            let (found, n_bytes) = copied.map_err(|error| self.failed(error))?;
            self.check_size(size, n_bytes)?;
            self.check(name, hash, found)?;
        } else {
            let blob = match self.store.blob_files.write(entry.content, self.path) {
                Err(StoreError::Io { action: "copy", source, .. }) => {
                    return Err(self.failed(source));
                }
                written => written?,
            };
            self.check_size(size, blob.size)?;
            self.check(name, hash, blob.hash)?;
            self.store.publish_file(blob)?;
        }
        self.blobs.insert(hash);
        Ok(())
    }

    /// Fails unless bytes have the hash that stands in their name.
    fn check(
        &self,
        name: EntryName,
        expected: ContentHash,
        found: ContentHash,
    ) -> Result<(), ArchiveError> {
        if found == expected { Ok(()) } else { Err(self.damaged(name, "does not match its name")) }
    }

    fn check_size(&self, expected: u64, found: u64) -> Result<(), ArchiveError> {
        let torn = || ArchiveError::Torn { path: self.path.to_owned() };
        if found == expected { Ok(()) } else { Err(torn()) }
    }

    fn take_result(&mut self, hash: ContentHash, entry: Entry<'_>) -> Result<(), ArchiveError> {
        #[derive(serde::Deserialize)]
        struct Version {
            version: u32,
        }
        let name = entry.name;
        let bytes = self.bytes(entry)?;
        self.check(name, hash, ContentHash::of(&bytes))?;
        self.n_results += 1;
        let Version { version } = self.parse(name, &bytes)?;
        if version != action::VERSION {
            self.report.n_unreadable += 1;
            return Ok(());
        }
        let StoredResult { key, result, .. } = self.parse(name, &bytes)?;
        self.results.push((key, result));
        Ok(())
    }

    /// Stores what waits. Results whose blobs are all here are recorded even if others' are not.
    fn store_batch(&mut self) -> Result<(), ArchiveError> {
        let small = std::mem::take(&mut self.small);
        self.small_bytes = 0;
        let slices: Vec<_> = small.iter().map(|(_, bytes)| bytes.as_slice()).collect();
        self.store.put_many(&slices)?;
        let results = std::mem::take(&mut self.results);
        let keys: Vec<_> = results.iter().map(|(key, _)| *key).collect();
        let mut incomplete = None;
        let mut new = Vec::new();
        for ((key, result), known) in results.iter().zip(self.store.lookup(&keys)?) {
            match known {
                Some(known) if known.artifacts == result.artifacts => self.report.n_known += 1,
                Some(_) => self.report.n_differing += 1,
                None if self.has_blobs(result)? => new.push((*key, result)),
                None => incomplete = Some(*key),
            }
        }
        self.store.record_many(&new)?;
        self.report.n_imported += new.len() as u64;
        match incomplete {
            None => Ok(()),
            Some(key) => Err(ArchiveError::Incomplete { path: self.path.to_owned(), key }),
        }
    }

    fn has_blobs(&self, result: &ActionResult) -> Result<bool, ArchiveError> {
        for artifact in &result.artifacts {
            if !self.store.contains(&artifact.hash)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Tells whether everything came that the archive was made of.
    fn check_end(&self) -> Result<(), ArchiveError> {
        let path = self.path.to_owned();
        if !self.has_header {
            return Err(ArchiveError::NotAnArchive { path });
        }
        let came = End { results: self.n_results, blobs: self.blobs.len() as u64 };
        if self.end == Some(came) { Ok(()) } else { Err(ArchiveError::Torn { path }) }
    }

    fn json<T: DeserializeOwned>(&self, entry: Entry<'_>) -> Result<T, ArchiveError> {
        let name = entry.name;
        let bytes = self.bytes(entry)?;
        self.parse(name, &bytes)
    }

    fn parse<T: DeserializeOwned>(&self, name: EntryName, bytes: &[u8]) -> Result<T, ArchiveError> {
        serde_json::from_slice(bytes).map_err(|_| self.damaged(name, "cannot be read"))
    }

    /// Reads a part that fits into memory.
    fn bytes(&self, entry: Entry<'_>) -> Result<Vec<u8>, ArchiveError> {
        if entry.size > MAX_JSON {
            return Err(self.damaged(entry.name, "is too large"));
        }
        let mut bytes = Vec::new();
        entry.content.read_to_end(&mut bytes).map_err(|error| self.failed(error))?;
        self.check_size(entry.size, bytes.len() as u64)?;
        Ok(bytes)
    }

    fn damaged(&self, name: EntryName, problem: &'static str) -> ArchiveError {
        ArchiveError::Damaged { path: self.path.to_owned(), entry: name.text(), problem }
    }

    fn failed(&self, source: io::Error) -> ArchiveError {
        ArchiveError::reading(self.path, source)
    }
}
