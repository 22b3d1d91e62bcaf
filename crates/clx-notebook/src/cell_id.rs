//! Cell ids: the first sixteen digits of a SHA3-224 over the text of the cell.

use std::collections::BTreeSet;

use sha3::{Digest, Sha3_224};

/// Gives ids to the cells of one notebook in order. Equal text has the same id in every variant;
/// later cells with the text of earlier ones hash their position as well.
#[derive(Debug, Default)]
pub(crate) struct CellIds {
    used: BTreeSet<String>,
}

impl CellIds {
    /// Returns the id of the cell at `index` of the source, removed cells included.
    pub(crate) fn next(&mut self, index: usize, source: &str) -> String {
        let mut hasher = Sha3_224::new();
        hasher.update(source);
        let mut index = index;
        loop {
            let id = first_digits(&hasher.clone().finalize());
            if self.used.insert(id.clone()) {
                return id;
            }
            hasher.update(format!("{index}:{source}"));
            index += 1;
        }
    }
}

fn first_digits(digest: &[u8]) -> String {
    digest[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_the_documented_ones() {
        for (source, expected) in [
            ("", "6b4e03423667dbb7"),
            ("x = 1", "d0c3c1e4ee1a15d1"),
            ("x=1", "be87896ec03b7f8e"),
            ("y", "5849850aa0264269"),
            ("hello", "b87f88c72702fff1"),
            ("#include <iostream>", "a0ee650c342d197c"),
            ("x = 1\n\n\n", "0333e4fc9a6df196"),
        ] {
            assert_eq!(CellIds::default().next(0, source), expected, "{source}");
        }
    }

    #[test]
    fn equal_cells_hash_their_position() {
        let mut ids = CellIds::default();
        assert_eq!(ids.next(0, "x"), "63e6ceb28ad474fa");
        assert_eq!(ids.next(1, "x"), "03a3c713e39625b0");
        assert_eq!(ids.next(2, "x"), "fbd2dcf6393000dc");
    }

    #[test]
    fn a_removed_cell_counts_as_position_only() {
        let mut ids = CellIds::default();
        assert_eq!(ids.next(0, "x"), "63e6ceb28ad474fa");
        assert_eq!(ids.next(2, "x"), "fbd2dcf6393000dc");
    }
}
