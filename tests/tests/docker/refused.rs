//! Engines that are not there or not fit, and images that are not: one clear error each. The engines
//! are fakes, so these tests run everywhere.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

use clx_tests::e2e::{Run, finish};

use crate::{command, course};

/// Builds with the engine at a socket.
fn build_with(socket: &Path) -> Run {
    let course = course(&["1"]);
    let host = format!("unix://{}", socket.display());
    finish(command(&course, &[]).env("DOCKER_HOST", host).start().expect("clx starts"))
}

/// An engine that has these images, as it lists them, and no other.
fn fake_engine(socket: &Path, api: &'static str, images: &'static str) {
    let listener = UnixListener::bind(socket).expect("a socket");
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || answer(stream, api, images));
        }
    });
}

fn answer(stream: UnixStream, api: &str, images: &str) {
    let mut reader = BufReader::new(stream.try_clone().expect("cloned"));
    let mut writer = stream;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        while line != "\r\n" {
            line.clear();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
        }
        let (status, body) = if path.contains("/version") {
            let version =
                format!(r#"{{"Version":"1","ApiVersion":"{api}","MinAPIVersion":"1.12"}}"#);
            ("200 OK", version)
        } else if path.contains("/images/json") {
            ("200 OK", images.to_owned())
        } else if path.contains("/containers/json") {
            ("200 OK", "[]".to_owned())
        } else {
            ("404 Not Found", r#"{"message":"there is nothing"}"#.to_owned())
        };
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status}\r\napi-version: {api}\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n"
        );
        if writer.write_all(format!("{head}{body}").as_bytes()).is_err() {
            return;
        }
    }
}

/// Returns the only error.
#[track_caller]
fn only_error(run: &Run) -> &str {
    let errors: Vec<_> = run.stderr.lines().filter(|line| line.contains("error")).collect();
    assert_eq!(errors.len(), 1, "{}", run.stderr);
    errors[0]
}

#[test]
fn engine_that_does_not_run_is_one_error() {
    let dir = tempfile::tempdir().expect("a temp dir");
    let run = build_with(&dir.path().join("no.sock")).expect(4);
    let error = only_error(&run);
    assert!(error.contains("engine") && error.contains("no.sock"), "{error}");
}

#[test]
fn engine_that_is_too_old_is_one_error() {
    let dir = tempfile::tempdir().expect("a temp dir");
    let socket = dir.path().join("engine.sock");
    fake_engine(&socket, "1.24", "[]");
    let run = build_with(&socket).expect(4);
    let error = only_error(&run);
    assert!(error.contains("1.24") && error.contains("1.41"), "{error}");
}

#[test]
fn missing_image_is_one_error_with_its_remedy() {
    let dir = tempfile::tempdir().expect("a temp dir");
    let socket = dir.path().join("engine.sock");
    fake_engine(&socket, "1.41", "[]");
    let run = build_with(&socket).expect(4);
    let error = only_error(&run);
    assert!(error.contains("image") && error.contains("notebook"), "{error}");
    run.says(&["hint", "clx docker build"]);
}

#[test]
fn image_of_another_version_is_one_error_with_both_versions() {
    let dir = tempfile::tempdir().expect("a temp dir");
    let socket = dir.path().join("engine.sock");
    let images = r#"[{"Id":"sha256:1","ParentId":"","RepoTags":["clx-notebook:0.0.1"],"RepoDigests":[],
        "Created":1,"Size":1,"SharedSize":-1,"Containers":-1,
        "Labels":{"clx.version":"0.0.1","clx.kind":"notebook","clx.variant":"python"}}]"#;
    fake_engine(&socket, "1.41", images);
    let run = build_with(&socket).expect(4);
    let error = only_error(&run);
    assert!(error.contains("0.0.1") && error.contains(env!("CARGO_PKG_VERSION")), "{error}");
}
