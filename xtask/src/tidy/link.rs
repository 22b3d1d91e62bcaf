//! Links of pages: each leads somewhere, and the book names all its pages. Principal functions:
//! [`check`], [`summary`].

use std::collections::{BTreeMap, BTreeSet};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::tree::{Finding, SourceFile, Tree};

/// Directory of the book. Its pages are read there and in the repository, so their links stay inside.
const BOOK: &str = "docs/";

/// Names the pages of the book in order.
const SUMMARY: &str = "docs/SUMMARY.md";

/// How pages of the book link to the rest of the repository.
const REPOSITORY: &str = "https://github.com/clx-build/clx/blob/main/";

/// What links need to know of a page.
#[derive(Debug, Default)]
struct Page {
    /// Lines and targets.
    links: Vec<(usize, String)>,
    /// What stands behind `#` in links to its headings.
    anchors: BTreeSet<String>,
}

/// Finds links whose file or heading is not there.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let files = tree.files().iter().filter(|file| is_page(&file.path));
    let pages: BTreeMap<&str, Page> = files.map(|file| (&*file.path, read(file))).collect();
    let links =
        pages.iter().flat_map(|(path, page)| page.links.iter().map(move |link| (*path, link)));
    let findings = links.filter_map(|(path, (line, link))| {
        let fault = fault(path, link, &pages, tree)?;
        Some(Finding::new(path, *line, format!("`{link}` {fault}")))
    });
    findings.collect()
}

/// Finds pages of the book that its summary does not name exactly once.
pub(super) fn summary(tree: &Tree) -> Vec<Finding> {
    let links = tree.file(SUMMARY).map(read).unwrap_or_default().links;
    let named: Vec<String> = links.into_iter().map(|(_, link)| format!("{BOOK}{link}")).collect();
    let is_of_book = |path: &&str| {
        path.starts_with(BOOK) && is_page(path) && *path != SUMMARY && !path.ends_with(".in.md")
    };
    let pages = tree.files().iter().map(|file| &*file.path).filter(is_of_book);
    let counts = pages.map(|path| (path, named.iter().filter(|name| *name == path).count()));
    counts
        .filter(|(_, n_named)| *n_named != 1)
        .map(|(path, n_named)| {
            Finding::new(path, 1, format!("{SUMMARY} names the page {n_named} times, not once"))
        })
        .collect()
}

fn is_page(path: &str) -> bool {
    path.ends_with(".md")
}

fn read(file: &SourceFile) -> Page {
    let mut page = Page::default();
    let mut heading = None;
    for (event, range) in Parser::new_ext(&file.text, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                let line = file.text[..range.start].matches('\n').count() + 1;
                page.links.push((line, dest_url.into_string()));
            }
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(text) | Event::Code(text) => {
                heading.iter_mut().for_each(|heading| heading.push_str(&text));
            }
            Event::End(TagEnd::Heading(_)) => {
                let anchor = anchor(&heading.take().unwrap_or_default(), &page.anchors);
                page.anchors.insert(anchor);
            }
            _ => {}
        }
    }
    page
}

/// Returns the anchor that GitHub and mdBook give a heading; equal ones are numbered.
fn anchor(heading: &str, taken: &BTreeSet<String>) -> String {
    let characters = heading.chars().filter_map(|character| match character {
        ' ' => Some('-'),
        '-' | '_' => Some(character),
        _ => character.is_alphanumeric().then(|| character.to_ascii_lowercase()),
    });
    let name: String = characters.collect();
    let numbered = (1..).map(|number| format!("{name}-{number}"));
    let mut names = std::iter::once(name.clone()).chain(numbered);
    names.find(|name| !taken.contains(name)).unwrap_or_default()
}

/// Tells what is wrong with a link, if anything is.
fn fault(
    page: &str,
    link: &str,
    pages: &BTreeMap<&str, Page>,
    tree: &Tree,
) -> Option<&'static str> {
    let (target, anchor) = link.split_once('#').unwrap_or((link, ""));
    let path = match target.strip_prefix(REPOSITORY) {
        Some(path) => path.to_owned(),
        None if target.is_empty() => page.to_owned(),
        // It leads elsewhere; nothing is fetched to find out whether that is there.
        None if target.contains(':') => return None,
        None => {
            let Some(path) = resolve(page, target) else { return Some("leaves the repository") };
            if page.starts_with(BOOK) && !path.starts_with(BOOK) {
                return Some(
                    "leaves the book, where it leads nowhere: begin it with the address of the repository",
                );
            }
            path
        }
    };
    if !tree.has(&path) {
        return Some("leads to no file");
    }
    let is_there = |page: &Page| anchor.is_empty() || page.anchors.contains(anchor);
    let is_right = pages.get(&*path).map_or(anchor.is_empty(), is_there);
    (!is_right).then_some("leads to no heading")
}

/// Returns where a relative target leads from a page; `None` if out of the repository.
fn resolve(page: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in target.trim_end_matches('/').split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::super::tree::expect;
    use super::*;

    #[test]
    fn links_that_lead_nowhere_are_found() {
        let tree = Tree::of(&[
            ("README.md", "[a](docs/a.md#two-words) [b](docs) [c](docs/b.md)\n\n[d](../x.md)"),
            ("docker/README.md", "# Images"),
            (
                "docs/a.md",
                "# A\n\n## Two `words`\n\n[a](#a) [b](#b) [c](https://example.org/#x) [d](../README.md)\n\
                 [e](https://github.com/clx-build/clx/blob/main/docker/README.md#images)\n\
                 [f](https://github.com/clx-build/clx/blob/main/docker/none.md)\n```\n[g](g.md)\n```\n",
            ),
        ]);
        expect(
            &check(&tree),
            &[
                "README.md:1: `docs/b.md` leads to no file",
                "README.md:3: `../x.md` leaves the repository",
                "docs/a.md:5: `#b` leads to no heading",
                "docs/a.md:5: `../README.md` leaves the book, where it leads nowhere: begin it with the \
                 address of the repository",
                "docs/a.md:7: `https://github.com/clx-build/clx/blob/main/docker/none.md` leads to no file",
            ],
        );
    }

    #[test]
    fn headings_have_the_anchors_that_readers_see() {
        let page = SourceFile {
            path: "a.md".to_owned(),
            text: "# The `[x]` key, in _short_\n## Same\n## Same\n### `clx db`: A & b\n".to_owned(),
        };
        let anchors: Vec<_> = read(&page).anchors.into_iter().collect();
        assert_eq!(anchors, ["clx-db-a--b", "same", "same-1", "the-x-key-in-short"]);
    }

    #[test]
    fn summary_names_each_page_once() {
        let tree = Tree::of(&[
            (SUMMARY, "- [a](a.md)\n- [b](guide/b.md)\n- [b](guide/b.md)\n"),
            ("docs/a.md", ""),
            ("docs/c.md", ""),
            ("docs/errors.in.md", ""),
            ("docs/guide/b.md", ""),
            ("README.md", ""),
        ]);
        expect(
            &summary(&tree),
            &[
                "docs/c.md:1: docs/SUMMARY.md names the page 0 times, not once",
                "docs/guide/b.md:1: docs/SUMMARY.md names the page 2 times, not once",
            ],
        );
    }
}
