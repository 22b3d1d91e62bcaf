//! Target `kernel`: what comes from the sockets of a kernel. Principal function: [`run`].
//!
//! An input is a stream of bytes; behind a line `signed`, the JSON parts of one message with lines `--`
//! between them, which are signed and framed as a kernel does. A stream gives the same messages however
//! it is cut. A signed message is read if its parts are what they have to be, and is an error else; with a
//! byte changed it is an error in any case.

use clx_kernel::{Message, MessageReader, WireError};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value};
use sha2::Sha256;

use crate::source::headed;

const SECRET: &str = "secret";
const DELIMITER: &[u8] = b"<IDS|MSG>";

/// Reads a stream.
pub fn run(data: &[u8]) {
    match headed(data) {
        (b"signed", parts) => check_signed(parts),
        _ => check_stream(data),
    }
}

fn check_stream(bytes: &[u8]) {
    let whole = shown(&read([bytes]));
    for n_bytes in [1, 7, bytes.len() / 2 + 1] {
        assert_eq!(shown(&read(bytes.chunks(n_bytes))), whole, "cut after {n_bytes} bytes");
    }
}

fn check_signed(parts: &[u8]) {
    let text = String::from_utf8_lossy(parts);
    // Those behind the fourth are buffers, which nobody signs.
    let mut parts: Vec<Vec<u8>> =
        text.split("\n--\n").map(|part| part.as_bytes().to_vec()).collect();
    let messages = read([&*framed(&parts)]);
    let [found] = &messages[..] else { panic!("one message, not {messages:?}") };
    match (expected(&parts), found) {
        (Some((msg_type, content)), Ok(message)) => {
            assert_eq!((&message.msg_type, &message.content), (&msg_type, &content));
        }
        (
            None,
            Err(WireError::Incomplete | WireError::Unreadable { .. } | WireError::Signature),
        ) => {}
        (expected, found) => panic!("expected {expected:?}, found {found:?}"),
    }
    if parts.len() >= 4 {
        let signature = signature(&parts);
        change(&mut parts[3]);
        let forged = read([&*frames(&signature, &parts)]);
        assert!(matches!(forged[..], [Err(WireError::Signature)]), "{forged:?}");
    }
}

/// Returns type and content of a message if its parts are as they have to be.
fn expected(parts: &[Vec<u8>]) -> Option<(String, Value)> {
    let [header, parent, _metadata, content, ..] = parts else { return None };
    let header: Value = serde_json::from_slice(header).ok()?;
    let _parent: Value = serde_json::from_slice(parent).ok()?;
    let content: Map<String, Value> = serde_json::from_slice(content).ok()?;
    let msg_type = header["msg_type"].as_str().unwrap_or_default().to_owned();
    Some((msg_type, Value::Object(content)))
}

fn change(content: &mut Vec<u8>) {
    match content.first_mut() {
        Some(byte) => *byte ^= 1,
        None => content.push(b' '),
    }
}

/// Reads until a stream is no stream any more.
fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Result<Message, WireError>> {
    let mut reader = MessageReader::new(SECRET);
    let mut messages = Vec::new();
    for mut piece in pieces {
        loop {
            match reader.read(&mut piece) {
                Ok(None) => break,
                Ok(Some(message)) => messages.push(Ok(message)),
                Err(error @ (WireError::Frame | WireError::TooManyFrames)) => {
                    messages.push(Err(error));
                    return messages;
                }
                Err(error) => messages.push(Err(error)),
            }
        }
    }
    messages
}

fn shown(messages: &[Result<Message, WireError>]) -> String {
    format!("{messages:?}")
}

fn framed(parts: &[Vec<u8>]) -> Vec<u8> {
    frames(&signature(parts), parts)
}

fn signature(parts: &[Vec<u8>]) -> Vec<u8> {
    let mut hmac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    parts.iter().take(4).for_each(|part| hmac.update(part));
    let digest = hmac.finalize().into_bytes();
    digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes()
}

fn frames(signature: &[u8], parts: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let all = [DELIMITER, signature].into_iter().chain(parts.iter().map(Vec::as_slice));
    let n_frames = parts.len() + 2;
    for (index, frame) in all.enumerate() {
        // Long frames of ZMTP: more, length, bytes.
        bytes.push(2 | u8::from(index + 1 < n_frames));
        bytes.extend((frame.len() as u64).to_be_bytes());
        bytes.extend(frame);
    }
    bytes
}
