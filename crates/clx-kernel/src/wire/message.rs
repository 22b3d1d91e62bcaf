//! Jupyter's messages: made and signed, checked and read tolerantly. Principal types: [`Session`],
//! [`Message`].

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::decode::Frames;
use super::error::WireError;
use super::sign::Key;

const DELIMITER: &[u8] = b"<IDS|MSG>";

/// The names and the key that all messages to one kernel share.
#[derive(Debug)]
pub(crate) struct Session {
    id: String,
    key: Key,
    n_sent: u64,
}

/// A message of a kernel. Fields that it lacks read as null.
#[derive(Debug)]
pub struct Message {
    /// What it is, such as `stream`.
    pub msg_type: String,
    /// The `msg_id` of the request that it answers.
    pub parent_id: Option<String>,
    /// An object. If the message was too large to be kept, what is left of a stream's text, else null.
    pub content: Value,
    /// How many bytes were too many; 0 for nearly every message.
    pub dropped_bytes: u64,
}

impl Session {
    pub(crate) fn new(id: String, secret: &str) -> Self {
        Self { id, key: Key::new(secret), n_sent: 0 }
    }

    /// Makes a request. Returns its `msg_id` and its frames.
    pub(crate) fn request(&mut self, msg_type: &str, content: &Value) -> (String, Vec<Vec<u8>>) {
        self.n_sent += 1;
        let msg_id = format!("{}_{}", self.id, self.n_sent);
        let header = json!({
            "msg_id": msg_id,
            "session": self.id,
            "username": "clx",
            // No kernel looks at it, but Deno refuses messages without.
            "date": "1970-01-01T00:00:00.000000Z",
            "msg_type": msg_type,
            "version": "5.3",
        });
        let parts = [&header, &json!({}), &json!({}), content].map(|part| part.to_string().into());
        let mut frames = vec![DELIMITER.to_vec(), self.key.sign(&parts).into_bytes()];
        frames.extend(parts);
        (msg_id, frames)
    }

    /// Reads a message. The signature of one that was too large to be kept is not checked, because
    /// not all of it is there.
    pub(crate) fn read(&self, message: Frames) -> Result<Message, WireError> {
        let Frames { frames, dropped_bytes } = message;
        let start = frames.iter().position(|frame| frame == DELIMITER);
        let parts = start.and_then(|start| frames.get(start + 1..start + 6));
        let Some([signature, signed @ ..]) = parts else { return Err(WireError::Incomplete) };
        let [header, parent, _metadata, content] = signed else {
            return Err(WireError::Incomplete);
        };
        if dropped_bytes == 0 && !self.key.accepts(signature, signed) {
            return Err(WireError::Signature);
        }
        let header: Value = parse("header", header)?;
        let parent: Value = parse("parent header", parent)?;
        let content = match dropped_bytes {
            0 => Value::Object(parse::<Map<_, _>>("content", content)?),
            _ => repair(content),
        };
        let text = |part: &Value, name: &str| part[name].as_str().map(str::to_owned);
        Ok(Message {
            // An empty type is unknown and thus ignored.
            msg_type: text(&header, "msg_type").unwrap_or_default(),
            parent_id: text(&parent, "msg_id"),
            content,
            dropped_bytes,
        })
    }
}

/// The longest escape in a JSON text: two halves of a character beyond the basic plane.
const ESCAPE_BYTES: usize = 12;

/// Reads a content that was cut off within its last text, as that of a long stream is; else null.
fn repair(content: &[u8]) -> Value {
    let whole_characters = content.utf8_chunks().next().map_or(0, |chunk| chunk.valid().len());
    let repaired = (0..=ESCAPE_BYTES).filter_map(|n_bytes| {
        let end = whole_characters.checked_sub(n_bytes)?;
        serde_json::from_slice(&[&content[..end], br#""}"#].concat()).ok()
    });
    repaired.into_iter().next().unwrap_or_default()
}

fn parse<T: DeserializeOwned>(part: &'static str, bytes: &[u8]) -> Result<T, WireError> {
    serde_json::from_slice(bytes).map_err(|source| WireError::Unreadable { part, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames_of(parts: [&str; 4]) -> Vec<Vec<u8>> {
        let parts = parts.map(|part| part.as_bytes().to_vec());
        let mut frames = vec![b"topic".to_vec(), DELIMITER.to_vec()];
        frames.push(Key::new("secret").sign(&parts).into_bytes());
        frames.extend(parts);
        frames.push(b"a buffer".to_vec());
        frames
    }

    fn read(frames: Vec<Vec<u8>>) -> Result<Message, WireError> {
        Session::new("s".to_owned(), "secret").read(Frames { frames, dropped_bytes: 0 })
    }

    #[test]
    fn message_without_most_fields_is_read() {
        let frames = frames_of([r#"{"msg_type": "status"}"#, "{}", "null", "{}"]);
        let message = read(frames).unwrap();
        assert_eq!((message.msg_type.as_str(), message.parent_id), ("status", None));
        assert!(message.content["execution_state"].is_null());
    }

    #[test]
    fn forged_message_is_refused() {
        let mut frames = frames_of(["{}", "{}", "{}", "{}"]);
        frames[6] = br#"{"text": "forged"}"#.to_vec();
        assert!(matches!(read(frames), Err(WireError::Signature)));
    }

    #[test]
    fn cut_message_is_refused() {
        let mut frames = frames_of(["{}", "{}", "{}", "{}"]);
        frames.truncate(5);
        assert!(matches!(read(frames), Err(WireError::Incomplete)));
        assert!(matches!(read(vec![b"noise".to_vec()]), Err(WireError::Incomplete)));
    }

    #[test]
    fn content_that_is_no_json_object_is_refused() {
        for content in ["{", "7", "null", "[]"] {
            let refused = read(frames_of(["{}", "{}", "{}", content]));
            assert!(
                matches!(refused, Err(WireError::Unreadable { part: "content", .. })),
                "{content}"
            );
        }
    }

    #[test]
    fn cut_text_is_repaired_and_all_else_is_null() {
        let check = |content: &[u8], text: Option<&str>| {
            assert_eq!(repair(content)["text"].as_str(), text, "{}", content.escape_ascii());
        };
        check(br#"{"name": "stdout", "text": "abc"#, Some("abc"));
        check(br#"{"text": "abc\\"#, Some("abc\\"));
        check(br#"{"text": "abc\"#, Some("abc"));
        check(br#"{"text": "abc\ud83c\udf8"#, Some("abc"));
        check(b"{\"text\": \"abc\xc3", Some("abc"));
        check(br#"{"data": {"text": "abc"#, None);
        check(b"", None);
    }

    #[test]
    fn request_can_be_read_back() {
        let mut session = Session::new("s".to_owned(), "secret");
        let (msg_id, frames) = session.request("execute_request", &json!({"code": "1"}));
        let message = session.read(Frames { frames, dropped_bytes: 0 }).unwrap();
        assert_eq!((msg_id.as_str(), message.msg_type.as_str()), ("s_1", "execute_request"));
        assert_eq!(message.content["code"], "1");
    }
}
