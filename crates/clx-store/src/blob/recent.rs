//! The blobs that this process put last, kept in memory: what a worker has just made is published
//! in the next moment, without a way through the database. Principal type: [`Recent`].

use std::collections::{HashMap, VecDeque};

use clx_core::ContentHash;

/// Bytes kept at most; a few hundred texts, far more than are on their way at any time.
const LIMIT: usize = 8 << 20;

/// Blobs by hash, the oldest forgotten first.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    blobs: HashMap<ContentHash, Vec<u8>>,
    order: VecDeque<ContentHash>,
    bytes: usize,
}

impl Recent {
    /// Keeps a blob.
    pub(crate) fn keep(&mut self, hash: ContentHash, bytes: &[u8]) {
        if self.blobs.contains_key(&hash) {
            return;
        }
        self.bytes += bytes.len();
        self.blobs.insert(hash, bytes.to_vec());
        self.order.push_back(hash);
        while self.bytes > LIMIT
            && let Some(oldest) = self.order.pop_front()
        {
            self.bytes -= self.blobs.remove(&oldest).map_or(0, |bytes| bytes.len());
        }
    }

    /// Returns a blob if it is still kept.
    pub(crate) fn get(&self, hash: &ContentHash) -> Option<Vec<u8>> {
        self.blobs.get(hash).cloned()
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oldest_blobs_go_first_and_the_sum_is_bounded() {
        let mut recent = Recent::default();
        let hash = |n: usize| ContentHash::of(n.to_string());
        for n in 0..20 {
            recent.keep(hash(n), &vec![0; 1 << 20]);
        }
        assert!(recent.bytes <= LIMIT);
        assert_eq!(recent.get(&hash(0)), None);
        assert_eq!(recent.get(&hash(19)).unwrap().len(), 1 << 20);
    }
}
