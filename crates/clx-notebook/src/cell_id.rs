//! Cell ids: the first sixteen digits of a SHA3-224 over the text of the cell.

use std::collections::BTreeSet;

use sha3::{Digest, Sha3_224};

use crate::notebook::Cell;

/// Returns the id of a text that no earlier cell has.
pub(crate) fn of_text(source: &str) -> String {
    first_digits(&Sha3_224::digest(source))
}

/// Gives ids to the cells of one notebook in order. Equal text has the same id in every variant;
/// later cells with the text of earlier ones hash their position as well.
#[derive(Debug, Default)]
pub(crate) struct CellIds {
    used: BTreeSet<String>,
}

impl CellIds {
    /// Returns the id of a cell that was read, its index counting removed cells, too.
    pub(crate) fn next(&mut self, cell: &Cell) -> String {
        if self.used.insert(cell.id.clone()) {
            return cell.id.clone();
        }
        let mut hasher = Sha3_224::new_with_prefix(&cell.source);
        let mut index = cell.index;
        loop {
            hasher.update(format!("{index}:{}", cell.source));
            index += 1;
            let id = first_digits(&hasher.clone().finalize());
            if self.used.insert(id.clone()) {
                return id;
            }
        }
    }
}

fn first_digits(digest: &[u8]) -> String {
    let mut digits = String::with_capacity(16);
    for byte in &digest[..8] {
        for half in [byte >> 4, byte & 15] {
            digits.extend(char::from_digit(half.into(), 16));
        }
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notebook::CellType;
    use crate::value::Metadata;

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
            assert_eq!(of_text(source), expected, "{source}");
        }
    }

    #[test]
    fn equal_cells_hash_their_position() {
        let mut ids = CellIds::default();
        assert_eq!(ids.next(&cell(0, "x")), "63e6ceb28ad474fa");
        assert_eq!(ids.next(&cell(1, "x")), "03a3c713e39625b0");
        assert_eq!(ids.next(&cell(2, "x")), "fbd2dcf6393000dc");
    }

    #[test]
    fn a_removed_cell_counts_as_position_only() {
        let mut ids = CellIds::default();
        assert_eq!(ids.next(&cell(0, "x")), "63e6ceb28ad474fa");
        assert_eq!(ids.next(&cell(2, "x")), "fbd2dcf6393000dc");
    }

    fn cell(index: usize, source: &str) -> Cell {
        Cell {
            cell_type: CellType::Code,
            source: source.to_owned(),
            metadata: Metadata::new(),
            id: of_text(source),
            index,
            line: 0,
            marker_lines: 1,
            lines_to_next: None,
        }
    }
}
