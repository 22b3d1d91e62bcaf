//! Pages that list something. Principal functions: [`directory`], [`roots`], [`missing`].

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use crate::html::escape;
use crate::options::Root;
use crate::path::encode;

const STYLE: &str = include_str!("listing.css");

/// One line of a list.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    /// Files come after directories.
    is_file: bool,
    name: String,
}

/// Lists a directory; `address` is the path of its address, decoded, and ends in a slash.
pub(crate) fn directory(path: &Path, address: &str) -> io::Result<String> {
    let mut entries = Vec::new();
    for entry in path.read_dir()? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // Staging folders and the like.
        if !name.starts_with('.') {
            entries.push(Entry { is_file: !entry.path().is_dir(), name });
        }
    }
    entries.sort();
    let parts: Vec<&str> = address.split('/').filter(|part| !part.is_empty()).collect();
    Ok(page(parts.last().unwrap_or(&"/"), &crumbs(&parts), &list(&entries)))
}

/// Lists what is served.
pub(crate) fn roots(title: &str, roots: &[Root]) -> String {
    let entry = |root: &Root| Entry { is_file: false, name: root.name.clone() };
    page(title, "", &list(&roots.iter().map(entry).collect::<Vec<_>>()))
}

/// Says that there is nothing at an address; a page that is told of changes will show it.
pub(crate) fn missing(address: &str, is_live: bool) -> String {
    let parts: Vec<&str> = address.split('/').filter(|part| !part.is_empty()).collect();
    let promise = if is_live { " This page shows it as soon as it is there." } else { "" };
    let body = format!("<p class=note>There is no such file.{promise}</p>");
    page(parts.last().unwrap_or(&"/"), &crumbs(&parts), &body)
}

/// Links to the directories above, the outermost first.
fn crumbs(parts: &[&str]) -> String {
    let mut html = String::from("<nav><a href=\"/\">All</a>");
    let mut address = String::from("/");
    for part in parts.iter().take(parts.len().saturating_sub(1)) {
        address.push_str(&encode(part));
        address.push('/');
        let _infallible = write!(html, " / <a href=\"{address}\">{}</a>", escape(part));
    }
    html + "</nav>"
}

fn list(entries: &[Entry]) -> String {
    if entries.is_empty() {
        return "<p class=note>There is nothing here yet.</p>".to_owned();
    }
    let mut html = String::from("<ul>");
    for Entry { is_file, name } in entries {
        let (class, slash) = if *is_file { ("file", "") } else { ("folder", "/") };
        // The dot keeps a name with a colon from being a scheme.
        let address = format!("./{}{slash}", encode(name));
        let name = escape(name);
        let _infallible = write!(html, "<li class={class}><a href=\"{address}\">{name}</a></li>");
    }
    html + "</ul>"
}

fn page(title: &str, crumbs: &str, body: &str) -> String {
    let title = escape(title);
    format!(
        "<!doctype html>\n<html lang=en><head><meta charset=utf-8>\
         <meta name=viewport content=\"width=device-width, initial-scale=1\">\
         <meta name=color-scheme content=\"light dark\"><link rel=icon href=\"data:,\">\
         <title>{title}</title><style>{STYLE}</style></head>\n\
         <body>{crumbs}<h1>{title}</h1>{body}</body></html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::directory;

    #[test]
    fn directories_come_first_and_names_are_escaped() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.html", "a&b.html", ".hidden"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        std::fs::create_dir(folder.path().join("Über uns")).unwrap();
        let page = directory(folder.path(), "/all/En <x>/").unwrap();
        let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} in {page}"));
        let order = [
            at("<a href=\"/all/\">all</a>"),
            at("<h1>En &lt;x&gt;</h1>"),
            at("<li class=folder><a href=\"./%C3%9Cber%20uns/\">Über uns</a>"),
            at("<li class=file><a href=\"./a%26b.html\">a&amp;b.html</a>"),
            at("./b.html"),
        ];
        assert!(order.is_sorted(), "{order:?}");
        assert!(!page.contains("hidden"));
    }
}
