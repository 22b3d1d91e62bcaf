//! From an address to what is asked for. Principal type: [`Route`].

use crate::html::SCRIPT_PATH;
use crate::options::Root;
use crate::path::decode;
use crate::tree::Place;

/// Where pages listen.
const EVENTS_PATH: &str = "/_clx/events";

/// Begins addresses that are no files.
const OWN: &str = "/_clx/";

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// The stream of announcements, after a version that has been seen.
    Events { seen: Option<String> },
    /// The script of pages.
    Script,
    /// Something in or above the roots.
    Tree(Place),
}

impl Route {
    /// Finds out what is asked for by the path of an address and what follows its question mark.
    pub(crate) fn of(path: &str, query: &str, roots: &[Root]) -> Self {
        match (path, roots) {
            ("/", [only]) => Self::Tree(Place::top(&only.name)),
            (EVENTS_PATH, _) => Self::Events { seen: seen(query) },
            (SCRIPT_PATH, _) => Self::Script,
            (path, _) if path.starts_with(OWN) => Self::Tree(Place::Nothing),
            (path, roots) => Self::Tree(Place::of(path, "", roots)),
        }
    }
}

fn seen(query: &str) -> Option<String> {
    query.split('&').find_map(|pair| decode(pair.strip_prefix("seen=")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_addresses_are_no_files() {
        let root = |name: &str| Root { name: name.to_owned(), path: "/out".into() };
        let check = |path, roots: &[Root], expected| {
            assert_eq!(Route::of(path, "x=y&seen=a-1", roots), expected, "{path}");
        };
        let (one, two) = ([root("all")], [root("all"), root("some")]);
        check("/", &two, Route::Tree(Place::Roots));
        check("/", &one, Route::Tree(Place::Elsewhere("/all/".to_owned())));
        check("/_clx/live.js", &two, Route::Script);
        check("/_clx/x", &two, Route::Tree(Place::Nothing));
        check("/_clx/events", &two, Route::Events { seen: Some("a-1".to_owned()) });
    }
}
