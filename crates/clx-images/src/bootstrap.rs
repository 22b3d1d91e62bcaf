//! A minimal Debian made on this machine, for engines that reach no registry. Principal function: [`make`].

use std::fs;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::Duration;

use bollard::query_parameters::CreateImageOptions;
use clx_process::{Spawn, Waited};
use futures_util::StreamExt;

use crate::apt::{self, RELEASE};
use crate::engine::Engine;
use crate::error::{At, ImageError, Trying};
use crate::event::ImageEvent;
use crate::transfer::split;

/// The base without the layer of the site.
pub(crate) const REFERENCE: &str = "clx-bootstrap:bookworm";

/// Fetching 40 MB and unpacking them, on a slow line.
const DEBOOTSTRAP_LIMIT: Duration = Duration::from_secs(30 * 60);
const TAR_LIMIT: Duration = Duration::from_secs(10 * 60);

/// Not needed in an image, and left out of packages that are installed later.
const LEFT_OUT: &str = "path-exclude /usr/share/doc/*\npath-include /usr/share/doc/*/copyright\n\
    path-exclude /usr/share/groff/*\npath-exclude /usr/share/info/*\npath-exclude /usr/share/locale/*\n\
    path-exclude /usr/share/man/*\n";

/// Directories that are emptied.
const EMPTIED: [&str; 8] = [
    "usr/share/groff",
    "usr/share/info",
    "usr/share/locale",
    "usr/share/man",
    "var/cache/apt",
    "var/cache/debconf",
    "var/lib/apt/lists",
    "var/log",
];

/// Tells whether `debootstrap` is there and may be run; the text says what lacks.
///
/// # Errors
/// What lacks.
pub(crate) fn is_bootstrap_possible() -> Result<(), &'static str> {
    if !rustix::process::geteuid().is_root() {
        return Err("only root can install a system into a directory");
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut directories = std::env::split_paths(&path);
    if directories.any(|directory| directory.join("debootstrap").is_file()) {
        Ok(())
    } else {
        Err("`debootstrap` is not installed: run `apt-get install debootstrap`")
    }
}

/// Installs a minimal Debian into a directory below `scratch`, imports it, and removes it again.
///
/// # Errors
/// [`ImageError::Bootstrap`], [`ImageError::Process`], [`ImageError::Io`], [`ImageError::Engine`].
pub(crate) async fn make(
    engine: &Engine,
    etc_apt: &Path,
    scratch: &Path,
    on_event: &mut dyn FnMut(ImageEvent),
) -> Result<(), ImageError> {
    let refuse = |reason: &str| ImageError::Bootstrap { reason: reason.to_owned() };
    is_bootstrap_possible().map_err(refuse)?;
    let sources = apt::sources(etc_apt);
    let mirror = apt::mirror(&sources)
        .ok_or_else(|| refuse("this host has no package source of Debian 12 (bookworm)"))?;
    fs::create_dir_all(scratch).at("create", scratch)?;
    let directory = tempfile::tempdir_in(scratch).at("create a directory in", scratch)?;
    on_event(ImageEvent::Bootstrapping);
    let (root, archive) = (directory.path().join("root"), directory.path().join("base.tar"));
    let spawn =
        Spawn::new("debootstrap").args(["--variant=minbase", RELEASE]).arg(&root).arg(&mirror.uri);
    run(&spawn, DEBOOTSTRAP_LIMIT)?;
    trim(&root)?;
    pack(&root, &archive)?;
    import(engine, &archive).await
}

/// Removes what images do not need, and the address of the package source.
fn trim(root: &Path) -> Result<(), ImageError> {
    for directory in EMPTIED.map(|name| root.join(name)) {
        if directory.is_dir() {
            fs::remove_dir_all(&directory).at("remove", &directory)?;
            fs::create_dir(&directory).at("create", &directory)?;
        }
    }
    let sources = root.join("etc/apt/sources.list");
    fs::write(&sources, "").at("write", &sources)?;
    let left_out = root.join("etc/dpkg/dpkg.cfg.d/clx");
    fs::write(&left_out, LEFT_OUT).at("write", &left_out)?;
    keep_copyrights(&root.join("usr/share/doc"))
}

