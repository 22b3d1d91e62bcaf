//! What a kernel's results depend on, cheaply. Principal function: [`KernelSpec::identity`].

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use clx_core::{ContentHash, KeyBuilder};

use crate::environment::Environment;
use crate::error::KernelError;
use crate::spec::KernelSpec;

/// How names end that stand for an installed Python package.
const PACKAGE_MARKS: [&str; 3] = [".dist-info", ".egg-info", ".egg-link"];

impl KernelSpec {
    /// Returns a hash that changes when the kernel does, for keys of stored executions. Takes a few
    /// milliseconds, because it looks at files but reads nearly none:
    ///
    /// * the name, the command and the variables of the kernelspec;
    /// * name, size and time of change of each file beside it, such as the jars of a Java kernel;
    /// * path, size and time of change of the program, behind all links;
    /// * for Python, the names of what stands for an installed package where the interpreter looks:
    ///   `*.dist-info` and, as distributions still have it, `*.egg-info`, both with the version, and
    ///   `*.egg-link`.
    ///
    /// So it holds for one machine, and does not notice a package that is edited in place, a
    /// compiler that the kernel starts, or files elsewhere.
    ///
    /// # Errors
    /// [`KernelError::ProgramNotFound`].
    pub fn identity(&self, environment: &Environment) -> Result<ContentHash, KernelError> {
        let program = self.program(environment)?;
        let mut key = KeyBuilder::new("kernel-1").with("name", &self.name);
        for argument in &self.argv {
            key = key.with("argument", argument);
        }
        for (name, value) in &self.env {
            key = key.with("variable", name).with("value", value);
        }
        for file in sorted_entries(&self.directory) {
            key = key.with("file", trace_of(&file));
        }
        key = key.with("program", trace_of(&program));
        if self.language.eq_ignore_ascii_case("python") {
            for package in python_packages(&program, environment) {
                key = key.with("package", package);
            }
        }
        Ok(key.finish())
    }
}

/// Returns path, size and time of change of what `path` leads to.
fn trace_of(path: &Path) -> String {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let trace = |data: fs::Metadata| (data.len(), data.mtime(), data.mtime_nsec());
    format!("{} {:?}", path.display(), fs::metadata(&path).map(trace).ok())
}

fn sorted_entries(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().filter_map(Result::ok);
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// Returns the names of the packages, sorted within each directory.
fn python_packages(program: &Path, environment: &Environment) -> Vec<String> {
    let directories =
        python_prefixes(program, environment).into_iter().flat_map(package_directories);
    let packages = directories.flat_map(|directory| sorted_entries(&directory));
    packages
        .filter_map(|path| path.file_name()?.to_str().map(str::to_owned))
        .filter(|name| PACKAGE_MARKS.iter().any(|mark| name.ends_with(mark)))
        .collect()
}

/// Returns the prefixes below which an interpreter looks for packages: that of its virtual
/// environment, and unless that is closed its own, the local and the user's one.
fn python_prefixes(program: &Path, environment: &Environment) -> Vec<PathBuf> {
    let prefix = |program: &Path| program.ancestors().nth(2).map(Path::to_owned);
    let near = prefix(program);
    let marker = near.as_ref().map(|near| near.join("pyvenv.cfg"));
    let settings = marker.and_then(|marker| fs::read_to_string(marker).ok());
    if settings.is_some_and(|settings| !sees_system_packages(&settings)) {
        return near.into_iter().collect();
    }
    let own = fs::canonicalize(program).ok().and_then(|program| prefix(&program));
    let local = Some(PathBuf::from("/usr/local"));
    let user = environment.get("HOME").map(|home| Path::new(home).join(".local"));
    let mut prefixes: Vec<_> = [near, own, local, user].into_iter().flatten().collect();
    prefixes.sort();
    prefixes.dedup();
    prefixes
}

fn sees_system_packages(settings: &str) -> bool {
    settings.lines().filter_map(|line| line.split_once('=')).any(|(name, value)| {
        name.trim() == "include-system-site-packages" && value.trim().eq_ignore_ascii_case("true")
    })
}

/// Returns `lib/python3*/{site,dist}-packages` below a prefix.
fn package_directories(prefix: PathBuf) -> Vec<PathBuf> {
    let versions = sorted_entries(&prefix.join("lib")).into_iter().filter(|path| {
        path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"python3"))
    });
    versions
        .flat_map(|version| ["site-packages", "dist-packages"].map(|name| version.join(name)))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    struct Prefix(tempfile::TempDir);

    impl Prefix {
        /// A virtual environment with a kernelspec.
        fn new() -> Self {
            let prefix = Self(tempfile::tempdir().unwrap());
            prefix.write("base/python3.12", "#!/bin/sh");
            fs::set_permissions(prefix.path("base/python3.12"), fs::Permissions::from_mode(0o755))
                .unwrap();
            fs::create_dir(prefix.path("bin")).unwrap();
            symlink("../base/python3.12", prefix.path("bin/python")).unwrap();
            prefix.write("pyvenv.cfg", "include-system-site-packages = false\n");
            prefix.write("lib/python3.12/site-packages/ipykernel-7.4.0.dist-info/METADATA", "");
            let spec = r#"{"argv": ["python", "-m", "x"], "language": "python"}"#;
            prefix.write("share/jupyter/kernels/python3/kernel.json", spec);
            prefix
        }

        fn path(&self, path: &str) -> PathBuf {
            self.0.path().join(path)
        }

        fn write(&self, path: &str, text: &str) {
            fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
            fs::write(self.path(path), text).unwrap();
        }

        fn identity(&self) -> ContentHash {
            let spec = KernelSpec::read(&self.path("share/jupyter/kernels/python3")).unwrap();
            spec.identity(&Environment::default()).unwrap()
        }
    }

    #[test]
    fn identity_changes_with_all_that_matters() {
        let changes: [fn(&Prefix); 6] = [
            |prefix| prefix.write("lib/python3.12/site-packages/numpy-2.dist-info/METADATA", ""),
            |prefix| prefix.write("lib/python3.12/site-packages/PyJWT-2.6.0.egg-info", ""),
            |prefix| prefix.write("base/python3.12", "#!/bin/sh\n# newer"),
            |prefix| prefix.write("share/jupyter/kernels/python3/helper.jar", "new"),
            |prefix| {
                let spec = r#"{"argv": ["python", "-m", "y"], "language": "python"}"#;
                prefix.write("share/jupyter/kernels/python3/kernel.json", spec);
            },
            |prefix| {
                let spec =
                    r#"{"argv": ["python", "-m", "x"], "language": "python", "env": {"A": ""}}"#;
                prefix.write("share/jupyter/kernels/python3/kernel.json", spec);
            },
        ];
        for (index, change) in changes.iter().enumerate() {
            let prefix = Prefix::new();
            let before = prefix.identity();
            assert_eq!(prefix.identity(), before);
            change(&prefix);
            assert_ne!(prefix.identity(), before, "change {index}");
        }
    }

    #[test]
    fn identity_ignores_what_packages_contain() {
        let prefix = Prefix::new();
        let before = prefix.identity();
        prefix.write("lib/python3.12/site-packages/ipykernel/cache.pyc", "");
        assert_eq!(prefix.identity(), before);
    }
}
