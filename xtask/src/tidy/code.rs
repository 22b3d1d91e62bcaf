//! Codes of diagnostics: used and documented ones are the same. Principal function: [`check`].

use std::collections::BTreeMap;

use super::tree::{Finding, Tree};

const PAGE: &str = "docs/reference/errors.md";

/// Finds codes that sources use and the page does not list, and the other way round.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let sources = tree.files().iter().filter(|file| file.crate_source().is_some());
    let lines = sources.flat_map(|file| file.production().map(|(n, line)| (&*file.path, n, line)));
    // A comment may name a code as an example, or a range of them.
    let used = places(lines.filter(|(_, _, line)| !line.trim_start().starts_with("//")));
    let page = tree.file(PAGE).into_iter();
    // A heading documents a code; a mention elsewhere on the page does not.
    let documented = places(
        page.flat_map(|file| file.lines().map(|(n, line)| (&*file.path, n, line)))
            .filter(|(_, _, line)| line.starts_with('#')),
    );
    let missing =
        |from: &BTreeMap<&str, (&str, usize)>, to: &BTreeMap<&str, (&str, usize)>, why| {
            let codes = from.iter().filter(|(code, _)| !to.contains_key(*code));
            codes
                .map(|(code, (path, line))| Finding::new(path, *line, format!("{code} {why}")))
                .collect::<Vec<_>>()
        };
    let mut findings = missing(&used, &documented, "is not documented in docs/reference/errors.md");
    findings.extend(missing(&documented, &used, "is documented but not used"));
    findings
}

/// Returns where each code stands first.
fn places<'t>(
    lines: impl Iterator<Item = (&'t str, usize, &'t str)>,
) -> BTreeMap<&'t str, (&'t str, usize)> {
    let mut places = BTreeMap::new();
    for (path, number, line) in lines {
        for code in codes(line) {
            places.entry(code).or_insert((path, number));
        }
    }
    places
}

/// Returns the codes in a line: `CLX` and exactly four digits.
fn codes(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("CLX").filter_map(|(start, _)| {
        let rest = &line[start + 3..];
        let n_digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        (n_digits == 4).then(|| &line[start..start + 7])
    })
}

#[cfg(test)]
mod tests {
    use super::super::tree::expect;
    use super::*;

    #[test]
    fn codes_have_four_digits() {
        let found: Vec<_> = codes("CLX0101, CLX010, CLX_A, `CLX0999`, CLX01011").collect();
        assert_eq!(found, ["CLX0101", "CLX0999"]);
    }

    #[test]
    fn used_and_documented_codes_are_the_same() {
        let source =
            "//! CLX0100 and on\na(\"CLX0101\");\nb(\"CLX0102\");\n#[cfg(test)]\nc(\"CLX0199\");";
        let tree = Tree::of(&[
            ("crates/clx-a/src/lib.rs", source),
            ("crates/clx-a/tests/a.rs", "CLX0198"),
            (PAGE, "# CLX0102 to CLX0103\nsee CLX0104"),
        ]);
        expect(
            &check(&tree),
            &[
                "crates/clx-a/src/lib.rs:2: CLX0101 is not documented in docs/reference/errors.md",
                "docs/reference/errors.md:1: CLX0103 is documented but not used",
            ],
        );
    }
}
