//! Package sources and settings of a Debian host. Principal type: [`Source`].

use std::fs;
use std::path::{Path, PathBuf};

/// The release that bases are made of.
pub(crate) const RELEASE: &str = "bookworm";

/// Settings that decide whether packages can be fetched at all; others are the host's taste.
const SETTINGS: [&str; 7] = [
    "::Proxy ",
    "::Check-Valid-Until ",
    "::Check-Date ",
    "::Verify-Peer ",
    "::Verify-Host ",
    "::Retries ",
    "::Timeout ",
];

/// A place from which packages of the release come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) uri: String,
    /// Such as `bookworm-updates`.
    pub(crate) suite: String,
    components: Vec<String>,
    /// The file with its keys, if it is not signed by the usual ones.
    pub(crate) signed_by: Option<PathBuf>,
    is_trusted: bool,
}

impl Source {
    /// Returns it as a line of a source list.
    pub(crate) fn to_line(&self) -> String {
        let signed_by = self.signed_by.as_ref().map(|path| format!("signed-by={}", path.display()));
        let trusted = self.is_trusted.then(|| "trusted=yes".to_owned());
        let options: Vec<_> = signed_by.into_iter().chain(trusted).collect();
        let options =
            if options.is_empty() { String::new() } else { format!("[{}] ", options.join(" ")) };
        format!("deb {options}{} {} {}", self.uri, self.suite, self.components.join(" "))
    }
}

/// Returns Debian's own sources of the release among those of the host whose settings lie below `etc_apt`.
pub(crate) fn sources(etc_apt: &Path) -> Vec<Source> {
    let mut files = vec![etc_apt.join("sources.list")];
    let entries = fs::read_dir(etc_apt.join("sources.list.d")).into_iter().flatten();
    let mut further: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    further.sort();
    files.append(&mut further);
    let parse = |path: &PathBuf| {
        let text = || fs::read_to_string(path).unwrap_or_default();
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("list") => lines(&text()),
            Some("sources") => stanzas(&text()),
            Some(_) | None => Vec::new(),
        }
    };
    let is_debian = |source: &Source| {
        let rest = source.suite.strip_prefix(RELEASE);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
            && source.components.iter().any(|component| component == "main")
    };
    files.iter().flat_map(parse).filter(is_debian).collect()
}

/// Returns where a minimal system can be fetched from.
pub(crate) fn mirror(sources: &[Source]) -> Option<&Source> {
    sources.iter().find(|source| source.suite == RELEASE)
}

/// Reads the old format: `deb [options] uri suite component…`.
fn lines(text: &str) -> Vec<Source> {
    let source = |line: &str| {
        let line = line.split('#').next()?.trim().strip_prefix("deb")?;
        let line = line.starts_with(char::is_whitespace).then(|| line.trim_start())?;
        let (options, rest) = match line.strip_prefix('[') {
            Some(line) => line.split_once(']')?,
            None => ("", line),
        };
        let option = |name: &str| {
            options
                .split_whitespace()
                .find_map(|option| option.strip_prefix(name)?.strip_prefix('='))
        };
        let mut words = rest.split_whitespace().map(str::to_owned);
        Some(Source {
            uri: words.next()?,
            suite: words.next()?,
            components: words.collect(),
            signed_by: option("signed-by").filter(|path| path.starts_with('/')).map(PathBuf::from),
            is_trusted: option("trusted") == Some("yes"),
        })
    };
    text.lines().filter_map(source).collect()
}

/// Reads the format with fields; a stanza may stand for several sources.
fn stanzas(text: &str) -> Vec<Source> {
    let kept: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
    kept.join("\n").split("\n\n").flat_map(stanza).collect()
}

fn stanza(text: &str) -> Vec<Source> {
    let field = |name: &str| {
        let mut fields = text.lines().filter_map(|line| line.split_once(':'));
        let found = fields.find(|(found, _)| found.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value.trim())
    };
    let words = |name: &str| field(name).split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let is_off = field("Enabled").eq_ignore_ascii_case("no");
    if is_off || !words("Types").iter().any(|kind| kind == "deb") {
        return Vec::new();
    }
    let signed_by = Some(field("Signed-By")).filter(|path| path.starts_with('/'));
    let source = |uri: &String, suite: &String| Source {
        uri: uri.clone(),
        suite: suite.clone(),
        components: words("Components"),
        signed_by: signed_by.map(PathBuf::from),
        is_trusted: field("Trusted").eq_ignore_ascii_case("yes"),
    };
    let (uris, suites) = (words("URIs"), words("Suites"));
    uris.iter().flat_map(|uri| suites.iter().map(move |suite| source(uri, suite))).collect()
}

/// Picks from what `apt-config dump` prints what a container needs, too.
pub(crate) fn settings(dump: &str) -> String {
    let is_needed = |line: &&str| {
        line.starts_with("Acquire::") && SETTINGS.iter().any(|name| line.contains(name))
    };
    dump.lines().filter(is_needed).map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(sources: &[Source]) -> Vec<String> {
        sources.iter().map(Source::to_line).collect()
    }

    #[test]
    fn both_formats_are_read_and_only_debian_is_taken() {
        let etc = tempfile::tempdir().unwrap();
        fs::create_dir(etc.path().join("sources.list.d")).unwrap();
        let write = |name: &str, text: &str| fs::write(etc.path().join(name), text).unwrap();
        write(
            "sources.list",
            "# deb http://old.test/debian bookworm main\n\
             deb http://a.test/debian bookworm main contrib # the usual\n\
             deb-src http://a.test/debian bookworm main\n\
             deb [arch=amd64 signed-by=/k/x.gpg trusted=yes] http://b.test/x bookworm-updates main\n\
             deb http://c.test/tool stable main\n",
        );
        write(
            "sources.list.d/debian.sources",
            "Types: deb deb-src\n# http://snapshot.test\nURIs: http://d.test/debian\n\
             Suites: bookworm-security bookwormish\nComponents: main\n\
             Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n\n\
             Types: deb\nURIs: http://e.test\nSuites: bookworm\nComponents: main\nEnabled: no\n",
        );
        write("sources.list.d/off.list.disabled", "deb http://f.test bookworm main\n");
        write("sources.list.d/tool.list", "deb http://g.test bookworm stable\n");
        let found = sources(etc.path());
        let expected = [
            "deb http://a.test/debian bookworm main contrib",
            "deb [signed-by=/k/x.gpg trusted=yes] http://b.test/x bookworm-updates main",
            "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://d.test/debian \
             bookworm-security main",
        ];
        assert_eq!(shown(&found), expected);
        assert_eq!(mirror(&found).unwrap().uri, "http://a.test/debian");
        assert!(sources(Path::new("/nowhere")).is_empty());
    }

    #[test]
    fn only_settings_of_fetching_are_taken() {
        let dump = "APT::Get::Assume-Yes \"true\";\nAcquire::cdrom::mount \"/media\";\n\
            Acquire::http::Proxy \"http://p.test\";\nAcquire::Check-Date \"false\";\n";
        let expected = "Acquire::http::Proxy \"http://p.test\";\nAcquire::Check-Date \"false\";\n";
        assert_eq!(settings(dump), expected);
    }
}
