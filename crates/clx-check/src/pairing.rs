//! Cells of one language and their counterparts in the others.

use std::path::Path;

use clx_core::{Diagnostic, Language, Severity};
use clx_notebook::{Cell, CellType, NotebookRenderer, Value, Variant};

use crate::code;

/// Reports the first cell without a counterpart in a wanted language. Cells with a language that follow
/// each other belong together; there each language has as many cells of a type, in any order.
pub(crate) fn check(
    renderer: &mut NotebookRenderer,
    variants: &[Variant],
    shown: &Path,
) -> Option<Diagnostic> {
    let first = variants.first()?;
    let mut languages: Vec<Language> = Vec::new();
    for variant in variants {
        if !languages.contains(&variant.language.code) {
            languages.push(variant.language.code);
        }
    }
    let notebook = renderer.unfiltered(first).ok()?;
    let mut unpaired =
        runs(&notebook.cells, &languages).filter_map(|run| unpaired(run, &languages));
    let Unpaired { cell, message } = unpaired.next()?;
    let more = match unpaired.count() {
        0 => String::new(),
        1 => ", as at another place".to_owned(),
        n => format!(", as at {n} other places"),
    };
    let line = renderer.source_line(first, &Cell { marker_lines: 0, ..cell.clone() }, 0);
    let message = format!("{message}{more}");
    let problem =
        Diagnostic::new(Severity::Medium, code::CELLS_UNPAIRED, "unpaired_cells", message);
    let hint = "add the missing cell, or leave `lang` out of a cell that is for all languages";
    Some(problem.at(shown, line, None).with_hint(hint))
}

/// Returns the cells with a language of the course that follow each other.
fn runs<'c>(cells: &'c [Cell], languages: &[Language]) -> impl Iterator<Item = &'c [Cell]> {
    let is_local = |cell: &Cell| language(cell).is_some_and(|own| languages.contains(&own));
    cells.chunk_by(move |a, b| is_local(a) == is_local(b)).filter(move |run| is_local(&run[0]))
}

fn language(cell: &Cell) -> Option<Language> {
    cell.metadata.get("lang").and_then(Value::as_text)?.parse().ok()
}

/// A cell that lacks a counterpart.
struct Unpaired<'c> {
    cell: &'c Cell,
    message: String,
}

/// Returns the first cell of a run that lacks a counterpart.
fn unpaired<'c>(run: &'c [Cell], languages: &[Language]) -> Option<Unpaired<'c>> {
    let types =
        [(CellType::Markdown, "prose"), (CellType::Code, "code"), (CellType::Raw, "raw text")];
    types.into_iter().find_map(|(cell_type, word)| {
        let cells: Vec<(&Cell, Language)> = run
            .iter()
            .filter(|cell| cell.cell_type == cell_type)
            .filter_map(|cell| Some((cell, language(cell)?)))
            .collect();
        let count = |wanted: &Language| cells.iter().filter(|(_, own)| own == wanted).count();
        if languages.windows(2).all(|pair| count(&pair[0]) == count(&pair[1])) {
            return None;
        }
        let round = incomplete_round(&cells, languages)?;
        let is_lacking = |wanted: &&Language| round.iter().all(|(_, own)| own != *wanted);
        let lacking: Vec<_> =
            languages.iter().filter(is_lacking).map(|language| format!("`{language}`")).collect();
        let (cell, own) = round[0];
        let lacking = lacking.join(", ");
        let message = format!("the cell of {word} in `{own}` has no counterpart in {lacking}");
        Some(Unpaired { cell, message })
    })
}

/// Returns the first cells, each in another language, that are followed by one in the same language, or
/// by none, before all languages had their turn.
fn incomplete_round<'r, 'c>(
    cells: &'r [(&'c Cell, Language)],
    languages: &[Language],
) -> Option<&'r [(&'c Cell, Language)]> {
    let mut begin = 0;
    for at in 0..cells.len() {
        let round = &cells[begin..at];
        if round.len() == languages.len() {
            begin = at;
        } else if round.iter().any(|(_, own)| *own == cells[at].1) {
            return Some(round);
        }
    }
    let last = &cells[begin..];
    (last.len() < languages.len()).then_some(last)
}

#[cfg(test)]
mod tests {
    use clx_core::{LanguageProfile, OutputFormat, OutputKind, ProgLang};
    use clx_notebook::Branding;

    use super::*;

    fn variant(language: Language) -> Variant {
        Variant {
            language: LanguageProfile::predefined(language),
            kind: OutputKind::predefined().remove(0),
            format: OutputFormat::Html,
            img_prefix: "img/".to_owned(),
        }
    }

    /// Checks cells that are named by their languages; `-` has none, capitals are code.
    #[track_caller]
    fn check_cells(cells: &str, expected: Option<(u32, &str)>) {
        let cell = |word: &str| {
            let bracket = if word.chars().all(char::is_uppercase) { "" } else { " [markdown]" };
            let lang = match word.to_lowercase().as_str() {
                "-" => String::new(),
                code => format!(" lang=\"{code}\""),
            };
            format!("# %%{bracket}{lang}\n# x\n")
        };
        let source: String = cells.split(' ').map(cell).collect();
        let shown = Path::new("slides_x.py");
        let mut renderer =
            NotebookRenderer::new(shown, &source, ProgLang::Python, &Branding::default());
        let variants = [variant(Language::DE), variant(Language::EN)];
        let found = check(&mut renderer, &variants, shown);
        let found = found.map(|problem| {
            let line = problem.location.and_then(|location| location.line);
            (line.unwrap_or_default() / 2, problem.message)
        });
        assert_eq!(found, expected.map(|(cell, message)| (cell, message.to_owned())), "{cells}");
    }

    #[test]
    fn pairs_stand_in_any_order() {
        for cells in ["de en - de en", "de de en en", "en de - de en", "de DE en EN", "- -"] {
            check_cells(cells, None);
        }
    }

    #[test]
    fn first_cell_without_counterpart_is_named() {
        let german = "the cell of prose in `de` has no counterpart in `en`";
        check_cells("de en - de - de en", Some((3, german)));
        check_cells("de en de", Some((2, german)));
        check_cells("de de en", Some((0, german)));
        check_cells("de en en", Some((2, "the cell of prose in `en` has no counterpart in `de`")));
        check_cells("de DE en", Some((1, "the cell of code in `de` has no counterpart in `en`")));
        let more = format!("{german}, as at another place");
        check_cells("de - de", Some((0, &more)));
    }
}