fn keep_copyrights(documents: &Path) -> Result<(), ImageError> {
    let entries = |path: &Path| -> Result<Vec<PathBuf>, ImageError> {
        let read = fs::read_dir(path).at("read", path)?;
        Ok(read.filter_map(|entry| Some(entry.ok()?.path())).collect())
    };
    for package in
        entries(documents)?.into_iter().filter(|path| path.is_dir() && !path.is_symlink())
    {
        for path in entries(&package)?.into_iter().filter(|path| !path.ends_with("copyright")) {
            let is_directory = path.is_dir() && !path.is_symlink();
            let removed =
                if is_directory { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            removed.at("remove", &path)?;
        }
    }
    Ok(())
}

fn pack(root: &Path, archive: &Path) -> Result<(), ImageError> {
    let exclude = ["./dev/*", "./proc/*", "./sys/*"].map(|path| format!("--exclude={path}"));
    let spawn = Spawn::new("tar").args(["--numeric-owner", "--sort=name"]).args(exclude);
    run(&spawn.arg("-cf").arg(archive).arg("-C").arg(root).arg("."), TAR_LIMIT)
}

async fn import(engine: &Engine, archive: &Path) -> Result<(), ImageError> {
    let bytes = fs::read(archive).at("read", archive)?;
    let (repository, tag) = split(REFERENCE);
    let options = CreateImageOptions {
        from_src: Some("-".to_owned()),
        repo: Some(repository.to_owned()),
        tag: Some(tag.to_owned()),
        changes: vec!["CMD [\"/bin/sh\"]".to_owned()],
        ..CreateImageOptions::default()
    };
    let body = bollard::body_full(bytes.into());
    let mut answers = pin!(engine.docker().create_image(Some(options), Some(body), None));
    while let Some(answer) = answers.next().await {
        answer.trying("import a base image")?;
    }
    Ok(())
}

/// Runs a program to its end; what it said last is the reason if it fails.
fn run(spawn: &Spawn, limit: Duration) -> Result<(), ImageError> {
    let mut child = spawn.clone().guarded(true).env("LC_ALL", "C.UTF-8").start()?;
    let reason = match child.wait(limit)? {
        Waited::Exited(exit) if exit.is_success() => return Ok(()),
        Waited::Exited(exit) => exit.to_string(),
        Waited::TimedOut => {
            child.kill()?;
            format!("it took longer than {} s", limit.as_secs())
        }
    };
    let tail = child.tail();
    let last = tail.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
    Err(ImageError::Bootstrap { reason: format!("{reason}: {last}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trimmed_system_has_neither_manuals_nor_the_address_of_its_source() {
        let root = tempfile::tempdir().unwrap();
        let write = |name: &str| {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "http://mirror.test").unwrap();
        };
        for name in [
            "etc/apt/sources.list",
            "etc/dpkg/dpkg.cfg.d/README",
            "usr/share/doc/a/README",
            "usr/share/doc/a/copyright",
            "usr/share/doc/a/x/y",
            "usr/share/man/de/a.1",
        ] {
            write(name);
        }
        trim(root.path()).unwrap();
        let is_there = |name: &str| root.path().join(name).exists();
        assert!(is_there("usr/share/doc/a/copyright") && is_there("usr/share/man"));
        assert!(!is_there("usr/share/man/de") && !is_there("usr/share/doc/a/README"));
        assert!(!is_there("usr/share/doc/a/x"));
        let sources = fs::read_to_string(root.path().join("etc/apt/sources.list")).unwrap();
        assert_eq!(sources, "");
    }
}
