//! Where blobs are. Principal type: [`StoreAddress`].

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, RetryConfig};
use url::Url;

/// How long one request may take.
const REQUEST_LIMIT: Duration = Duration::from_secs(60);

/// How long a request is tried again while the storage cannot be reached.
const PATIENCE: Duration = Duration::from_secs(120);

/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// A place for blobs: `s3://<bucket>/<prefix>`, with `?endpoint=` and `?region=` where the storage is not
/// that of Amazon, or `file:///<folder>`.
///
/// Secrets are no part of it; they come from the variables `AWS_ACCESS_KEY_ID`,
/// `AWS_SECRET_ACCESS_KEY` and the others that programs for S3 know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreAddress {
    /// A bucket.
    Bucket {
        /// Its name.
        bucket: String,
        /// What the names of objects begin with; may be empty.
        prefix: String,
        /// Where the server is, if it is not Amazon's, such as `http://192.0.2.1:9000`.
        endpoint: Option<String>,
        /// Where the bucket is.
        region: Option<String>,
    },
    /// A folder that all hosts see.
    Folder(PathBuf),
}

/// Why a text is no address, or cannot be used as one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// The text has another form.
    #[error(
        "`{text}` is no address of a store: {why}; write `s3://bucket/prefix` or `file:///folder`"
    )]
    Form {
        /// The refused text, without secrets.
        text: String,
        /// What is wrong with it.
        why: String,
    },
    /// There is a secret in it.
    #[error(
        "the address of the store has a user or a password in it, which others can read; set \
         AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY instead"
    )]
    Secret,
    /// The storage refuses these settings.
    #[error("the store {address} cannot be used")]
    Settings {
        /// The address.
        address: String,
        /// The reason.
        source: Box<object_store::Error>,
    },
}

impl FromStr for StoreAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = |why: &str| AddressError::Form { text: text.to_owned(), why: why.to_owned() };
        let Ok(url) = Url::parse(text) else {
            // What cannot be parsed may have a secret in it nevertheless.
            let shown = text.rsplit('@').next().unwrap_or_default().to_owned();
            return Err(AddressError::Form { text: shown, why: "it is no URL".to_owned() });
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(AddressError::Secret);
        }
        match url.scheme() {
            "file" => {
                let folder = url.to_file_path().map_err(|()| refused("it names no folder"))?;
                Ok(Self::Folder(folder))
            }
            "s3" => {
                let bucket = url.host_str().filter(|host| !host.is_empty());
                let bucket = bucket.ok_or_else(|| refused("it names no bucket"))?.to_owned();
                let (mut endpoint, mut region) = (None, None);
                for (name, value) in url.query_pairs() {
                    match &*name {
                        "endpoint" => endpoint = Some(value.into_owned()),
                        "region" => region = Some(value.into_owned()),
                        other => {
                            let why = format!("`{other}` is neither `endpoint` nor `region`");
                            return Err(refused(&why));
                        }
                    }
                }
                let prefix = url.path().trim_matches('/').to_owned();
                Ok(Self::Bucket { bucket, prefix, endpoint, region })
            }
            _ => Err(refused("its scheme is neither `s3` nor `file`")),
        }
    }
}

impl fmt::Display for StoreAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "file://{}", folder.display()),
            Self::Bucket { bucket, prefix, endpoint, region } => {
                write!(f, "s3://{bucket}/{prefix}")?;
                let query = [("endpoint", endpoint), ("region", region)];
                let given = query.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
                for (position, (name, value)) in given.enumerate() {
                    write!(f, "{}{name}={value}", if position == 0 { '?' } else { '&' })?;
                }
                Ok(())
            }
        }
    }
}

impl StoreAddress {
    /// Makes a client; nothing is asked yet.
    pub(crate) fn client(&self) -> Result<Arc<dyn ObjectStore>, AddressError> {
        let failed =
            |source| AddressError::Settings { address: self.to_string(), source: Box::new(source) };
        match self {
            Self::Folder(folder) => {
                std::fs::create_dir_all(folder).map_err(|source| {
                    failed(object_store::Error::Generic { store: "folder", source: source.into() })
                })?;
                Ok(Arc::new(LocalFileSystem::new_with_prefix(folder).map_err(failed)?))
            }
            Self::Bucket { bucket, prefix, endpoint, region } => {
                // Somebody else may have chosen one for the whole program before.
                let _chosen = rustls::crypto::ring::default_provider().install_default();
                let mut builder =
                    AmazonS3Builder::from_env().with_bucket_name(bucket).with_retry(retries());
                let mut options = ClientOptions::new().with_timeout(REQUEST_LIMIT);
                if let Some(endpoint) = endpoint {
                    options = options.with_allow_http(endpoint.starts_with("http://"));
                    builder = builder.with_endpoint(endpoint);
                }
                if let Some(region) = region {
                    builder = builder.with_region(region);
                }
                let store = builder.with_client_options(options).build().map_err(failed)?;
                if prefix.is_empty() {
                    return Ok(Arc::new(store));
                }
                Ok(Arc::new(PrefixStore::new(store, prefix.as_str())))
            }
        }
    }
}

/// Tries again for as long as patience lasts, with short pauses: builds wait.
fn retries() -> RetryConfig {
    let backoff = BackoffConfig { max_backoff: LONGEST_PAUSE, ..BackoffConfig::default() };
    RetryConfig { backoff, max_retries: usize::MAX, retry_timeout: PATIENCE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_shown() {
        for text in [
            "s3://courses/clx",
            "s3://courses/",
            "s3://courses/a/b?endpoint=http://192.0.2.1:9000&region=eu",
            "file:///srv/clx",
        ] {
            let address: StoreAddress = text.parse().unwrap();
            assert_eq!(address.to_string(), text);
        }
        let expected = StoreAddress::Bucket {
            bucket: "courses".to_owned(),
            prefix: "a/b".to_owned(),
            endpoint: Some("http://192.0.2.1:9000".to_owned()),
            region: None,
        };
        let text = "s3://courses/a/b/?endpoint=http%3A%2F%2F192.0.2.1%3A9000";
        assert_eq!(text.parse::<StoreAddress>().unwrap(), expected);
    }

    #[test]
    fn wrong_addresses_are_refused_with_a_reason_and_without_secrets() {
        let refusal = |text: &str| text.parse::<StoreAddress>().unwrap_err().to_string();
        assert!(refusal("courses").contains("it is no URL"));
        assert!(refusal("s3:///prefix").contains("it names no bucket"));
        assert!(refusal("ftp://courses").contains("neither `s3` nor `file`"));
        assert!(refusal("s3://b/?endpiont=x").contains("`endpiont` is neither"));
        for text in ["s3://key:secret@bucket/", "s3//key:secret@bucket"] {
            assert!(!refusal(text).contains("secret@"), "{}", refusal(text));
        }
        assert!(refusal("s3://key:secret@bucket/").contains("AWS_SECRET_ACCESS_KEY"));
    }
}
