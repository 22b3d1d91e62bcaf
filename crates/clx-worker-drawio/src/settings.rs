//! Programs, directories and limits. Principal type: [`DrawioSettings`].

use std::path::PathBuf;
use std::time::Duration;

use clx_browser::Sandbox;

use crate::bundle::Bundle;

/// Who draws.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Renderer {
    /// draw.io's viewer in a headless browser.
    Browser {
        /// The browser, see [`clx_browser::find_program`].
        program: PathBuf,
        /// The viewer.
        bundle: Bundle,
    },
    /// The desktop application.
    Desktop {
        /// The program.
        program: PathBuf,
    },
}

/// How draw.io files are drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawioSettings {
    /// Who draws.
    pub renderer: Renderer,
    /// The directory below which each browser and each export has a private one; what is known of the
    /// renderer is kept there, too.
    pub base: PathBuf,
    /// Whether SVGs carry the font files that their texts use, by default not: readers then see
    /// what their machine has for `Helvetica`. Each font adds its size by a third, often half a
    /// megabyte.
    pub embeds_fonts: bool,
    /// Whether the browser shuts its pages in; by default it does.
    pub sandbox: Sandbox,
    /// How long one picture may take; by default 60 s. Starting a browser is not counted.
    pub picture_limit: Duration,
    /// How long an unused browser stays; by default 60 s.
    pub idle_limit: Duration,
    /// After how many pictures a browser is replaced, at least 1; by default 500.
    pub max_pictures: u32,
}

impl DrawioSettings {
    /// Uses this renderer with the default limits.
    #[must_use]
    pub const fn new(renderer: Renderer, base: PathBuf) -> Self {
        Self {
            renderer,
            base,
            embeds_fonts: false,
            sandbox: Sandbox::On,
            picture_limit: Duration::from_secs(60),
            idle_limit: Duration::from_secs(60),
            max_pictures: 500,
        }
    }
}
