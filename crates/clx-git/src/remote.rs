//! Addresses that outputs are pushed to. Principal type: [`RemoteUrl`].

use std::fmt;
use std::path::{Component, Path, PathBuf};

use crate::error::RemoteError;

/// Transports that are used; Git is told the same.
const SCHEMES: [&str; 4] = ["https", "ssh", "git", "file"];

/// An address that runs no program and names no repository inside the course. Displayed without a
/// password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteUrl(String);

impl RemoteUrl {
    /// Puts an address together from the spec's `repository-base` and the name of a repository.
    ///
    /// `forbidden` are directories in which no repository may lie: the course and its outputs.
    ///
    /// # Errors
    /// [`RemoteError::Address`].
    pub fn new(base: &str, name: &str, forbidden: &[PathBuf]) -> Result<Self, RemoteError> {
        let base = base.trim().trim_end_matches('/');
        let separator = if base.ends_with(':') { "" } else { "/" };
        let url = Self(format!("{base}{separator}{name}"));
        match fault(&url.0, forbidden) {
            None => Ok(url),
            Some(fault) => Err(RemoteError::Address { address: url.to_string(), fault }),
        }
    }

    /// Returns the address as Git takes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RemoteUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_password(&self.0))
    }
}

/// Returns an address with stars in place of a password.
pub(crate) fn without_password(address: &str) -> String {
    let masked = || {
        let (scheme, rest) = address.split_once("://")?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (login, host) = authority.rsplit_once('@')?;
        let (user, _) = login.split_once(':')?;
        Some(format!("{scheme}://{user}:***@{host}/{path}"))
    };
    masked().unwrap_or_else(|| address.to_owned())
}

fn fault(address: &str, forbidden: &[PathBuf]) -> Option<&'static str> {
    if address.starts_with('-') {
        return Some("it reads like an option");
    }
    if address.chars().any(char::is_control) {
        return Some("it has control characters");
    }
    // `ext::command` and the like, which are for Git's own scripts.
    let is_helper =
        |before: &str| before.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    if address.split_once("::").is_some_and(|(before, _)| is_helper(before)) {
        return Some("it names a helper program");
    }
    if let Some((scheme, rest)) = address.split_once("://") {
        let authority = rest.split('/').next().unwrap_or_default();
        return match scheme {
            "file" => local_fault(Path::new(rest), forbidden),
            _ if !SCHEMES.contains(&scheme) => Some("only https, ssh, git and file are used"),
            _ => host_fault(authority),
        };
    }
    let first = address.split('/').next().unwrap_or_default();
    match first.split_once(':') {
        Some((host, _)) => host_fault(host),
        None => local_fault(Path::new(address), forbidden),
    }
}

fn host_fault(authority: &str) -> Option<&'static str> {
    let host = authority.rsplit('@').next().unwrap_or_default();
    let is_option = authority.starts_with('-') || host.starts_with('-');
    match host {
        "" => Some("it has no host"),
        _ if is_option => Some("its host reads like an option"),
        _ => None,
    }
}

fn local_fault(path: &Path, forbidden: &[PathBuf]) -> Option<&'static str> {
    if !path.is_absolute() || path.components().any(|part| part == Component::ParentDir) {
        return Some("a path has to be absolute, without `..`");
    }
    // What lies there depends on who looks: `/proc/self/cwd`.
    if path.starts_with("/proc") || path.starts_with("/dev") {
        return Some("it names no place on a disk");
    }
    let real = real(path);
    let is_inside = |directory: &PathBuf| real.starts_with(self::real(directory));
    forbidden.iter().any(is_inside).then_some("it lies inside the course")
}

/// Resolves a path as far as it exists; what does not exist is taken as text.
fn real(path: &Path) -> PathBuf {
    for existing in path.ancestors() {
        if let Ok(real) = existing.canonicalize() {
            return real.join(path.strip_prefix(existing).unwrap_or(Path::new("")));
        }
    }
    path.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(base: &str, expected: Result<&str, &str>) {
        let url = RemoteUrl::new(base, "c-en", &["/course".into()]);
        let found = url.map(|url| url.to_string()).map_err(|error| error.to_string());
        let expected = expected.map(str::to_owned).map_err(|fault| {
            format!("the address `{}/c-en` is refused: {fault}", base.trim_end_matches('/'))
        });
        assert_eq!(found, expected);
    }

    #[test]
    fn usual_addresses_are_used() {
        check("https://host/courses/", Ok("https://host/courses/c-en"));
        check("git@host:courses", Ok("git@host:courses/c-en"));
        check("git@host:", Ok("git@host:c-en"));
        check("ssh://git@host:22/courses", Ok("ssh://git@host:22/courses/c-en"));
        check("ssh://git@[::1]/courses", Ok("ssh://git@[::1]/courses/c-en"));
        check("file:///srv/git", Ok("file:///srv/git/c-en"));
        check("/srv/git", Ok("/srv/git/c-en"));
        check("https://me:secret@host/a", Ok("https://me:***@host/a/c-en"));
    }

    #[test]
    fn addresses_that_run_programs_are_refused() {
        check("ext::sh -c touch% /tmp/x", Err("it names a helper program"));
        check("-oProxyCommand=x:y", Err("it reads like an option"));
        check("--upload-pack=x", Err("it reads like an option"));
        check("ssh://-oProxyCommand=x/y", Err("its host reads like an option"));
        check("ssh://me@-oProxyCommand=x/y", Err("its host reads like an option"));
        check("me@-oProxyCommand=x:y", Err("its host reads like an option"));
        check("http://host/courses", Err("only https, ssh, git and file are used"));
        check("https://host\n/courses", Err("it has control characters"));
        check("https:///courses", Err("it has no host"));
    }

    #[test]
    fn repositories_inside_the_course_are_refused() {
        check("courses", Err("a path has to be absolute, without `..`"));
        check("./courses", Err("a path has to be absolute, without `..`"));
        check("file://courses", Err("a path has to be absolute, without `..`"));
        check("/srv/../course", Err("a path has to be absolute, without `..`"));
        check("/proc/self/cwd/x", Err("it names no place on a disk"));
        check("file:///./proc/self/cwd", Err("it names no place on a disk"));
        check("/course/evil", Err("it lies inside the course"));
        check("file:///course", Err("it lies inside the course"));
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("course")).unwrap();
        std::os::unix::fs::symlink(dir.path().join("course"), dir.path().join("link")).unwrap();
        let forbidden = [dir.path().join("course")];
        for base in ["link", "course", "link/deep/er"] {
            let base = dir.path().join(base).display().to_string();
            assert!(RemoteUrl::new(&base, "x", &forbidden).is_err(), "{base}");
        }
    }
}
