//! Directories as they are served: which address is which file, and nothing outside. Principal types:
//! [`Place`], [`Tree`].

use std::path::PathBuf;

use hyper::StatusCode;

use crate::html::with_script;
use crate::media_type::HTML;
use crate::options::Root;
use crate::path::{decode, encode, relative};
use crate::reply::Reply;
use crate::{file, listing};

/// Directories that are served below a prefix of addresses, as they are.
#[derive(Debug)]
pub struct Tree<'a> {
    /// What addresses begin with, such as `/tree`; no slash at its end.
    pub prefix: &'a str,
    /// What the list of the roots has as its heading.
    pub title: &'a str,
    /// What is served.
    pub roots: &'a [Root],
}

impl Tree<'_> {
    /// Answers with what is at the path of an address. Blocks while it reads.
    #[must_use]
    pub fn answer(&self, path: &str) -> Reply {
        Place::of(path, self.prefix, self.roots).answer(self.title, self.roots, None)
    }
}

/// Where something lies.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The list of the roots.
    Roots,
    /// Something in a root.
    File {
        root: Root,
        /// Below the root.
        relative: PathBuf,
        /// The decoded path of the address.
        address: String,
    },
    /// It is at this address.
    Elsewhere(String),
    /// There is nothing, and never will be.
    Nothing,
}

impl Place {
    /// Finds out what lies at the path of an address.
    pub(crate) fn of(path: &str, prefix: &str, roots: &[Root]) -> Self {
        match path.strip_prefix(prefix) {
            Some("/") => Self::Roots,
            Some("") => Self::Elsewhere(format!("{prefix}/")),
            Some(_) => decode(path)
                .and_then(|address| Self::in_root(address, prefix, roots))
                .unwrap_or(Self::Nothing),
            None => Self::Nothing,
        }
    }

    /// Sends to a root.
    pub(crate) fn top(name: &str) -> Self {
        Self::Elsewhere(format!("/{}/", encode(name)))
    }

    fn in_root(address: String, prefix: &str, roots: &[Root]) -> Option<Self> {
        let path = address.strip_prefix(prefix)?.strip_prefix('/')?;
        let (name, rest) = path.split_once('/').unwrap_or((path, ""));
        let root = roots.iter().find(|root| root.name == name)?.clone();
        if path == name {
            return Some(Self::Elsewhere(format!("{prefix}/{}/", encode(name))));
        }
        Some(Self::File { root, relative: relative(rest)?, address })
    }

    /// Answers with it. With a version, pages get the script that takes announcements; it is that of
    /// the moment before.
    pub(crate) fn answer(self, title: &str, roots: &[Root], version: Option<&str>) -> Reply {
        match self {
            Self::Roots => {
                let page = listing::roots(title, roots).into_bytes();
                Reply::new(StatusCode::OK, HTML, with_script(page, version))
            }
            Self::File { root, relative, address } => {
                file::serve(&root, &relative, &address, version)
            }
            Self::Elsewhere(address) => Reply::elsewhere(&address),
            Self::Nothing => Reply::text(StatusCode::NOT_FOUND, "there is nothing here"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(name: &str) -> Root {
        Root { name: name.to_owned(), path: PathBuf::from("/out").join(name) }
    }

    #[track_caller]
    fn check(path: &str, prefix: &str, expected: &Place) {
        let roots = [root("all"), root("for me")];
        assert_eq!(&Place::of(path, prefix, &roots), expected, "{path}");
    }

    #[test]
    fn file_lies_below_a_root() {
        let file = |root, relative: &str, address: &str| Place::File {
            root,
            relative: relative.into(),
            address: address.to_owned(),
        };
        check("/all/a%20b/x.html", "", &file(root("all"), "a b/x.html", "/all/a b/x.html"));
        check("/for%20me/", "", &file(root("for me"), "", "/for me/"));
        check("/for%20me", "", &Place::Elsewhere("/for%20me/".to_owned()));
        check("/tree/all/x", "/tree", &file(root("all"), "x", "/tree/all/x"));
        check("/tree/all", "/tree", &Place::Elsewhere("/tree/all/".to_owned()));
        check("/tree", "/tree", &Place::Elsewhere("/tree/".to_owned()));
        check("/tree/", "/tree", &Place::Roots);
    }

    #[test]
    fn nothing_lies_outside_the_roots() {
        for path in ["/other/a", "/all/../b", "/all/%2e%2e/b", "/all/%00", "/all//etc/passwd"] {
            check(path, "", &Place::Nothing);
            check(&format!("/tree{path}"), "/tree", &Place::Nothing);
        }
        check("/all/a", "/tree", &Place::Nothing);
        check("/trees/all/a", "/tree", &Place::Nothing);
    }
}
