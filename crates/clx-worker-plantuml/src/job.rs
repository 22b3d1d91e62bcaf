//! The job as it was queued. Principal type: [`DiagramJob`].

use std::fs;
use std::io;
use std::path::{Component, Path};

use clx_core::{Diagnostic, DiagramInput, DiagramRequest, IncludedFile};
use clx_store::{ArtifactStore, StoreError};
use clx_worker::{JobFailure, StepJob};

use crate::CATEGORY;
use crate::code;
use crate::directory::{JobDirectory, PrivateDirectory};
use crate::include::{Includes, includes, with_absolute_paths};

/// A source and what is wanted of it.
#[derive(Debug)]
pub(crate) struct DiagramJob {
    pub(crate) input: DiagramInput,
    pub(crate) source: Vec<u8>,
    pub(crate) requests: Vec<DiagramRequest>,
}

impl DiagramJob {
    /// Reads a payload and fetches the source.
    pub(crate) fn read(payload: &[u8], store: &dyn ArtifactStore) -> Result<Self, JobFailure> {
        let StepJob { input, source, requests } = StepJob::read(payload, |hash| store.get(hash))?;
        Ok(Self { input, source, requests })
    }

    /// Returns the source as text.
    pub(crate) fn text(&self) -> Result<&str, Box<Diagnostic>> {
        std::str::from_utf8(&self.source).map_err(|error| {
            let line = self.source[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n');
            let problem = Diagnostic::error(code::NOT_TEXT, CATEGORY, "the source is not UTF-8")
                .at(&self.input.file, u32::try_from(line.count() + 1).ok(), None)
                .with_hint("save it as UTF-8");
            Box::new(problem)
        })
    }

    /// Finds what the source includes among the files that came with the job.
    pub(crate) fn includes(&self, text: &str, store: &dyn ArtifactStore) -> Includes {
        includes(&self.input.file, text, |path| {
            let file = self.input.files.iter().find(|file| file.path == path)?;
            store.get(&file.hash).ok()
        })
    }

    /// Returns the lines of an included file; none if it cannot be read any more.
    pub(crate) fn text_of(&self, path: &Path, store: &dyn ArtifactStore) -> String {
        let file = self.input.files.iter().find(|file| file.path == path);
        let bytes = file.and_then(|file| store.get(&file.hash).ok()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Lays the included files into a directory, as the course has them.
    pub(crate) fn lay_files(
        &self,
        found: &Includes,
        base: &PrivateDirectory,
        store: &dyn ArtifactStore,
    ) -> Result<JobDirectory, Box<Diagnostic>> {
        let not_laid = |path: &Path, error: LayError| {
            let message =
                format!("`{}` cannot be laid where PlantUML reads it: {error}", path.display());
            Box::new(Diagnostic::error(code::FILE_NOT_LAID, CATEGORY, message))
        };
        let directory = base.for_job().map_err(|error| not_laid(&self.input.file, error.into()))?;
        let wanted = self.input.files.iter().filter(|file| found.files.contains(&file.path));
        for file in wanted {
            lay(file, found.sources.contains(&file.path), directory.path(), store)
                .map_err(|error| not_laid(&file.path, error))?;
        }
        Ok(directory)
    }
}

/// Why a file cannot be laid.
#[derive(Debug, thiserror::Error)]
enum LayError {
    #[error("its path leads out of there")]
    Outside,
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn lay(
    file: &IncludedFile,
    is_source: bool,
    root: &Path,
    store: &dyn ArtifactStore,
) -> Result<(), LayError> {
    if !file.path.components().all(|component| matches!(component, Component::Normal(_))) {
        return Err(LayError::Outside);
    }
    let place = root.join(&file.path);
    fs::create_dir_all(place.parent().unwrap_or(root))?;
    if !is_source {
        return Ok(store.copy_to(&file.hash, &place)?);
    }
    let source = store.get(&file.hash)?;
    let source = with_absolute_paths(&file.path, &String::from_utf8_lossy(&source), root);
    Ok(fs::write(place, source)?)
}
