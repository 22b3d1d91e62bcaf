//! The tags that mean something, and warnings about the others.

use clx_core::Severity;

use crate::code;
use crate::finding::Finding;
use crate::notebook::{Cell, CellType};

const SLIDE_TYPES: [&str; 3] = ["slide", "subslide", "notes"];
const EVERYWHERE: [&str; 7] = ["slide", "subslide", "notes", "private", "alt", "del", "voiceover"];
const CODE: [&str; 4] = ["keep", "start", "skip-execution", "raises-exception"];

/// Returns the slide type of a cell: the first tag that names one.
pub(super) fn slide_type(cell: &Cell) -> Option<&str> {
    cell.tags().find(|tag| SLIDE_TYPES.contains(tag))
}

/// Warns about unknown tags and several slide types.
pub(super) fn check(cell: &Cell, findings: &mut Vec<Finding>) {
    for tag in cell.tags().filter(|tag| !is_known(tag, cell.cell_type)) {
        let message =
            format!("unknown tag `{tag}` on {} cell {}", cell.cell_type.name(), cell.index);
        let finding =
            Finding::new(Severity::Low, code::UNKNOWN_TAG, "invalid_tag", cell.line, message);
        findings.push(match nearest(tag, cell.cell_type) {
            Some(known) => finding.with_hint(format!("did you mean `{known}`?")),
            None => finding,
        });
    }
    let slides: Vec<&str> = cell.tags().filter(|tag| SLIDE_TYPES.contains(tag)).collect();
    if let [first, _, ..] = slides[..] {
        let message = format!("cell {} has the slide tags {}", cell.index, slides.join(", "));
        findings.push(
            Finding::new(
                Severity::Medium,
                code::SEVERAL_SLIDE_TAGS,
                "multiple_slide_tags",
                cell.line,
                message,
            )
            .with_hint(format!("only the first, `{first}`, has an effect")),
        );
    }
}

fn is_known(tag: &str, cell_type: CellType) -> bool {
    known(cell_type).any(|own| own == tag)
}

fn known(cell_type: CellType) -> impl Iterator<Item = &'static str> {
    let own: &[&str] = match cell_type {
        CellType::Code => &CODE,
        CellType::Markdown => &["answer"],
        CellType::Raw => &[],
    };
    EVERYWHERE.into_iter().chain(own.iter().copied())
}

/// Returns the known tag that differs only in case, blanks or a final `s`.
fn nearest(tag: &str, cell_type: CellType) -> Option<&'static str> {
    let plain = |text: &str| text.trim().to_lowercase().trim_end_matches('s').to_owned();
    known(cell_type).find(|own| plain(own) == plain(tag))
}
