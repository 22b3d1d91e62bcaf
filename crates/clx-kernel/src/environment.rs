//! Variables as data, so that nothing in the depths reads the environment of the process. Principal
//! type: [`Environment`].

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

/// What a kernel inherits. Everything else that differs between two machines stays outside: a
/// kernel's results must not depend on the terminal, locale or secrets of who builds.
const INHERITED: &[&str] = &[
    "DOTNET_ROOT",
    "HOME",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "JAVA_HOME",
    "LD_LIBRARY_PATH",
    "LOGNAME",
    "NO_PROXY",
    "PATH",
    "SSL_CERT_FILE",
    "TMPDIR",
    "USER",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
];

/// A set of environment variables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment(BTreeMap<OsString, OsString>);

impl Environment {
    /// Returns the environment of this process.
    #[must_use]
    pub fn of_process() -> Self {
        Self(std::env::vars_os().collect())
    }

    /// Returns the value of a variable; an empty one counts as unset.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// Returns what a kernel inherits: variables that say where things are, such as `PATH`, `HOME`
    /// and `JAVA_HOME`, and the locale `C.UTF-8`.
    #[must_use]
    pub fn for_kernel(&self) -> Self {
        let inherited = INHERITED.iter().filter_map(|&name| Some((name, self.get(name)?)));
        inherited.chain([("LANG", OsStr::new("C.UTF-8"))]).collect()
    }

    /// Returns the names and values, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.0.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }
}

impl<N: AsRef<OsStr>, V: AsRef<OsStr>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        let owned = |(name, value): (N, V)| (name.as_ref().to_owned(), value.as_ref().to_owned());
        Self(variables.into_iter().map(owned).collect())
    }
}

impl<N: AsRef<OsStr>, V: AsRef<OsStr>> Extend<(N, V)> for Environment {
    fn extend<I: IntoIterator<Item = (N, V)>>(&mut self, variables: I) {
        self.0.extend(Self::from_iter(variables).0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernel_inherits_places_but_no_locale_or_secret() {
        let ours = [("PATH", "/bin"), ("HOME", ""), ("LANG", "de_DE"), ("TOKEN", "secret")];
        let expected = [("PATH", "/bin"), ("LANG", "C.UTF-8")];
        assert_eq!(Environment::from_iter(ours).for_kernel(), Environment::from_iter(expected));
    }
}
