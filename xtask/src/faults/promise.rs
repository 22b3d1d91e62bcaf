//! The tests that `docs/security.md` names as proof of what it promises.

use std::path::Path;

use super::catalogue::{self, Exists};
use crate::error::TaskError;

const FILE: &str = "docs/security.md";

/// Fails if a test that the page names does not exist.
pub(super) fn check(root: &Path, exists: &Exists<'_>) -> Result<(), TaskError> {
    let page = super::read(&root.join(FILE))?;
    let named = named(&page);
    let wrong = |problem| TaskError::Catalogue { file: FILE.into(), problem };
    if named.is_empty() {
        return Err(wrong("no table with the column `test` names a test".to_owned()));
    }
    let gone = named.into_iter().find(|name| !exists(catalogue::parts(name)));
    gone.map_or(Ok(()), |name| Err(wrong(format!("there is no test `{name}`"))))
}

/// Returns what stands in backticks in the last column of tables, if that column is called `test`.
fn named(page: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut is_inside = false;
    for line in page.lines() {
        let cell =
            line.strip_prefix('|').and_then(|row| row.trim_end_matches('|').split('|').next_back());
        is_inside = cell.is_some_and(|cell| is_inside || cell.trim() == "test");
        if let (true, Some(cell)) = (is_inside, cell) {
            names.extend(cell.split('`').skip(1).step_by(2));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_what_stands_in_the_last_column() {
        let page = "| promise | kept by | test |\n|---|---|---|\n| `a` | `b` | `clx-a::b x`, `clx-a y` |\n\n\
                    | who | is trusted |\n|---|---|\n| `c` | `d` |\n";
        assert_eq!(named(page), ["clx-a::b x", "clx-a y"]);
    }

    #[test]
    fn test_that_is_gone_is_named() {
        let root = crate::root::repository().unwrap();
        check(&root, &|_| true).unwrap();
        let error = check(&root, &|_| false).unwrap_err().to_string();
        assert!(error.contains("docs/security.md: there is no test `clx-"), "{error}");
    }
}
