//! How Java and PlantUML are called. Principal type: [`Invocation`].

use std::path::{Path, PathBuf};

use clx_core::PictureFormat;
use clx_process::{Spawn, Stderr, Stdin, Stdout};

use crate::settings::PlantUmlSettings;

/// Larger pictures are cut off, in pixels each way. PlantUML's own limit is 4096.
pub(crate) const SIZE_LIMIT: u32 = 8192;

/// Starts fast and stays small: no second compiler, one thread for the heap. Java's own messages
/// would stand among the pictures; a crash report goes to the working directory.
const JAVA: [&str; 9] = [
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    "-XX:-UsePerfData",
    "-XX:+ExitOnOutOfMemoryError",
    "-Xlog:disable",
    "-Xshare:auto",
    "-Djava.awt.headless=true",
    "-Dfile.encoding=UTF-8",
    "-Djava.util.logging.config.file=/dev/null",
];

/// The heap of a JVM that stays, and of one for a single picture, which may be the one that the
/// first could not draw.
const WARM_HEAP: &str = "-Xmx256m";
const COLD_HEAP: &str = "-Xmx1g";

/// Sources come from the standard input, one after the other. Pictures carry neither their source nor
/// dates.
const PLANTUML: [&str; 5] = ["-pipe", "-noerror", "-nometadata", "-charset", "UTF-8"];

/// Stands before Graphviz and tells the error stream of PlantUML when that fails: PlantUML draws it,
/// sometimes without a word.
pub(crate) const GRAPHVIZ_SCRIPT: &str = r#"#!/bin/sh
"$CLX_DOT" "$@"
status=$?
[ "$status" -eq 0 ] || echo "Graphviz failed with exit status $status" >"/proc/$PPID/fd/2"
exit "$status"
"#;

/// Its name in the private directory, and how its words begin.
pub(crate) const GRAPHVIZ_FILE: &str = "dot";
pub(crate) const GRAPHVIZ_FAILED: &str = "Graphviz failed";

/// What a JVM is for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose<'a> {
    /// Many pictures; after each comes this mark.
    Warm { mark: &'a str },
    /// One picture.
    Cold,
    /// The place of one error, also in an included file.
    Locate,
    /// A class-data archive, written at the end.
    Archive { path: &'a Path },
}

/// A call, but for its purpose.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Invocation<'a> {
    pub(crate) settings: &'a PlantUmlSettings,
    /// The directory in which PlantUML runs, and the only one whose files it may read.
    pub(crate) directory: &'a Path,
    /// The archive, if there is one.
    pub(crate) archive: Option<&'a Path>,
    pub(crate) format: PictureFormat,
}

impl Invocation<'_> {
    /// Returns the command. It ends with us, and `dot` with it.
    pub(crate) fn spawn(&self, purpose: Purpose<'_>) -> Spawn {
        let Self { settings, directory, .. } = self;
        let property = |name: &str, path: &Path| format!("-D{name}={}", path.display());
        let spawn = Spawn::new(&settings.java)
            .args(JAVA)
            .arg(if matches!(purpose, Purpose::Warm { .. }) { WARM_HEAP } else { COLD_HEAP })
            .args(self.archive_option(purpose))
            .arg(property("java.io.tmpdir", directory))
            .arg(format!("-DPLANTUML_LIMIT_SIZE={SIZE_LIMIT}"))
            .arg("-DPLANTUML_SECURITY_PROFILE=ALLOWLIST")
            .arg(property("plantuml.allowlist.path", directory))
            .arg("-jar")
            .arg(&settings.jar)
            .args(PLANTUML)
            .args(purpose_options(purpose))
            .arg(format!("-t{}", self.format.name()))
            .args(settings.dot.is_none().then_some("-Playout=smetana"));
        self.with_environment(spawn)
            .current_dir(directory)
            .stdin(Stdin::Piped)
            .stdout(Stdout::Piped)
            .stderr(Stderr::Piped)
            .guarded(true)
    }

    fn archive_option(&self, purpose: Purpose<'_>) -> Option<String> {
        match (purpose, self.archive) {
            (Purpose::Archive { path }, _) => {
                Some(format!("-XX:ArchiveClassesAtExit={}", path.display()))
            }
            (Purpose::Warm { .. } | Purpose::Cold | Purpose::Locate, Some(path)) => {
                Some(format!("-XX:SharedArchiveFile={}", path.display()))
            }
            (Purpose::Warm { .. } | Purpose::Cold | Purpose::Locate, None) => None,
        }
    }

    fn with_environment(&self, spawn: Spawn) -> Spawn {
        let variables = self.settings.environment.iter();
        let spawn =
            variables.fold(spawn.env_clear(), |spawn, (name, value)| spawn.env(name, value));
        let spawn = spawn.env("LC_ALL", "C.UTF-8");
        match &self.settings.dot {
            Some(dot) => {
                spawn.env("GRAPHVIZ_DOT", self.directory.join(GRAPHVIZ_FILE)).env("CLX_DOT", dot)
            }
            None => spawn,
        }
    }
}

fn purpose_options(purpose: Purpose<'_>) -> Vec<&str> {
    match purpose {
        Purpose::Warm { mark } => vec!["-stdrpt:1", "-pipedelimitor", mark],
        Purpose::Cold | Purpose::Archive { .. } => vec!["-stdrpt:1"],
        Purpose::Locate => vec!["-stdrpt:2"],
    }
}

/// Returns where the archive of these programs is, if they may have one.
pub(crate) fn archive_path(settings: &PlantUmlSettings, digest: &str) -> Option<PathBuf> {
    Some(settings.archives.as_ref()?.join(format!("plantuml-{digest}.jsa")))
}
