//! The last bytes of an output. Principal type: [`Tail`].

use std::collections::VecDeque;

/// How much of a child's output is kept: 64 KiB.
pub const TAIL_BYTES: usize = 64 * 1024;

/// Keeps the last [`TAIL_BYTES`] bytes that were pushed.
#[derive(Debug, Default)]
pub(crate) struct Tail {
    /// Never longer than `TAIL_BYTES`.
    bytes: VecDeque<u8>,
}

impl Tail {
    pub(crate) fn push(&mut self, piece: &[u8]) {
        let piece = &piece[piece.len().saturating_sub(TAIL_BYTES)..];
        let excess = (self.bytes.len() + piece.len()).saturating_sub(TAIL_BYTES);
        self.bytes.drain(..excess);
        self.bytes.extend(piece);
    }

    /// Returns the bytes as text; what is no UTF-8 becomes U+FFFD.
    pub(crate) fn text(&self) -> String {
        let (front, back) = self.bytes.as_slices();
        String::from_utf8_lossy(&[front, back].concat()).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_bytes_are_kept() {
        let mut tail = Tail::default();
        tail.push(b"first");
        tail.push(&[b'x'; TAIL_BYTES - 2]);
        tail.push(b"yz");
        assert!(tail.text().starts_with("xx") && tail.text().ends_with("xyz"));
        assert_eq!(tail.text().len(), TAIL_BYTES);
        tail.push(&[b'l'; 3 * TAIL_BYTES]);
        assert_eq!(tail.text(), "l".repeat(TAIL_BYTES));
    }
}
