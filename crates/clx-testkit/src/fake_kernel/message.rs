//! Messages of the fake kernel. Principal types: [`Signer`], [`Request`].

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

const DELIMITER: &[u8] = b"<IDS|MSG>";

/// A request as it came.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) header: Value,
    pub(super) content: Value,
}

impl Request {
    pub(super) fn msg_type(&self) -> &str {
        self.header["msg_type"].as_str().unwrap()
    }
}

/// Makes and reads messages with one key.
#[derive(Debug, Clone)]
pub(super) struct Signer {
    pub(super) key: String,
}

impl Signer {
    pub(super) fn message(&self, msg_type: &str, parent: &Value, content: &Value) -> Vec<Vec<u8>> {
        let header = json!({
            "msg_id": "fake", "session": "fake", "username": "fake", "version": "5.3",
            "date": "2026-01-01T00:00:00Z", "msg_type": msg_type,
        });
        self.message_of([&header, parent, &json!({}), content])
    }

    /// Signs four parts as they are.
    pub(super) fn message_of(&self, parts: [&Value; 4]) -> Vec<Vec<u8>> {
        let parts = parts.map(|part| part.to_string().into_bytes());
        let mut frames = vec![b"topic".to_vec(), DELIMITER.to_vec(), self.signature(&parts)];
        frames.extend(parts);
        frames
    }

    pub(super) fn read(&self, frames: &[Vec<u8>]) -> Request {
        let start = frames.iter().position(|frame| frame == DELIMITER).unwrap();
        assert_eq!(frames[start + 1], self.signature(&frames[start + 2..start + 6]));
        let part = |index: usize| serde_json::from_slice(&frames[start + index]).unwrap();
        Request { header: part(2), content: part(5) }
    }

    fn signature(&self, parts: &[Vec<u8>]) -> Vec<u8> {
        let mut hmac = Hmac::<Sha256>::new_from_slice(self.key.as_bytes()).unwrap();
        parts.iter().for_each(|part| hmac.update(part));
        let bytes = hmac.finalize().into_bytes();
        bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes()
    }
}
