//! Percent-format notebooks: reading, Jinja, filtering, writing.
//!
//! ```text
//! source text -> jinja (expansion) -> percent (cells) -> process (one variant) -> output (text)
//! ```
//!
//! [`NotebookRenderer`] does all of it for one source and any number of variants. No I/O, no
//! kernels, no HTML: the HTML renderer takes a [`ProcessedNotebook`]. Problems in the source are
//! diagnostics with the codes of [`code`].

pub mod code;
pub mod notebook;
pub mod value;

mod cell_id;
mod finding;
mod identity;
mod jinja;
mod language_table;
mod magics;
mod media;
mod output;
mod percent;
mod process;
mod python_text;
mod renderer;
mod yaml;

pub use identity::renderer_identity;
pub use jinja::engine_text;
pub use language_table::kernel_name;
pub use notebook::{Cell, CellType, Notebook};
pub use process::{ProcessedNotebook, Variant};
pub use renderer::{Branding, NotebookRenderer, Rendered};
pub use value::{Metadata, Value};
