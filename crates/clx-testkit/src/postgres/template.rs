//! The data directory of a fresh server: made once, copied for every server. Principal function:
//! [`copy_to`].

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use clx_process::{Exit, Spawn, Waited};

use super::{LIMIT, NOBODY, give_to_server, is_root};

/// Where distributions that have several versions put their programs.
const VERSIONS: &str = "/usr/lib/postgresql";

/// Returns the path of a program of the newest version that is installed.
pub(super) fn program(name: &str) -> PathBuf {
    let versions = fs::read_dir(VERSIONS).into_iter().flatten().flatten();
    let number = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let mut found: Vec<_> =
        versions.map(|entry| entry.path()).filter(|path| number(path) >= Some(15)).collect();
    found.sort_by_key(number);
    let found = found.pop().map(|version| version.join("bin").join(name));
    let named = || {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path)
            .map(|directory| directory.join(name))
            .find(|path| path.exists())
    };
    found.filter(|path| path.exists()).or_else(named).unwrap_or_else(|| {
        panic!(
            "`{name}` is missing: install PostgreSQL 15 or newer, on Debian the package \
             `postgresql-15`, as `cargo xtask test` does"
        )
    })
}

/// Copies fresh data to a directory of the server's user.
pub(super) fn copy_to(data: &Path) {
    let template = template();
    copy(&template, data);
}

/// Returns the template, beside the program that runs, so that it goes with what was built.
fn template() -> PathBuf {
    let version = program("postgres");
    let version = version.components().rev().nth(2).map(|part| part.as_os_str().to_owned());
    let version = version.unwrap_or_default().to_string_lossy().into_owned();
    let beside = std::env::current_exe().unwrap().parent().unwrap().join("clx-testkit");
    let template = beside.join(format!("postgres-{version}"));
    if template.exists() {
        return template;
    }
    let made = tempfile::Builder::new().prefix("clx-pg").tempdir().unwrap();
    give_to_server(made.path());
    initialise(&made.path().join("data"));
    fs::create_dir_all(&beside).unwrap();
    let copied = tempfile::tempdir_in(&beside).unwrap();
    copy(&made.path().join("data"), &copied.path().join("data"));
    match fs::rename(copied.path().join("data"), &template) {
        // Another process made the same meanwhile.
        Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => {}
        result => result.unwrap(),
    }
    template
}

fn initialise(data: &Path) {
    let mut words = Vec::new();
    if is_root() {
        let user = NOBODY.to_string();
        words.extend(["--reuid", &user, "--regid", &user, "--clear-groups"].map(str::to_owned));
        words.push(program("initdb").display().to_string());
    }
    let program = if is_root() { PathBuf::from("setpriv") } else { program("initdb") };
    let mut child = Spawn::new(program)
        .args(words)
        .args(["--username=clx", "--auth=trust", "--encoding=UTF8", "--locale=C"])
        .args(["--no-sync", "--no-instructions", "--pgdata"])
        .arg(data)
        .current_dir("/")
        .start()
        .unwrap();
    let ended = child.wait(LIMIT).unwrap();
    assert_eq!(ended, Waited::Exited(Exit::Status(0)), "{}", child.tail());
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    fs::set_permissions(to, fs::Permissions::from_mode(0o700)).unwrap();
    give_to_server(to);
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
            give_to_server(&target);
        }
    }
}
