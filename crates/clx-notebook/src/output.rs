//! Writes processed notebooks as text.

pub(crate) mod ipynb;
pub(crate) mod script;
mod script_cell;
