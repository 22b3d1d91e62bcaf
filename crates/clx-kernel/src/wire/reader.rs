//! Messages of a kernel out of bytes, without a connection. Principal type: [`MessageReader`].

use super::decode::Decoder;
use super::error::WireError;
use super::message::{Message, Session};

/// Reads what a kernel sends, from its first frame on, as a running [`Kernel`](crate::Kernel) does.
#[derive(Debug)]
pub struct MessageReader {
    decoder: Decoder,
    session: Session,
}

impl MessageReader {
    /// Makes a reader of messages that are signed with `secret`.
    #[must_use]
    pub fn new(secret: &str) -> Self {
        Self { decoder: Decoder::default(), session: Session::new(String::new(), secret) }
    }

    /// Takes bytes off the front of `piece` until a message is complete; `None` if it needs more.
    ///
    /// # Errors
    /// [`WireError`] for what is no frame, and for a message that is incomplete, forged or unreadable.
    /// After the latter the next message can be read.
    pub fn read(&mut self, piece: &mut &[u8]) -> Result<Option<Message>, WireError> {
        self.decoder.decode(piece)?.map(|frames| self.session.read(frames)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::super::decode::encode_frame;
    use super::*;

    #[test]
    fn message_after_an_incomplete_one_is_read() {
        let (_, frames) =
            Session::new(String::new(), "secret").request("status", &serde_json::json!({"a": 1}));
        let mut bytes = Vec::new();
        encode_frame(b"noise", false, &mut bytes);
        for (index, frame) in frames.iter().enumerate() {
            encode_frame(frame, index + 1 < frames.len(), &mut bytes);
        }
        let mut reader = MessageReader::new("secret");
        let mut piece = bytes.as_slice();
        assert!(matches!(reader.read(&mut piece), Err(WireError::Incomplete)));
        let message = reader.read(&mut piece).unwrap().unwrap();
        assert_eq!((message.msg_type.as_str(), &message.content["a"]), ("status", &1.into()));
        assert!(reader.read(&mut piece).unwrap().is_none());
    }
}
