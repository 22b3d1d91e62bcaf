//! Finds installed kernels by name. Principal type: [`KernelSearch`].

use std::fs;
use std::path::{Path, PathBuf};

use crate::environment::Environment;
use crate::error::KernelError;
use crate::spec::KernelSpec;

/// The directories in which kernels are looked for, in order: each part of `JUPYTER_PATH`, the
/// user's data directory, the prefixes of the caller, `/usr/local` and `/usr`.
///
/// The first match wins, and upper and lower case are the same.
#[derive(Debug, Clone)]
pub struct KernelSearch {
    /// Each ends in `kernels` and may be missing.
    directories: Vec<PathBuf>,
}

impl KernelSearch {
    /// Makes a search of the directories that `environment` names (`JUPYTER_PATH`,
    /// `JUPYTER_DATA_DIR`, `XDG_DATA_HOME`, `HOME`) and of `share/jupyter/kernels` below each
    /// prefix, such as the folder of a virtual environment.
    #[must_use]
    pub fn new(environment: &Environment, prefixes: &[PathBuf]) -> Self {
        let jupyter_path = environment.get("JUPYTER_PATH").unwrap_or_default();
        let system = ["/usr/local", "/usr"].map(PathBuf::from);
        let below_prefixes = prefixes.iter().chain(&system).map(|path| path.join("share/jupyter"));
        let directories = std::env::split_paths(jupyter_path)
            .filter(|path| !path.as_os_str().is_empty())
            .chain(user_data_directory(environment))
            .chain(below_prefixes)
            .map(|path| path.join("kernels"))
            .collect();
        Self { directories }
    }

    /// Returns the directories, in order.
    #[must_use]
    pub fn directories(&self) -> &[PathBuf] {
        &self.directories
    }

    /// Finds a kernel.
    ///
    /// # Errors
    /// [`KernelError::NotFound`] with the names that are there; [`KernelError::UnreadableSpec`],
    /// [`KernelError::InvalidSpec`] and [`KernelError::EmptyCommand`] if the first match is broken.
    pub fn find(&self, name: &str) -> Result<KernelSpec, KernelError> {
        let found = self.installed();
        match found.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)) {
            Some((_, directory)) => KernelSpec::read(directory),
            None => Err(KernelError::NotFound {
                name: name.to_owned(),
                found: found.into_iter().map(|(name, _)| name).collect(),
                searched: self.directories.clone(),
            }),
        }
    }

    /// Returns the name and directory of each kernel, those that come first hiding others of the
    /// same name. The kernelspecs are not read.
    #[must_use]
    pub fn installed(&self) -> Vec<(String, PathBuf)> {
        let mut found: Vec<(String, PathBuf)> = Vec::new();
        for (name, directory) in self.directories.iter().flat_map(|path| kernels_in(path)) {
            if !found.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name)) {
                found.push((name, directory));
            }
        }
        found
    }
}

fn user_data_directory(environment: &Environment) -> Option<PathBuf> {
    let path = |name| environment.get(name).map(PathBuf::from);
    path("JUPYTER_DATA_DIR")
        .or_else(|| Some(path("XDG_DATA_HOME")?.join("jupyter")))
        .or_else(|| Some(path("HOME")?.join(".local/share/jupyter")))
}

/// Returns the kernels directly in `directory`, sorted; none if it cannot be read.
fn kernels_in(directory: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(directory).into_iter().flatten().filter_map(Result::ok);
    let mut kernels: Vec<_> = entries
        .filter(|entry| entry.path().join("kernel.json").exists())
        .filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path())))
        .collect();
    kernels.sort();
    kernels
}

#[cfg(test)]
mod tests {
    use super::*;

    fn install(base: &Path, name: &str, json: &str) -> PathBuf {
        let directory = base.join("kernels").join(name);
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("kernel.json"), json).unwrap();
        directory
    }

    const SPEC: &str = r#"{"argv": ["run", "--file={connection_file}", "{resource_dir}/k.jar"]}"#;

    #[test]
    fn directories_are_searched_in_the_documented_order() {
        let check = |variables: &[(&str, &str)], expected: &[&str]| {
            let environment: Environment = variables.iter().copied().collect();
            let search = KernelSearch::new(&environment, &[PathBuf::from("/tools")]);
            let last = ["/tools/share", "/usr/local/share", "/usr/share"];
            let last = last.map(|path| format!("{path}/jupyter/kernels"));
            let expected = expected.iter().map(|path| format!("{path}/kernels")).chain(last);
            let expected: Vec<_> = expected.map(PathBuf::from).collect();
            assert_eq!(search.directories(), expected);
        };
        check(&[], &[]);
        check(&[("HOME", "/h")], &["/h/.local/share/jupyter"]);
        check(&[("HOME", "/h"), ("XDG_DATA_HOME", "/x")], &["/x/jupyter"]);
        check(&[("XDG_DATA_HOME", "/x"), ("JUPYTER_DATA_DIR", "/d")], &["/d"]);
        check(&[("JUPYTER_PATH", "/a::/b"), ("HOME", "")], &["/a", "/b"]);
    }

    #[test]
    fn first_match_wins_whatever_its_case() {
        let base = tempfile::tempdir().unwrap();
        let (first, second) = (base.path().join("1"), base.path().join("2"));
        let path = std::env::join_paths([&first, &second]).unwrap();
        let directory = install(&first, "Python3", SPEC);
        install(&second, "python3", "broken");
        install(&second, "java", SPEC);
        let search = KernelSearch::new(&Environment::from_iter([("JUPYTER_PATH", path)]), &[]);
        let spec = search.find("PYTHON3").unwrap();
        assert_eq!((spec.name.as_str(), &spec.directory), ("Python3", &directory));
        assert_eq!(search.find("java").unwrap().directory, second.join("kernels/java"));
    }

    #[test]
    fn unknown_kernel_is_an_error_that_lists_what_is_there() {
        let base = tempfile::tempdir().unwrap();
        install(base.path(), "b", SPEC);
        install(base.path(), "a", SPEC);
        fs::create_dir(base.path().join("kernels/no-kernel")).unwrap();
        let search = KernelSearch { directories: vec![base.path().join("kernels")] };
        let error = search.find("c").unwrap_err();
        let KernelError::NotFound { name, found, searched } = error else { panic!("{error:?}") };
        assert_eq!((name.as_str(), found), ("c", vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(searched, search.directories);
    }

    #[test]
    fn broken_kernelspec_is_an_error_with_its_path() {
        let base = tempfile::tempdir().unwrap();
        let search = KernelSearch { directories: vec![base.path().join("kernels")] };
        let check = |json: &str, message: &str| {
            install(base.path(), "k", json);
            let error = search.find("k").unwrap_err().to_string();
            assert!(error.ends_with(message) && error.contains("kernels/k/kernel.json"), "{error}");
        };
        check("{", "is no valid kernelspec");
        check("{}", "is no valid kernelspec");
        check(r#"{"argv": []}"#, "names no program");
    }

    #[test]
    fn placeholders_are_replaced_within_arguments() {
        let base = tempfile::tempdir().unwrap();
        let directory = install(base.path(), "k", SPEC);
        let arguments = KernelSpec::read(&directory).unwrap().arguments(Path::new("/run/c.json"));
        let jar = format!("{}/k.jar", directory.display());
        assert_eq!(arguments, ["--file=/run/c.json", &jar]);
    }
}
