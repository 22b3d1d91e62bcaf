//! Blobs in object storage. Principal type: [`Objects`].

use std::future::Future;
use std::sync::{Arc, mpsc};

use bytes::Bytes;
use clx_core::ContentHash;
use clx_store::StoreError;
use futures_util::{StreamExt, stream};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, WriteMultipart};
use tokio::runtime::{Builder, Runtime};

use crate::address::{AddressError, StoreAddress};

/// Requests under way at the same time.
const REQUESTS: usize = 32;

/// Larger blobs are put in parts of this many bytes; S3 takes none below 5 MiB but the last.
const PART: usize = 8 << 20;

/// Parts of one blob under way at the same time.
const PARTS: usize = 4;

/// Blobs below an address. Calls block; many requests of one call are under way at the same time.
#[derive(Debug)]
pub struct Objects {
    address: StoreAddress,
    client: Arc<dyn ObjectStore>,
    /// Drives the requests: whoever calls may be on a thread that must not.
    runtime: Option<Runtime>,
}

impl Objects {
    /// Readies a client; the storage is not asked yet.
    ///
    /// # Errors
    /// [`AddressError::Settings`].
    pub fn open(address: StoreAddress) -> Result<Self, AddressError> {
        let client = address.client()?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("clx-objects")
            .enable_all()
            .build()
            .map_err(|source| AddressError::Settings {
                address: address.to_string(),
                source: Box::new(object_store::Error::Generic {
                    store: "runtime",
                    source: source.into(),
                }),
            })?;
        Ok(Self { address, client, runtime: Some(runtime) })
    }

    /// Returns where the blobs are.
    #[must_use]
    pub const fn address(&self) -> &StoreAddress {
        &self.address
    }

