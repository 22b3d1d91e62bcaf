//! Messages of the protocol and their ends in a stream of bytes. Principal types: [`Incoming`],
//! [`Splitter`].

use serde::Deserialize;
use serde_json::{Value, json};

/// What ends each message on the pipes.
const END: u8 = 0;

/// An answer to a call, or an event.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Incoming {
    /// The call that this answers; events have none.
    pub(crate) id: Option<u64>,
    pub(crate) method: Option<String>,
    #[serde(default)]
    pub(crate) params: Value,
    #[serde(default)]
    pub(crate) result: Value,
    pub(crate) error: Option<ProtocolError>,
    /// The page; messages of the browser itself have none.
    pub(crate) session_id: Option<String>,
}

/// Why a call was refused.
#[derive(Debug, Deserialize)]
pub(crate) struct ProtocolError {
    pub(crate) message: String,
}

/// Writes a call with its end.
pub(crate) fn call(id: u64, session: Option<&str>, method: &str, params: Value) -> Vec<u8> {
    let mut message = json!({ "id": id, "method": method, "params": params });
    if let Some(session) = session {
        message["sessionId"] = session.into();
    }
    let mut bytes = message.to_string().into_bytes();
    bytes.push(END);
    bytes
}

/// Cuts what is read into messages.
#[derive(Debug, Default)]
pub(crate) struct Splitter {
    bytes: Vec<u8>,
}

impl Splitter {
    /// Takes a piece as it was read and returns the messages that it completes. What is no message of
    /// the protocol is left out: it answers nothing.
    pub(crate) fn push(&mut self, mut piece: &[u8]) -> Vec<Incoming> {
        let mut messages = Vec::new();
        while let Some(end) = piece.iter().position(|&byte| byte == END) {
            self.bytes.extend_from_slice(&piece[..end]);
            messages.extend(serde_json::from_slice(&self.bytes).ok());
            self.bytes.clear();
            piece = &piece[end + 1..];
        }
        self.bytes.extend_from_slice(piece);
        messages
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_found_in_any_pieces() {
        let stream =
            b"{\"id\":1,\"result\":{\"a\":2}}\0no JSON\0{\"method\":\"x\",\"sessionId\":\"s\"}\0";
        for size in [1, 7, stream.len()] {
            let mut splitter = Splitter::default();
            let pieces = stream.chunks(size);
            let messages: Vec<_> = pieces.flat_map(|piece| splitter.push(piece)).collect();
            assert_eq!(messages.len(), 2);
            assert_eq!((messages[0].id, &messages[0].result["a"]), (Some(1), &json!(2)));
            assert_eq!(messages[1].method.as_deref(), Some("x"));
            assert_eq!(messages[1].session_id.as_deref(), Some("s"));
        }
    }

    #[test]
    fn call_names_its_page_and_ends() {
        let bytes = call(3, Some("s"), "Page.enable", json!({}));
        let (end, text) = bytes.split_last().unwrap();
        let expected = json!({"id": 3, "method": "Page.enable", "params": {}, "sessionId": "s"});
        assert_eq!((*end, serde_json::from_slice::<Value>(text).unwrap()), (0, expected));
    }
}
