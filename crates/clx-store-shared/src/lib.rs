//! A store that many hosts share: blobs in object storage (S3 or a folder), the results that name them
//! in a database, and before both a store on the local disk, through which everything is read and
//! written.
//!
//! ```text
//! SharedStore ─▶ Store (local disk, bounded)       what this host has put or read already
//!            ├─▶ Objects (S3, folder)              blobs/<first 2 digits>/<SHA-256>
//!            └─▶ clx_store::ResultIndex            results by key, in a database
//! ```
//!
//! A blob is found by the SHA-256 of its bytes, which is computed again whenever bytes arrive from
//! elsewhere. A result is recorded only after its blobs were put. What the object storage has lost is
//! made again.
//!
//! Principal types: [`SharedStore`], [`StoreAddress`], [`Objects`].

mod address;
mod objects;
mod shared;

pub use address::{AddressError, StoreAddress};
pub use objects::Objects;
pub use shared::SharedStore;