    /// Returns those of some blobs that are not there.
    ///
    /// # Errors
    /// [`StoreError::Remote`] if the storage refuses or cannot be reached for two minutes.
    pub fn missing(&self, hashes: &[ContentHash]) -> Result<Vec<ContentHash>, StoreError> {
        let look = |client: Arc<dyn ObjectStore>, hash: ContentHash| async move {
            match client.head(&path_of(&hash)).await {
                Ok(_) => Ok(None),
                Err(object_store::Error::NotFound { .. }) => Ok(Some(hash)),
                Err(error) => Err(error),
            }
        };
        let found = self.each(hashes.to_vec(), look)?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Puts blobs whose hashes are known.
    ///
    /// # Errors
    /// As [`Objects::missing`]; some of the blobs may be there then.
    pub fn put(&self, blobs: Vec<(ContentHash, Vec<u8>)>) -> Result<(), StoreError> {
        let put = |client: Arc<dyn ObjectStore>, (hash, bytes): (ContentHash, Vec<u8>)| async move {
            put_blob(&*client, &path_of(&hash), Bytes::from(bytes)).await
        };
        self.each(blobs, put).map(|_| ())
    }

    /// Returns the bytes of a blob.
    ///
    /// # Errors
    /// [`StoreError::MissingBlob`]; [`StoreError::DamagedBlob`] if they have another hash, and then the
    /// object is removed; as [`Objects::missing`].
    pub fn get(&self, hash: &ContentHash) -> Result<Vec<u8>, StoreError> {
        let found = self.get_many(std::slice::from_ref(hash))?.pop().flatten();
        found.ok_or(StoreError::MissingBlob { hash: *hash })
    }

    /// Returns the bytes of blobs, in order; `None` for those that are not there.
    ///
    /// # Errors
    /// As [`Objects::get`], without [`StoreError::MissingBlob`].
    pub fn get_many(&self, hashes: &[ContentHash]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        let get = |client: Arc<dyn ObjectStore>, hash: ContentHash| async move {
            match client.get(&path_of(&hash)).await {
                Ok(found) => found.bytes().await.map(Some),
                Err(object_store::Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        };
        let found = self.each(hashes.to_vec(), get)?;
        let checked = found.into_iter().zip(hashes).map(|(bytes, hash)| {
            let Some(bytes) = bytes else { return Ok(None) };
            if ContentHash::of(&bytes) == *hash {
                return Ok(Some(Vec::from(bytes)));
            }
            self.remove(hash)?;
            Err(StoreError::DamagedBlob { hash: *hash })
        });
        checked.collect()
    }

    fn remove(&self, hash: &ContentHash) -> Result<(), StoreError> {
        let remove = |client: Arc<dyn ObjectStore>, hash: ContentHash| async move {
            client.delete(&path_of(&hash)).await
        };
        self.each(vec![*hash], remove).map(|_| ())
    }

    /// Makes a request for each item, and returns the answers in their order.
    fn each<I, T, F>(
        &self,
        items: Vec<I>,
        request: impl Fn(Arc<dyn ObjectStore>, I) -> F + Send + 'static,
    ) -> Result<Vec<T>, StoreError>
    where
        I: Send + 'static,
        T: Send + 'static,
        F: Future<Output = object_store::Result<T>> + Send + 'static,
    {
        let client = Arc::clone(&self.client);
        let (sender, answer) = mpsc::sync_channel(1);
        let requests = stream::iter(items).map(move |item| request(Arc::clone(&client), item));
        let work = async move {
            let mut answers = requests.buffered(REQUESTS);
            let mut all = Vec::new();
            while let Some(answer) = answers.next().await {
                match answer {
                    Ok(answer) => all.push(answer),
                    Err(error) => return drop(sender.send(Err(error))),
                }
            }
            drop(sender.send(Ok(all)));
        };
        let _task = self.runtime.as_ref().expect("it lives until this is dropped").spawn(work);
        match answer.recv() {
            Ok(answer) => answer.map_err(|error| self.failed(clx_core::with_causes(&error))),
            Err(_) => Err(self.failed("the request was given up".to_owned())),
        }
    }

    fn failed(&self, message: String) -> StoreError {
        StoreError::Remote { store: format!("the store {}", self.address), message }
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        // Waiting for it would be forbidden on a thread of another runtime.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn path_of(hash: &ContentHash) -> Path {
    let name = hash.to_hex();
    Path::from_iter(["blobs", &name[..2], &name])
}

/// Puts a blob, a large one in parts: nobody sees it before the last one is there.
async fn put_blob(client: &dyn ObjectStore, path: &Path, bytes: Bytes) -> object_store::Result<()> {
    if bytes.len() <= PART {
        return client.put(path, bytes.into()).await.map(|_| ());
    }
    let upload = client.put_multipart(path).await?;
    let mut upload = WriteMultipart::new_with_chunk_size(upload, PART);
    let mut rest = bytes;
    while !rest.is_empty() {
        upload.wait_for_capacity(PARTS).await?;
        let part = rest.split_to(PART.min(rest.len()));
        upload.put(part);
    }
    upload.finish().await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objects(dir: &std::path::Path) -> Objects {
        Objects::open(StoreAddress::Folder(dir.to_owned())).unwrap()
    }

    fn blob(bytes: &[u8]) -> (ContentHash, Vec<u8>) {
        (ContentHash::of(bytes), bytes.to_vec())
    }

    #[test]
    fn blobs_come_back_and_missing_ones_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let objects = objects(dir.path());
        let blobs = vec![blob(b""), blob(b"text"), blob(&vec![7; 2 * PART + 1])];
        let hashes: Vec<_> = blobs.iter().map(|(hash, _)| *hash).collect();
        assert_eq!(objects.missing(&hashes).unwrap(), hashes);
        objects.put(blobs[..2].to_vec()).unwrap();
        assert_eq!(objects.missing(&hashes).unwrap(), hashes[2..]);
        assert_eq!(objects.get_many(&hashes).unwrap()[2], None);
        assert!(objects.get(&hashes[2]).unwrap_err().is_lost_blob());
        objects.put(blobs.clone()).unwrap();
        for (hash, bytes) in &blobs {
            assert_eq!(&objects.get(hash).unwrap(), bytes);
        }
    }

    #[test]
    fn damaged_object_is_found_and_removed() {
        let dir = tempfile::tempdir().unwrap();
        let objects = objects(dir.path());
        let (hash, bytes) = blob(b"text");
        objects.put(vec![(hash, bytes)]).unwrap();
        std::fs::write(dir.path().join(path_of(&hash).to_string()), "other").unwrap();
        let error = objects.get(&hash).unwrap_err();
        assert!(matches!(error, StoreError::DamagedBlob { .. }), "{error}");
        assert_eq!(objects.missing(&[hash]).unwrap(), [hash]);
    }

    #[test]
    fn errors_name_the_store() {
        let dir = tempfile::tempdir().unwrap();
        let objects = objects(dir.path());
        std::fs::write(dir.path().join("blobs"), "in the way").unwrap();
        let error = objects.put(vec![blob(b"text")]).unwrap_err().to_string();
        assert!(error.starts_with("the store file:///"), "{error}");
    }
}
