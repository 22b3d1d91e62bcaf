//! The draw.io job: one source in, every wanted picture out.
//!
//! ```text
//! job ─▶ pages: models of XML ─▶ draw.io's viewer in a headless browser ─▶ SVG ─▶ store
//!                                      │ fault: once more,                 PNG: screenshot
//!                                      ▼ in a fresh one                    PDF: print
//! ```
//!
//! draw.io has no renderer without a browser. So its own viewer, three scripts, runs in a page of
//! ours, which never sees a network: all that it loads is served from the bundle. The browser stays
//! up and is shared by the workers of a process; each job that is drawn has a page of its own. A user
//! who has the desktop application can have it draw instead.
//!
//! A planner finds the pages of a source by [`pages()`] and the renderer's part of the key by
//! [`DrawioTools::identity`].
//!
//! Principal types: [`DrawioHandler`], [`DrawioTools`], [`DrawioSettings`].

pub mod code;

mod bundle;
mod desktop;
mod draw;
mod error;
mod explain;
mod font;
mod handler;
mod identity;
mod make;
mod picture;
mod pool;
mod settings;
mod source;
mod tools;

pub use bundle::Bundle;
pub use error::DrawioError;
pub use handler::DrawioHandler;
pub use settings::{DrawioSettings, Renderer};
pub use source::{DrawioPage, pages};
pub use tools::DrawioTools;

/// What a renderer answers, judged and put in order. For whoever has the bytes and no browser.
pub mod reading {
    pub use crate::draw::Drawn;
    pub use crate::picture::{has_form, without_dates};
}

/// Category of all diagnostics of this crate in the JSON report.
const CATEGORY: &str = "diagram";

/// What is left free around a diagram, in CSS pixels.
const BORDER: u32 = 20;

/// Pixels of a PNG per CSS pixel.
const PNG_SCALE: u32 = 3;
