//! What the handler works with besides the store. Principal type: [`PlantUmlTools`].

use std::path::{Path, PathBuf};

use clx_core::{ContentHash, Diagnostic, PictureFormat, Severity};

use crate::CATEGORY;
use crate::archive;
use crate::code;
use crate::command::{Invocation, archive_path};
use crate::directory::PrivateDirectory;
use crate::error::PlantUmlError;
use crate::identity::{archive_digest, identity};
use crate::pool::WarmPool;
use crate::settings::PlantUmlSettings;

/// PlantUML, and JVMs that run it. Shared by the workers of a process: there are as many JVMs of a
/// format as pictures are drawn at the same time. They belong to the runtime in which pictures are
/// drawn. Dropping it ends them all.
#[derive(Debug)]
pub struct PlantUmlTools {
    pub(crate) settings: PlantUmlSettings,
    pub(crate) directory: PrivateDirectory,
    pub(crate) pool: WarmPool,
    archive: Option<PathBuf>,
}

impl PlantUmlTools {
    /// Makes a private directory; starts nothing yet. Directories that a killed clx left are removed.
    ///
    /// # Errors
    /// [`PlantUmlError::Write`] if there can be no private directory.
    pub fn new(settings: PlantUmlSettings) -> Result<Self, PlantUmlError> {
        let directory = PrivateDirectory::make(&settings.base)
            .map_err(|source| PlantUmlError::Write { path: settings.base.clone(), source })?;
        let archive = archive_path(&settings, &archive_digest(&settings));
        let pool = WarmPool::new(settings.idle_limit, settings.max_pictures);
        Ok(Self { settings, directory, pool, archive })
    }

    /// Returns a hash of everything about PlantUML, Java, Graphviz, fonts and this crate that can
    /// change a picture, for its key. Looks at a few hundred files, reads nearly none.
    #[must_use]
    pub fn identity(&self) -> ContentHash {
        identity(&self.settings)
    }

    /// Returns what somebody who builds should know once: that Graphviz is missing.
    #[must_use]
    pub fn notice(&self) -> Option<Diagnostic> {
        if self.settings.dot.is_some() {
            return None;
        }
        let message = "Graphviz is not installed, PlantUML's own layout is used instead";
        let notice = Diagnostic::new(Severity::Medium, code::GRAPHVIZ_MISSING, CATEGORY, message);
        Some(notice.with_hint("on Debian and Ubuntu run `sudo apt-get install graphviz`"))
    }

    /// Makes the class-data archive, unless there is one or the settings name no directory for it.
    /// Takes about five seconds. Everything works without it, but Java starts slower.
    ///
    /// # Errors
    /// [`PlantUmlError::Write`], [`PlantUmlError::Process`], [`PlantUmlError::Archive`].
    pub async fn make_archive(&self) -> Result<Option<PathBuf>, PlantUmlError> {
        let Some(path) = &self.archive else { return Ok(None) };
        let invocation = Invocation { archive: None, ..self.invocation(PictureFormat::Png) };
        archive::make(&invocation, path.clone()).await.map(Some)
    }

    pub(crate) fn invocation(&self, format: PictureFormat) -> Invocation<'_> {
        Invocation {
            settings: &self.settings,
            directory: self.directory.path(),
            archive: self.archive.as_deref().filter(|path: &&Path| path.is_file()),
            format,
        }
    }
}
