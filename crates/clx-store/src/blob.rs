//! Blobs: bytes named by their SHA-256. Small ones are rows of the database, since one commit for
//! thousands of texts is far cheaper than a file for each; large ones are files.

mod export;
mod file;
mod get;
mod put;
mod recent;

pub(crate) use file::{BlobFiles, copy_hashing, remove_if_exists};
pub(crate) use recent::Recent;

/// Blobs up to this many bytes are rows of the database.
pub(crate) const INLINE_LIMIT: usize = 64 * 1024;
