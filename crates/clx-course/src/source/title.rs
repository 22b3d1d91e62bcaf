//! Titles of notebooks, from the first `header` call of the raw source.
//! Principal function: [`find`].

use clx_core::Language;

const QUOTES: [char; 2] = ['"', '\''];

/// Returns the titles in the first `{{ header("Titel", "Title") }}`: German, English, then further
/// languages by keyword (`fr="Titre"`). Nothing if there is no such call.
///
/// A title stays on one line and extends to the last quotation mark that still leaves a call, so
/// that it may contain the other kind.
pub(super) fn find(source: &str) -> Option<Vec<(Language, &str)>> {
    source.match_indices("header").find_map(|(at, word)| {
        let before = source[..at].trim_end().trim_end_matches(['-', '+']);
        if !before.ends_with("{{") {
            return None;
        }
        let arguments = source[at + word.len()..].trim_start().strip_prefix('(')?;
        titles(arguments.trim_start())
    })
}

fn titles(arguments: &str) -> Option<Vec<(Language, &str)>> {
    let german = arguments.strip_prefix(QUOTES)?;
    closings(german).find_map(|(german, rest)| {
        let english = rest.trim_start().strip_prefix(',')?.trim_start().strip_prefix(QUOTES)?;
        let (english, further) = english_and_further(english)?;
        Some([vec![(Language::DE, german), (Language::EN, english)], further].concat())
    })
}

/// Returns the English title and the keywords behind it: as many keywords as possible, then as
/// long a title as possible.
fn english_and_further(text: &str) -> Option<(&str, Vec<(Language, &str)>)> {
    let mut best: Option<(&str, Vec<(Language, &str)>)> = None;
    for (title, rest) in closings(text) {
        let Some(further) = keywords(rest) else { continue };
        if best.as_ref().is_none_or(|(_, known)| further.len() > known.len()) {
            best = Some((title, further));
        }
    }
    best
}

/// Returns every way to end a string on its first line, the longest first.
fn closings(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let line = text.split('\n').next().unwrap_or_default();
    line.rmatch_indices(QUOTES).map(|(at, quote)| (&text[..at], &text[at + quote.len()..]))
}

/// Reads `, fr="Titre"` any number of times and the end of the call.
fn keywords(text: &str) -> Option<Vec<(Language, &str)>> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(keyword) = rest.strip_prefix(',') {
        let (code, value) = keyword.split_once('=')?;
        let language = code.trim().parse().ok()?;
        let value = value.trim_start();
        let quote = value.chars().next().filter(|quote| QUOTES.contains(quote))?;
        let (title, after) = value[1..].split_once(quote)?;
        if title.contains('\n') {
            return None;
        }
        found.push((language, title));
        rest = after.trim_start();
    }
    let end = rest.strip_prefix(')')?.trim_start();
    end.trim_start_matches(['-', '+']).starts_with("}}").then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: Option<&[(&str, &str)]>) {
        let expected = expected.map(|titles| {
            titles.iter().map(|&(code, text)| (code.parse().unwrap(), text)).collect::<Vec<_>>()
        });
        assert_eq!(find(source), expected, "{source}");
    }

    fn both(source: &str, german: &str, english: &str) {
        check(source, Some(&[("de", german), ("en", english)]));
    }

    #[test]
    fn calls_are_found_behind_any_prefix() {
        both(r#"# {{ header("Titel", "Title") }}"#, "Titel", "Title");
        both(r#"{{ header("Titel", "Title") }}"#, "Titel", "Title");
        both(r#"// {{header('Titel','Title')}}"#, "Titel", "Title");
        both(r#"x = 1 {{- header("Titel", "Title") -}}"#, "Titel", "Title");
        both("# {{ header(\n  \"Titel\" ,\n\t\"Title\"\n)\n}}", "Titel", "Title");
        both(
            "# j2 macro header(de, en)\n# # {{ de }}\n# j2 endmacro\n# {{ header(\"A\", \"B\") }}",
            "A",
            "B",
        );
        both(r#"{{ header(a, b) }} {{ header("A", "B") }}"#, "A", "B");
    }

    #[test]
    fn titles_are_matched_greedily_on_one_line() {
        both(r#"{{ header("It's "so"", 'a "b" c') }}"#, r#"It's "so""#, r#"a "b" c"#);
        both(r#"{{ header("Größe: (1)", "Size: {2} a.b") }}"#, "Größe: (1)", "Size: {2} a.b");
        both(r#"{{ header("a, b", "c, d") }}"#, "a, b", "c, d");
        both(r#"{{ header("", "") }}"#, "", "");
        check("{{ header(\"A\nB\", \"C\") }}", None);
        both("{{ header(\"A\nB\", \"C\") }}\n{{ header(\"D\", \"E\") }}", "D", "E");
    }

    #[test]
    fn further_languages_come_by_keyword() {
        check(
            r#"{{ header("A", "B", fr="C", es = 'D') }}"#,
            Some(&[("de", "A"), ("en", "B"), ("fr", "C"), ("es", "D")]),
        );
    }

    #[test]
    fn other_calls_are_no_titles() {
        for source in ["", "header", "# header(\"A\", \"B\")", "{{ header(\"A\") }}", "{{ header("]
        {
            check(source, None);
        }
        check("{{ my_header(\"A\", \"B\") }}", None);
    }
}
