//! What pictures depend on beside their sources. Principal function: [`identity`].

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use clx_core::{ContentHash, KeyBuilder};

use crate::settings::PlantUmlSettings;

/// Raise the number whenever this crate draws differently: options, added lines, how includes are
/// laid.
const SCHEMA: &str = "plantuml-1";

/// Directories of fonts and their settings, on the system and below the home directory.
const FONTS: [&str; 3] = ["/etc/fonts", "/usr/local/share/fonts", "/usr/share/fonts"];
const OWN_FONTS: [&str; 3] = [".config/fontconfig", ".fonts", ".local/share/fonts"];

/// Deeper directories are left out, against links that lead in circles.
const MAX_DEPTH: u32 = 8;

/// Returns a hash that changes when the tools do. Reads no file but that with the version of Java.
pub(crate) fn identity(settings: &PlantUmlSettings) -> ContentHash {
    let home = settings.environment.get("HOME").map(Path::new);
    let fonts = FONTS.iter().map(PathBuf::from);
    let own = home.into_iter().flat_map(|home| OWN_FONTS.map(|name| home.join(name)));
    let mut key = KeyBuilder::new(SCHEMA)
        .with("jar", size_and_change(&settings.jar))
        .with("java", java_version(&settings.java));
    key = match &settings.dot {
        Some(dot) => {
            key.with("dot", dot.as_os_str().as_encoded_bytes()).with("dot", size_and_change(dot))
        }
        None => key.with("layout", "smetana"),
    };
    for directory in fonts.chain(own) {
        let mut files = Vec::new();
        collect(&directory, MAX_DEPTH, &mut files);
        files.sort();
        for file in files {
            key = key.with("font", file);
        }
    }
    key.finish()
}

/// Returns a hash of what a class-data archive is bound to.
pub(crate) fn archive_digest(settings: &PlantUmlSettings) -> String {
    let key = KeyBuilder::new("plantuml-archive-1")
        .with("jar", settings.jar.as_os_str().as_encoded_bytes())
        .with("jar", size_and_change(&settings.jar))
        .with("java", java_version(&settings.java));
    key.finish().to_hex()[..12].to_owned()
}

/// Returns the file `release` of a Java: it has the version and the vendor. Without it, size and time
/// of change of the program stand for them.
fn java_version(java: &Path) -> Vec<u8> {
    let program = fs::canonicalize(java).unwrap_or_else(|_| java.to_owned());
    let release = program.ancestors().nth(2).map(|home| home.join("release"));
    release
        .and_then(|release| fs::read(release).ok())
        .unwrap_or_else(|| size_and_change(&program).into_bytes())
}

fn size_and_change(path: &Path) -> String {
    trace(fs::metadata(path).ok().as_ref())
}

fn trace(data: Option<&Metadata>) -> String {
    format!("{:?}", data.map(|data| (data.len(), data.mtime(), data.mtime_nsec())))
}

fn collect(directory: &Path, depth: u32, files: &mut Vec<String>) {
    for entry in fs::read_dir(directory).into_iter().flatten().filter_map(Result::ok) {
        let path = entry.path();
        // Behind links, as fontconfig looks.
        let Ok(data) = fs::metadata(&path) else { continue };
        if !data.is_dir() {
            files.push(format!("{} {}", path.display(), trace(Some(&data))));
        } else if depth > 0 {
            collect(&path, depth - 1, files);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_changes_with_each_tool_and_font() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        fs::create_dir_all(path("jdk/bin")).unwrap();
        fs::create_dir_all(path("home/.fonts/deep")).unwrap();
        for name in ["jdk/bin/java", "jdk/release", "x.jar", "dot", "home/.fonts/deep/a.ttf"] {
            fs::write(path(name), "1").unwrap();
        }
        let mut settings = PlantUmlSettings::new(path("jdk/bin/java"), path("x.jar"), path("base"));
        settings.dot = Some(path("dot"));
        settings.environment.insert("HOME".to_owned(), path("home").into());
        let mut before = identity(&settings);
        assert_eq!(identity(&settings), before);
        for name in ["jdk/release", "x.jar", "dot", "home/.fonts/deep/a.ttf"] {
            fs::write(path(name), "another one").unwrap();
            let now = identity(&settings);
            assert_ne!(now, before, "{name}");
            before = now;
        }
        fs::write(path("jdk/bin/java"), "the version counts").unwrap();
        assert_eq!(identity(&settings), before);
        settings.dot = None;
        assert_ne!(identity(&settings), before);
    }
}
