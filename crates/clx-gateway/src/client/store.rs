//! The store over the gateway. Digests are checked on both sides.

use std::io::Write;
use std::path::Path;

use clx_core::{ActionResult, ContentHash};
use clx_store::{ArtifactStore, StoreError};
use hyper::Method;

use super::transport::Request;
use super::{GatewayClient, GatewayError, read};
use crate::protocol::{BLOB_BATCH, Problem, Record};

fn failed(message: String) -> StoreError {
    StoreError::Remote { store: "the store behind the gateway".to_owned(), message }
}

impl From<GatewayError> for StoreError {
    fn from(error: GatewayError) -> Self {
        match error {
            GatewayError::Refused { problem: Problem::NoBlob { hash }, .. } => {
                Self::MissingBlob { hash }
            }
            GatewayError::Refused { problem: Problem::DamagedBlob { hash }, .. } => {
                Self::DamagedBlob { hash }
            }
            GatewayError::Refused { problem: Problem::Failed { message, .. }, .. } => {
                failed(message)
            }
            other => failed(other.to_string()),
        }
    }
}

impl ArtifactStore for GatewayClient {
    fn get(&self, hash: &ContentHash) -> Result<Vec<u8>, StoreError> {
        let bytes = self.transport.call(Request::new(Method::GET, format!("/v1/blobs/{hash}")))?;
        if ContentHash::of(&bytes) == *hash {
            return Ok(bytes.into());
        }
        Err(StoreError::DamagedBlob { hash: *hash })
    }

    fn copy_to(&self, hash: &ContentHash, path: &Path) -> Result<(), StoreError> {
        let bytes = ArtifactStore::get(self, hash)?;
        let failed = |source| StoreError::Io { action: "write", path: path.to_owned(), source };
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let mut file =
            tempfile::NamedTempFile::new_in(directory.unwrap_or(Path::new("."))).map_err(failed)?;
        file.write_all(&bytes).map_err(failed)?;
        file.persist(path).map_err(|error| failed(error.error))?;
        Ok(())
    }

    fn put_many(&self, blobs: &[&[u8]]) -> Result<Vec<ContentHash>, StoreError> {
        let mut hashes = Vec::with_capacity(blobs.len());
        let mut rest = blobs;
        while !rest.is_empty() {
            let (batch, others) = rest.split_at(batch_length(rest));
            hashes.extend(self.put_batch(batch)?);
            rest = others;
        }
        Ok(hashes)
    }

    fn lookup(&self, keys: &[ContentHash]) -> Result<Vec<Option<ActionResult>>, StoreError> {
        Ok(self.repeatable(Method::POST, "/v1/cache/lookup".to_owned(), &keys)?)
    }

    fn record(&self, key: &ContentHash, result: &ActionResult) -> Result<(), StoreError> {
        let record = Record { key: *key, result: result.clone() };
        Ok(self.repeatable(Method::POST, "/v1/cache/record".to_owned(), &record)?)
    }
}

impl GatewayClient {
    fn put_batch(&self, blobs: &[&[u8]]) -> Result<Vec<ContentHash>, StoreError> {
        let request = Request::new(Method::POST, "/v1/blobs".to_owned()).blobs(blobs);
        let stored: Vec<ContentHash> = read(&self.transport.call(request)?)?;
        let own: Vec<ContentHash> = blobs.iter().map(ContentHash::of).collect();
        if stored == own {
            return Ok(own);
        }
        let message = "the blobs arrived with other contents".to_owned();
        Err(failed(message))
    }
}

/// Returns how many of the first blobs go into one request; at least one.
fn batch_length(blobs: &[&[u8]]) -> usize {
    let mut sum = 0;
    let fits = |blob: &&&[u8]| {
        sum += blob.len();
        sum <= BLOB_BATCH
    };
    blobs.iter().take_while(fits).count().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_bounded_and_never_empty() {
        let (small, large) = (vec![0; 10], vec![0; BLOB_BATCH]);
        assert_eq!(batch_length(&[&small, &small]), 2);
        assert_eq!(batch_length(&[&large, &small]), 1);
        assert_eq!(batch_length(&[&[large.as_slice(), &small].concat(), &small]), 1);
    }
}
