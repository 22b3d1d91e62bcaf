//! Which files the code of a run sees. Principal function: [`visible_files`].

use clx_core::VisibleFile;
use clx_kernel::CodeCell;
use clx_store::{ArtifactStore, StoreError};

/// A file above this is data: it is not searched for the names of notebooks.
const SEARCHED_BYTES: usize = 1024 * 1024;

/// Returns the files that the code sees, sorted: all but notebooks, and the notebooks whose stem is
/// a word of the code or of a file that it sees.
pub(crate) fn visible_files(
    files: &[VisibleFile],
    cells: &[CodeCell],
    store: &dyn ArtifactStore,
) -> Result<Vec<VisibleFile>, StoreError> {
    let (mut hidden, mut seen): (Vec<_>, Vec<_>) =
        files.iter().cloned().partition(|file| file.is_notebook);
    if !hidden.is_empty() {
        let mut texts: Vec<String> = cells.iter().map(|cell| cell.source.clone()).collect();
        for file in &seen {
            texts.push(text_of(file, store)?);
        }
        while !texts.is_empty() {
            let is_named = |file: &VisibleFile| {
                let stem = file.path.file_stem().unwrap_or_default().to_string_lossy();
                texts.iter().any(|text| has_word(text, &stem))
            };
            let (found, rest): (Vec<_>, Vec<_>) = hidden.into_iter().partition(is_named);
            hidden = rest;
            texts = found.iter().map(|file| text_of(file, store)).collect::<Result<_, _>>()?;
            seen.extend(found);
        }
    }
    seen.sort_unstable();
    Ok(seen)
}

fn text_of(file: &VisibleFile, store: &dyn ArtifactStore) -> Result<String, StoreError> {
    let bytes = store.get(&file.hash)?;
    let is_text = bytes.len() <= SEARCHED_BYTES;
    Ok(if is_text { String::from_utf8(bytes).unwrap_or_default() } else { String::new() })
}

/// Tells whether `word` occurs with neither letter, digit nor underscore beside it.
fn has_word(text: &str, word: &str) -> bool {
    let belongs = |character: Option<char>| {
        character.is_some_and(|character| character.is_alphanumeric() || character == '_')
    };
    !word.is_empty()
        && text.match_indices(word).any(|(at, _)| {
            let (before, after) = (&text[..at], &text[at + word.len()..]);
            !belongs(before.chars().next_back()) && !belongs(after.chars().next())
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clx_store::{Store, StoreOptions};

    #[test]
    fn notebooks_are_seen_when_their_names_are() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
        let file = |name: &str, text: &str, is_notebook| VisibleFile {
            path: name.into(),
            hash: store.put(text.as_bytes()).unwrap(),
            is_notebook,
        };
        let files = [
            file("slides_a.py", "import slides_b", true),
            file("slides_b.py", "", true),
            file("slides_c.py", "", true),
            file("slides_d.py", "", true),
            file("slides e-1.py", "", true),
            file("util.py", "from slides_c import x", false),
        ];
        let check = |code: &str, expected: &[&str]| {
            let seen = visible_files(&files, &[CodeCell::new(code)], &store).unwrap();
            let names: Vec<_> = seen.iter().map(|file| file.path.to_str().unwrap()).collect();
            assert_eq!(names, expected, "{code}");
        };
        check("", &["slides_c.py", "util.py"]);
        check("import slides_a", &["slides_a.py", "slides_b.py", "slides_c.py", "util.py"]);
        check("slides_dd, xslides_d", &["slides_c.py", "util.py"]);
        check("open('slides e-1.py')", &["slides e-1.py", "slides_c.py", "util.py"]);
        check("open('slides_d.py')", &["slides_c.py", "slides_d.py", "util.py"]);
    }
}
