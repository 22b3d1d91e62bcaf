//! What instrumented programs have counted, per function. Principal type: [`Counts`].

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::TaskError;

/// Counters of functions, by the hashes of their names and shapes: summed up over all programs.
#[derive(Debug, Default)]
pub(super) struct Counts {
    of_function: HashMap<(u64, u64), Vec<u64>>,
    version: u64,
}

impl Counts {
    /// Reads files of counters.
    pub(super) fn read(files: &[PathBuf]) -> Result<Self, TaskError> {
        let mut counts = Self::default();
        for file in files {
            counts.add(file)?;
        }
        Ok(counts)
    }

    fn add(&mut self, file: &Path) -> Result<(), TaskError> {
        let at = |source| TaskError::Io { path: file.to_owned(), source };
        let bytes = fs::read(file).map_err(at)?;
        // A program that was killed before it wrote the head.
        if bytes.is_empty() {
            return Ok(());
        }
        let profile = llvm_profparser::parse_bytes(&bytes).map_err(at)?;
        self.version = profile.version().unwrap_or_default();
        for function in profile.records() {
            let (Some(name), Some(shape)) = (function.name_hash, function.hash) else { continue };
            let sums = self.of_function.entry((name, shape)).or_default();
            sums.resize(function.counts().len(), 0);
            for (sum, count) in sums.iter_mut().zip(function.counts()) {
                *sum = sum.saturating_add(*count);
            }
        }
        Ok(())
    }

    /// Returns the counters of a function; none if no program ran that has it.
    pub(super) fn of(&self, name: u64, shape: u64) -> &[u64] {
        self.of_function.get(&(name, shape)).map_or(&[], Vec::as_slice)
    }

    /// Returns the version of the files, by which programs are read, too.
    pub(super) const fn version(&self) -> u64 {
        self.version
    }
}
