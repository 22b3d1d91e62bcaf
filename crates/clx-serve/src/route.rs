//! From an address to what is asked for. Principal type: [`Route`].

use std::path::PathBuf;

use crate::html::SCRIPT_PATH;
use crate::options::Root;
use crate::path::{decode, encode, relative};

/// Where pages listen.
const EVENTS_PATH: &str = "/_clx/events";

/// Begins addresses that are no files.
const OWN: &str = "/_clx/";

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// The list of the roots.
    Roots,
    /// The stream of announcements, after a version that has been seen.
    Events { seen: Option<String> },
    /// The script of pages.
    Script,
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

impl Route {
    /// Finds out what is asked for by the path of an address and what follows its question mark.
    pub(crate) fn of(path: &str, query: Option<&str>, roots: &[Root]) -> Self {
        match path {
            "/" => match roots {
                [only] => Self::Elsewhere(format!("/{}/", encode(&only.name))),
                _ => Self::Roots,
            },
            EVENTS_PATH => Self::Events { seen: query.and_then(seen) },
            SCRIPT_PATH => Self::Script,
            path if path.starts_with(OWN) => Self::Nothing,
            path => {
                decode(path).and_then(|path| Self::in_root(path, roots)).unwrap_or(Self::Nothing)
            }
        }
    }

    fn in_root(address: String, roots: &[Root]) -> Option<Self> {
        let path = address.strip_prefix('/')?;
        let (name, rest) = path.split_once('/').unwrap_or((path, ""));
        let root = roots.iter().find(|root| root.name == name)?.clone();
        if path == name {
            return Some(Self::Elsewhere(format!("/{}/", encode(name))));
        }
        Some(Self::File { root, relative: relative(rest)?, address })
    }
}

fn seen(query: &str) -> Option<String> {
    query.split('&').find_map(|pair| decode(pair.strip_prefix("seen=")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(name: &str) -> Root {
        Root { name: name.to_owned(), path: PathBuf::from("/out").join(name) }
    }

    fn check(path: &str, expected: &Route) {
        let roots = [root("all"), root("for me")];
        assert_eq!(&Route::of(path, None, &roots), expected, "{path}");
    }

    #[test]
    fn file_lies_below_a_root() {
        let file = |root, relative: &str, address: &str| Route::File {
            root,
            relative: relative.into(),
            address: address.to_owned(),
        };
        check("/all/a%20b/x.html", &file(root("all"), "a b/x.html", "/all/a b/x.html"));
        check("/for%20me/", &file(root("for me"), "", "/for me/"));
        check("/for%20me", &Route::Elsewhere("/for%20me/".to_owned()));
    }

    #[test]
    fn nothing_lies_outside_the_roots() {
        for path in
            ["/other/a", "/all/../b", "/all/%2e%2e/b", "/all/%00", "/all//etc/passwd", "/_clx/x"]
        {
            check(path, &Route::Nothing);
        }
    }

    #[test]
    fn own_addresses_are_no_files() {
        check("/", &Route::Roots);
        check("/_clx/live.js", &Route::Script);
        assert_eq!(Route::of("/", None, &[root("all")]), Route::Elsewhere("/all/".to_owned()));
        let seen = Some("a-1".to_owned());
        assert_eq!(Route::of("/_clx/events", Some("x=y&seen=a-1"), &[]), Route::Events { seen });
    }
}
