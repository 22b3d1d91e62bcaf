//! Blobs: bytes named by their SHA-256. Those that are put together and are small lie together in a
//! pack, since one file for the results of a job is far cheaper than one for each; a little text is
//! a row of the database; a large blob is a file of its own.

mod deferred;
mod export;
mod file;
mod get;
mod pack;
mod put;
mod recent;

pub(crate) use deferred::Deferred;
pub(crate) use file::{BlobFiles, TEMPORARY_PREFIX, copy_hashing, remove_if_exists, temporary_in};
pub(crate) use pack::{InPack, PackFiles, PackId};
pub(crate) use recent::Recent;

/// Larger blobs are files of their own, in bytes.
pub(crate) const PACK_LIMIT: usize = 64 * 1024;

/// Blobs that are put together are rows of the database up to this sum, in bytes: less than a pack
/// would take on the disk.
pub(crate) const ROW_LIMIT: usize = 4 * 1024;
