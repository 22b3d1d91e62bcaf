//! Cuts a stream of bytes into messages of frames, in bounded memory. Principal type: [`Decoder`].

use super::error::WireError;

/// How much of a message is kept, in bytes: a little more than the default limit of a cell. What goes
/// beyond is read and dropped.
pub(crate) const MESSAGE_BYTES: usize = 11_000_000;

/// More than a kernel ever sends; keeps a broken peer from filling memory with empty frames.
const N_FRAMES: usize = 1024;

const MORE: u8 = 1;
const LONG: u8 = 2;
/// The flags of a short command.
pub(crate) const COMMAND: u8 = 4;

/// The frames of one message.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Frames {
    pub(crate) frames: Vec<Vec<u8>>,
    /// How many bytes at the message's end were dropped.
    pub(crate) dropped_bytes: u64,
}

/// Takes bytes in pieces of any size. Commands of the peer are dropped: none matters to a client
/// after the handshake.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    head: Vec<u8>,
    /// What the current frame still lacks; `None` while its head is read.
    left: Option<u64>,
    message: Frames,
    kept_bytes: usize,
}

impl Decoder {
    /// Takes bytes off the front of `piece` until a message is complete.
    pub(crate) fn decode(&mut self, piece: &mut &[u8]) -> Result<Option<Frames>, WireError> {
        loop {
            match self.left {
                Some(0) => {
                    self.left = None;
                    let flags = std::mem::take(&mut self.head)[0];
                    if let Some(message) = self.end_frame(flags) {
                        return Ok(Some(message));
                    }
                }
                _ if piece.is_empty() => return Ok(None),
                Some(left) => self.take_body(piece, left),
                None => self.take_head(piece)?,
            }
        }
    }

    fn take_head(&mut self, piece: &mut &[u8]) -> Result<(), WireError> {
        let Some((&byte, rest)) = piece.split_first() else { return Ok(()) };
        self.head.push(byte);
        *piece = rest;
        if self.head[0] & !(MORE | LONG | COMMAND) != 0 {
            return Err(WireError::Frame);
        }
        self.left = match *self.head.as_slice() {
            [flags, length] if flags & LONG == 0 => Some(u64::from(length)),
            [_, a, b, c, d, e, f, g, h] => Some(u64::from_be_bytes([a, b, c, d, e, f, g, h])),
            _ => return Ok(()),
        };
        if self.message.frames.len() == N_FRAMES {
            return Err(WireError::TooManyFrames);
        }
        self.message.frames.push(Vec::new());
        Ok(())
    }

    fn take_body(&mut self, piece: &mut &[u8], left: u64) {
        let length = usize::try_from(left).unwrap_or(usize::MAX).min(piece.len());
        let (body, rest) = piece.split_at(length);
        let kept = length.min(MESSAGE_BYTES - self.kept_bytes);
        if let Some(frame) = self.message.frames.last_mut() {
            if frame.is_empty() {
                let whole = usize::try_from(left).unwrap_or(usize::MAX);
                frame.reserve_exact(whole.min(MESSAGE_BYTES - self.kept_bytes));
            }
            frame.extend_from_slice(&body[..kept]);
        }
        self.kept_bytes += kept;
        self.message.dropped_bytes += (length - kept) as u64;
        self.left = Some(left - length as u64);
        *piece = rest;
    }

    fn end_frame(&mut self, flags: u8) -> Option<Frames> {
        if flags & COMMAND != 0 {
            self.message.frames.pop();
            return None;
        }
        if flags & MORE != 0 {
            return None;
        }
        self.kept_bytes = 0;
        Some(std::mem::take(&mut self.message))
    }
}

/// Appends a frame to what is sent.
pub(crate) fn encode_frame(frame: &[u8], has_more: bool, bytes: &mut Vec<u8>) {
    let more = if has_more { MORE } else { 0 };
    encode(more, frame, bytes);
}

/// Appends a command to what is sent.
pub(crate) fn encode_command(body: &[u8], bytes: &mut Vec<u8>) {
    encode(COMMAND, body, bytes);
}

fn encode(flags: u8, body: &[u8], bytes: &mut Vec<u8>) {
    match u8::try_from(body.len()) {
        Ok(length) => bytes.extend([flags, length]),
        Err(_) => {
            bytes.push(flags | LONG);
            bytes.extend((body.len() as u64).to_be_bytes());
        }
    }
    bytes.extend_from_slice(body);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(frames: &[&[u8]]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (index, frame) in frames.iter().enumerate() {
            encode_frame(frame, index + 1 < frames.len(), &mut bytes);
        }
        bytes
    }

    #[test]
    fn messages_survive_any_cut() {
        let long = vec![b'x'; 300];
        let mut bytes = encoded(&[b"", b"short", &long]);
        encode_command(b"\x04PING", &mut bytes);
        bytes.extend(encoded(&[b"second"]));
        for n_bytes in [1, 2, 7, bytes.len()] {
            let mut decoder = Decoder::default();
            let mut messages = Vec::new();
            for mut piece in bytes.chunks(n_bytes) {
                while let Some(message) = decoder.decode(&mut piece).unwrap() {
                    messages.push(message.frames);
                }
            }
            let expected =
                vec![vec![Vec::new(), b"short".to_vec(), long.clone()], vec![b"second".to_vec()]];
            assert_eq!(messages, expected, "cut after {n_bytes} bytes");
        }
    }

    #[test]
    fn end_of_a_huge_message_is_dropped_and_counted() {
        let mut bytes = encoded(&[b"head", &vec![b'x'; MESSAGE_BYTES]]);
        bytes.extend(encoded(&[b"next"]));
        let mut piece = bytes.as_slice();
        let mut decoder = Decoder::default();
        let huge = decoder.decode(&mut piece).unwrap().unwrap();
        assert_eq!((huge.frames[0].as_slice(), huge.dropped_bytes), (b"head".as_slice(), 4));
        assert_eq!(huge.frames[1].len(), MESSAGE_BYTES - 4);
        let next = decoder.decode(&mut piece).unwrap().unwrap();
        assert_eq!(next, Frames { frames: vec![b"next".to_vec()], dropped_bytes: 0 });
    }

    #[test]
    fn unknown_flags_are_an_error() {
        let refused = Decoder::default().decode(&mut [0xff; 9].as_slice());
        assert!(matches!(refused, Err(WireError::Frame)));
    }

    #[test]
    fn endless_message_is_an_error() {
        let bytes = [MORE, 0].repeat(N_FRAMES + 1);
        let refused = Decoder::default().decode(&mut bytes.as_slice());
        assert!(matches!(refused, Err(WireError::TooManyFrames)));
    }
}
