//! What pictures depend on besides their source. Principal function: [`identity`].

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use clx_browser::{FLAGS, program_version};
use clx_core::{ContentHash, KeyBuilder};
use serde::{Deserialize, Serialize};

use crate::bundle::{Bundle, OWN_FILES};
use crate::error::DrawioError;
use crate::settings::{DrawioSettings, Renderer};
use crate::{BORDER, PNG_SCALE};

/// Raise the number whenever the same renderer gives other pictures because of this crate.
const SCHEMA: &str = "drawio-1";

/// Below the base: what is known of the renderer.
const KNOWN: &str = "drawio-renderer.json";

/// How deep folders of fonts are searched.
const MAX_DEPTH: usize = 8;

/// The digest of a renderer, as long as its files keep their traces.
#[derive(Serialize, Deserialize)]
struct Known {
    trace: String,
    digest: ContentHash,
}

/// Returns a digest of the renderer, the fonts and this crate.
pub(crate) fn identity(
    settings: &DrawioSettings,
    home: Option<&Path>,
) -> Result<ContentHash, DrawioError> {
    let mut key = KeyBuilder::new(SCHEMA)
        .with_hash("renderer", &renderer_digest(settings)?)
        .with("flags", FLAGS.join("\n"))
        .with("page", OWN_FILES.concat())
        .with("border", BORDER.to_le_bytes())
        .with("scale", PNG_SCALE.to_le_bytes())
        .with("fonts embedded", [u8::from(settings.embeds_fonts)]);
    for (path, size) in font_folders(home).iter().flat_map(|folder| files_below(folder)) {
        key =
            key.with("font", path.as_os_str().as_encoded_bytes()).with("size", size.to_le_bytes());
    }
    Ok(key.finish())
}

/// Returns what [`Known`] says if nothing has changed: reading the scripts and asking the browser
/// takes a few tenths of a second, which a build with nothing to do has not.
fn renderer_digest(settings: &DrawioSettings) -> Result<ContentHash, DrawioError> {
    let (program, bundle) = match &settings.renderer {
        Renderer::Browser { program, bundle } => (program, bundle),
        Renderer::Desktop { program } => return Ok(ContentHash::of(trace_of(program))),
    };
    let files = bundle.scripts().into_iter().chain([program.clone()]).chain(bundle.math.clone());
    let trace = files.map(|path| trace_of(&path)).collect::<Vec<_>>().join("\n");
    let path = settings.base.join(KNOWN);
    let known = fs::read(&path).ok().and_then(|json| serde_json::from_slice::<Known>(&json).ok());
    if let Some(known) = known.filter(|known| known.trace == trace) {
        return Ok(known.digest);
    }
    let digest = examine(program, bundle)?;
    let json = serde_json::to_vec(&Known { trace, digest }).ok();
    // What cannot be noted is found out again by the next build.
    fs::create_dir_all(&settings.base).ok();
    json.and_then(|json| fs::write(&path, json).ok());
    Ok(digest)
}

fn examine(program: &Path, bundle: &Bundle) -> Result<ContentHash, DrawioError> {
    let bundle = bundle.digest()?;
    let version = program_version(program)?;
    Ok(KeyBuilder::new("browser").with("version", version).with_hash("bundle", &bundle).finish())
}

/// Returns path, size and time of change.
fn trace_of(path: &Path) -> String {
    let trace = |data: fs::Metadata| (data.len(), data.mtime(), data.mtime_nsec());
    format!("{} {:?}", path.display(), fs::metadata(path).map(trace).ok())
}

/// Returns where fonts, and rules for their choice, are.
fn font_folders(home: Option<&Path>) -> Vec<PathBuf> {
    let system = ["/etc/fonts", "/usr/share/fonts", "/usr/local/share/fonts"].map(PathBuf::from);
    let own = [".fonts", ".local/share/fonts", ".config/fontconfig"];
    let own = home.into_iter().flat_map(|home| own.map(|folder| home.join(folder)));
    system.into_iter().chain(own).collect()
}

/// Returns the files below a folder with their sizes, sorted.
pub(crate) fn files_below(folder: &Path) -> Vec<(PathBuf, u64)> {
    let mut files = Vec::new();
    collect(folder, MAX_DEPTH, &mut files);
    files.sort();
    files
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<(PathBuf, u64)>) {
    for entry in fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
        let path = entry.path();
        match fs::metadata(&path) {
            Ok(data) if data.is_dir() && depth > 0 => collect(&path, depth - 1, files),
            Ok(data) if data.is_file() => files.push((path, data.len())),
            Ok(_) | Err(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn settings(folder: &Path, version: &str) -> DrawioSettings {
        let program = folder.join("browser");
        let script =
            format!("#!/bin/sh\necho asked >>{}/asked\necho '{version}'", folder.display());
        fs::write(&program, script).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let bundle = Bundle { viewer: folder.to_owned(), math: None };
        bundle.scripts().iter().for_each(|path| fs::write(path, "script").unwrap());
        DrawioSettings::new(Renderer::Browser { program, bundle }, folder.join("base"))
    }

    #[test]
    fn browser_is_asked_only_after_a_change_and_its_version_counts() {
        let folder = tempfile::tempdir().unwrap();
        let n_asked = || fs::read_to_string(folder.path().join("asked")).unwrap().lines().count();
        let first = settings(folder.path(), "Browser 1");
        let identity = |settings: &DrawioSettings| identity(settings, None).unwrap();
        let one = identity(&first);
        assert_eq!((identity(&first), n_asked()), (one, 1));
        let two = identity(&settings(folder.path(), "Browser 10"));
        assert_ne!(two, one);
        assert_eq!(
            identity(&settings(folder.path(), "Browser 1")),
            one,
            "the version counts alone"
        );
        let embedding = DrawioSettings { embeds_fonts: true, ..first };
        assert_ne!(identity(&embedding), one);
    }

    #[test]
    fn font_of_the_user_changes_the_identity() {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(folder.path(), "Browser 1");
        let home = folder.path().join("user");
        let before = identity(&settings, Some(&home)).unwrap();
        fs::create_dir_all(home.join(".fonts/deep")).unwrap();
        fs::write(home.join(".fonts/deep/a.ttf"), "font").unwrap();
        assert_ne!(identity(&settings, Some(&home)).unwrap(), before);
    }
}
