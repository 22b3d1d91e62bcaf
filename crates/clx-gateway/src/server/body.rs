//! Reads bodies: no larger and no slower than allowed. Principal functions: [`json`], [`blobs`].

use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::{Request, StatusCode};
use serde::de::DeserializeOwned;

use crate::protocol::{BLOB_LIMIT, BLOB_SIZES, BODY_LIMIT, JSON_LIMIT};
use crate::refusal::Refusal;

/// Reads a JSON body.
pub(super) async fn json<T: DeserializeOwned>(request: Request<Incoming>) -> Result<T, Refusal> {
    let bytes = read(request.into_body(), JSON_LIMIT).await?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Refusal::bad_request(format!("the body cannot be read: {error}")))
}

/// Reads the blobs of a body, whose sizes stand in the head.
pub(super) async fn blobs(request: Request<Incoming>) -> Result<Vec<Bytes>, Refusal> {
    let sizes = request.headers().get(BLOB_SIZES).and_then(|value| sizes(value.to_str().ok()?));
    let sizes = sizes
        .ok_or_else(|| Refusal::bad_request(format!("`{BLOB_SIZES}` is missing or no numbers")))?;
    let mut bytes = read(request.into_body(), BLOB_LIMIT).await?;
    let sum = sizes.iter().try_fold(0_usize, |sum, size| sum.checked_add(*size));
    if sum != Some(bytes.len()) {
        return Err(Refusal::bad_request("the body is not as long as its sizes say"));
    }
    Ok(sizes.into_iter().map(|size| bytes.split_to(size)).collect())
}

fn sizes(text: &str) -> Option<Vec<usize>> {
    text.split(',').map(|number| number.trim().parse().ok()).collect()
}

async fn read(body: Incoming, limit: usize) -> Result<Bytes, Refusal> {
    let whole = Limited::new(body, limit).collect();
    match tokio::time::timeout(BODY_LIMIT, whole).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("the body has more than {limit} bytes"),
        )),
        Ok(Err(error)) => Err(Refusal::bad_request(format!("the body broke off: {error}"))),
        Err(_) => Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, "the body took too long")),
    }
}
