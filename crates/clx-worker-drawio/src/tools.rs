//! What the handler works with besides the store. Principal type: [`DrawioTools`].

use std::path::PathBuf;

use clx_browser::Browser;
use clx_core::ContentHash;
use clx_process::ScratchDirectory;

use crate::desktop;
use crate::error::DrawioError;
use crate::identity::identity;
use crate::pool::PagePool;
use crate::settings::{DrawioSettings, Renderer};

/// The renderer, shared by the workers of a process. A browser is started by the first picture and
/// belongs to the runtime in which that is drawn. Dropping the tools ends it.
#[derive(Debug)]
pub struct DrawioTools {
    pub(crate) settings: DrawioSettings,
    /// `None` if the desktop application draws.
    pub(crate) pool: Option<PagePool>,
}

impl DrawioTools {
    /// Starts nothing yet; removes what a killed clx left below the base.
    #[must_use]
    pub fn new(settings: DrawioSettings) -> Self {
        // What cannot be removed now is tried again by the next build.
        Browser::remove_leftovers(&settings.base).ok();
        ScratchDirectory::remove_leftovers(&settings.base, desktop::PREFIX).ok();
        let pool = match &settings.renderer {
            Renderer::Browser { program, bundle } => {
                Some(PagePool::new(program, bundle, &settings))
            }
            Renderer::Desktop { .. } => None,
        };
        Self { settings, pool }
    }

    /// Returns a hash of everything about the renderer, the fonts and this crate that can change a
    /// picture, for its key. Looks at a few hundred files; reads the renderer only if it has changed.
    ///
    /// # Errors
    /// [`DrawioError::Bundle`], [`DrawioError::Browser`]: what is needed is not there.
    pub fn identity(&self) -> Result<ContentHash, DrawioError> {
        let home = std::env::var_os("HOME").map(PathBuf::from);
        identity(&self.settings, home.as_deref())
    }

    /// Returns the number of the browser's process group, while one runs.
    #[must_use]
    pub fn browser_group(&self) -> Option<u32> {
        self.pool.as_ref().and_then(PagePool::browser_group)
    }
}
