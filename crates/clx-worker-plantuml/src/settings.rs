//! Programs, directories and limits. Principal type: [`PlantUmlSettings`].

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{Access, access};

use crate::error::PlantUmlError;

/// The variables that Java and Graphviz inherit: they say where things are. Pictures must not depend on
/// others of whoever builds, nor show them.
const INHERITED: [&str; 6] =
    ["HOME", "LD_LIBRARY_PATH", "PATH", "TZ", "XDG_CACHE_HOME", "XDG_DATA_HOME"];

/// What PlantUML is run with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlantUmlSettings {
    /// The program `java`, version 8 or newer.
    pub java: PathBuf,
    /// PlantUML.
    pub jar: PathBuf,
    /// The program `dot`; without it, PlantUML's own layout is used.
    pub dot: Option<PathBuf>,
    /// The directory below which each process has a private one, in which included files are laid.
    pub base: PathBuf,
    /// The directory of class-data archives, which halve the start of Java. Used if
    /// [`PlantUmlTools::make_archive`](crate::PlantUmlTools::make_archive) was called for the same
    /// Java and PlantUML.
    pub archives: Option<PathBuf>,
    /// All variables that it sees, but for a few that clx adds; by default none.
    pub environment: BTreeMap<String, OsString>,
    /// How long one picture may take, the start of Java included; by default 60 s.
    pub picture_limit: Duration,
    /// How long an unused JVM stays; by default 60 s.
    pub idle_limit: Duration,
    /// After how many pictures a JVM is replaced, at least 1; by default 500.
    pub max_pictures: u32,
}

impl PlantUmlSettings {
    /// Uses these programs, without `dot` and archives, and the default limits.
    #[must_use]
    pub fn new(java: PathBuf, jar: PathBuf, base: PathBuf) -> Self {
        Self {
            java,
            jar,
            dot: None,
            base,
            archives: None,
            environment: BTreeMap::new(),
            picture_limit: Duration::from_secs(60),
            idle_limit: Duration::from_secs(60),
            max_pictures: 500,
        }
    }

    /// Finds the programs: `java` below `JAVA_HOME`, else in `PATH`; `dot` in `GRAPHVIZ_DOT`, else in
    /// `PATH`. Java inherits these variables and where else things are, nothing more.
    ///
    /// # Errors
    /// [`PlantUmlError::JavaMissing`], [`PlantUmlError::JarMissing`].
    pub fn of_process(jar: &Path, base: &Path) -> Result<Self, PlantUmlError> {
        Self::of_environment(jar, base, |name| std::env::var_os(name))
    }

    fn of_environment(
        jar: &Path,
        base: &Path,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, PlantUmlError> {
        let path = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let search = variable("PATH").unwrap_or_default();
        let at_home = path("JAVA_HOME").map(|home| home.join("bin/java"));
        let java = at_home.filter(|java| is_program(java)).or_else(|| find("java", &search));
        let dot =
            path("GRAPHVIZ_DOT").filter(|dot| is_program(dot)).or_else(|| find("dot", &search));
        if !jar.is_file() {
            return Err(PlantUmlError::JarMissing { path: jar.to_owned() });
        }
        let java = java.ok_or(PlantUmlError::JavaMissing)?;
        let inherited =
            INHERITED.iter().filter_map(|&name| Some((name.to_owned(), variable(name)?)));
        let environment = inherited.collect();
        Ok(Self { dot, environment, ..Self::new(java, jar.to_owned(), base.to_owned()) })
    }
}

fn find(name: &str, search: &OsStr) -> Option<PathBuf> {
    let found = std::env::split_paths(search).map(|directory| directory.join(name));
    std::path::absolute(found.into_iter().find(|path| is_program(path))?).ok()
}

fn is_program(path: &Path) -> bool {
    path.is_file() && access(path, Access::EXEC_OK).is_ok()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn programs_are_found_in_the_order_of_the_variables() {
        let directory = tempfile::tempdir().unwrap();
        let program = |name: &str| {
            let path = directory.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
            path
        };
        let (at_home, java) = (program("home/bin/java"), program("bin/java"));
        let (own, dot) = (program("own/dot"), program("bin/dot"));
        let jar = program("plantuml.jar");
        let search = java.parent().unwrap().as_os_str().to_owned();
        let find = |variables: &[(&str, &OsStr)]| {
            let variable = |name: &str| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            PlantUmlSettings::of_environment(&jar, Path::new("base"), variable)
        };
        let home = directory.path().join("home");
        let all = [
            ("PATH", search.as_os_str()),
            ("JAVA_HOME", home.as_os_str()),
            ("GRAPHVIZ_DOT", own.as_os_str()),
        ];
        let found = find(&all).unwrap();
        assert_eq!((found.java, found.dot), (at_home, Some(own.clone())));
        assert_eq!(found.environment.keys().collect::<Vec<_>>(), ["PATH"]);
        let found = find(&all[..1]).unwrap();
        assert_eq!((found.java, found.dot), (java, Some(dot)));
        assert!(matches!(find(&all[2..]), Err(PlantUmlError::JavaMissing)));
    }

    #[test]
    fn missing_jar_is_named() {
        let error =
            PlantUmlSettings::of_process(Path::new("no.jar"), Path::new("base")).unwrap_err();
        assert!(matches!(error, PlantUmlError::JarMissing { path } if path == Path::new("no.jar")));
    }
}
