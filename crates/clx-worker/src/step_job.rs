//! The payload of a build's step, as handlers read it. Principal type: [`StepJob`].

use std::fmt::Display;

use clx_core::{ContentHash, JobPayload};
use serde::de::DeserializeOwned;

use crate::failure::JobFailure;

/// A source and what is wanted of it.
#[derive(Debug)]
pub struct StepJob<Input, Request> {
    /// What all requests have in common.
    pub input: Input,
    /// The bytes of the source.
    pub source: Vec<u8>,
    /// What is wanted, in the order in which it is to be answered.
    pub requests: Vec<Request>,
}

impl<Input: DeserializeOwned, Request: DeserializeOwned> StepJob<Input, Request> {
    /// Reads a payload; `fetch` gets the source from the store.
    ///
    /// # Errors
    /// [`JobFailure::bad_payload`], [`JobFailure::wrong_version`], [`JobFailure::store`].
    pub fn read<E: Display>(
        payload: &[u8],
        fetch: impl FnOnce(&ContentHash) -> Result<Vec<u8>, E>,
    ) -> Result<Self, JobFailure> {
        let payload: JobPayload =
            serde_json::from_slice(payload).map_err(JobFailure::bad_payload)?;
        if payload.version != JobPayload::VERSION {
            return Err(JobFailure::wrong_version(payload.version));
        }
        let requests = payload.requests.iter().map(|request| serde_json::from_str(request.get()));
        let input = serde_json::from_str(payload.input.get()).map_err(JobFailure::bad_payload)?;
        Ok(Self {
            input,
            source: fetch(&payload.source).map_err(JobFailure::store)?,
            requests: requests.collect::<Result<_, _>>().map_err(JobFailure::bad_payload)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(payload: &serde_json::Value, expected: Result<(&str, &[u32]), &str>) {
        let payload = serde_json::to_vec(payload).unwrap();
        let read = StepJob::<String, u32>::read(&payload, |hash| {
            if *hash == ContentHash::of("here") { Ok(b"here".to_vec()) } else { Err("it is gone") }
        });
        match (read, expected) {
            (Ok(job), Ok((input, requests))) => {
                assert_eq!((job.input.as_str(), job.requests.as_slice()), (input, requests));
                assert_eq!(job.source, b"here");
            }
            (Err(failure), Err(code)) => assert_eq!(failure.diagnostics[0].code, code),
            (read, expected) => panic!("{read:?} instead of {expected:?}"),
        }
    }

    #[test]
    fn payload_is_read_or_its_fault_is_told() {
        let payload = |version: u32, source: &str, request: serde_json::Value| {
            let source = ContentHash::of(source);
            json!({"version": version, "source": source, "input": "x", "requests": [1, request]})
        };
        let version = JobPayload::VERSION;
        check(&payload(version, "here", json!(2)), Ok(("x", &[1, 2])));
        check(&payload(version + 1, "here", json!(2)), Err("CLX0307"));
        check(&payload(version, "elsewhere", json!(2)), Err("CLX0308"));
        check(&payload(version, "here", json!("two")), Err("CLX0306"));
        check(&json!("nothing"), Err("CLX0306"));
    }
}
