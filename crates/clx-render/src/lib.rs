//! Notebooks as self-contained HTML pages.
//!
//! ```text
//! Page (cells, outputs) -> cell -> markdown + math | highlight | output -> templates -> HTML
//! ```
//!
//! [`HtmlRenderer`] does all of it. A page looks the same offline, in ten years and on paper: the
//! stylesheet is inlined, formulas are `MathML`, nothing is fetched. Cells, texts, ids and classes
//! are those of nbconvert's template "classic", so that links, scripts and checks that were made
//! for its pages go on working; colours and the rest of the page are clx's own.
//!
//! Pure functions: no I/O, no kernels, the same bytes for the same page. Sources are trusted, so
//! their HTML goes through as it is.
//!
//! # Examples
//! ```
//! use clx_core::{Language, ProgLang};
//! use clx_render::{CellContent, Execution, HtmlRenderer, Page, PageCell, Templates};
//!
//! let cell = PageCell {
//!     id: "51ce564c",
//!     tags: vec!["slide"],
//!     source: "## Area\n\n$A = \\pi r^2$",
//!     content: CellContent::Markdown,
//! };
//! let page = Page {
//!     language: Language::EN,
//!     title: "Circles",
//!     prog_lang: ProgLang::Python,
//!     lexer: "ipython3",
//!     execution: Execution::NotWanted,
//!     cells: &[cell],
//!     pictures: &[],
//! };
//! let rendered = HtmlRenderer::new(Templates::bundled()).render(&page)?;
//! assert!(rendered.html.contains("<h2 id=\"Area\">"));
//! assert!(rendered.warnings.is_empty());
//! # Ok::<(), clx_core::Diagnostic>(())
//! ```

pub mod code;

mod cell;
mod highlight;
mod html;
mod inline;
mod markdown;
mod math;
mod output;
mod page;
mod renderer;
mod templates;

pub use markdown::{Reference, ReferenceKind, references};
pub use page::{CellContent, Execution, InlineSvg, Page, PageCell, RenderWarning, RenderedPage};
pub use renderer::{HtmlRenderer, renderer_identity};
pub use templates::Templates;
