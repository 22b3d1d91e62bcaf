//! The notebook job handler.
