//! What stands in an archive. Principal types: [`EntryName`], [`Header`], [`StoredResult`], [`End`].

use clx_core::{ActionResult, ContentHash};
use serde::{Deserialize, Serialize};

/// The version that this program writes and reads.
pub(super) const VERSION: u32 = 1;

/// Largest of the JSON texts, in bytes; results have a few hundred.
pub(super) const MAX_JSON: u64 = 16 << 20;

const FORMAT: &str = "clx-cache";
const HEADER: &str = "clx-cache.json";
const END: &str = "end.json";
pub(super) const BLOBS: &str = "blobs";
pub(super) const RESULTS: &str = "results";

/// The name of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EntryName {
    Header,
    Blob(ContentHash),
    Result(ContentHash),
    End,
}

impl EntryName {
    /// Reads a name; `None` if no clx writes such a part.
    pub(super) fn parse(name: &str) -> Option<Self> {
        match name.split_once('/') {
            None if name == HEADER => Some(Self::Header),
            None if name == END => Some(Self::End),
            Some((BLOBS, hash)) => hash.parse().ok().map(Self::Blob),
            Some((RESULTS, file)) => file.strip_suffix(".json")?.parse().ok().map(Self::Result),
            None | Some(_) => None,
        }
    }

    /// Writes a name.
    pub(super) fn text(self) -> String {
        match self {
            Self::Header => HEADER.to_owned(),
            Self::Blob(hash) => format!("{BLOBS}/{hash}"),
            Self::Result(hash) => format!("{RESULTS}/{hash}.json"),
            Self::End => END.to_owned(),
        }
    }
}

/// The first part.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Header {
    format: String,
    pub(super) version: u32,
}

impl Header {
    pub(super) fn new() -> Self {
        Self { format: FORMAT.to_owned(), version: VERSION }
    }

    pub(super) fn is_of_cache(&self) -> bool {
        self.format == FORMAT
    }
}

/// A result and its key; the version is that of the stored form.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredResult {
    pub(super) version: u32,
    pub(super) key: ContentHash,
    pub(super) result: ActionResult,
}

/// The last part: what came before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct End {
    pub(super) results: u64,
    pub(super) blobs: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written_and_no_others() {
        let hash = ContentHash::of("x");
        for name in
            [EntryName::Header, EntryName::Blob(hash), EntryName::Result(hash), EntryName::End]
        {
            assert_eq!(EntryName::parse(&name.text()), Some(name));
        }
        let hex = hash.to_hex();
        for text in [
            "",
            "blobs",
            "blobs/",
            "blobs/../x",
            "/etc/passwd",
            "../clx-cache.json",
            "results/x.json",
            &format!("/blobs/{hex}"),
            &format!("blobs/ab/{hex}"),
            &format!("blobs/{hex}/.."),
            &format!("results/{hex}"),
            &format!("./blobs/{hex}"),
        ] {
            assert_eq!(EntryName::parse(text), None, "{text}");
        }
    }
}
