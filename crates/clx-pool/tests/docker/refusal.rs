//! Engines and images that cannot be used are one clear error.

use std::io::{Read, Write};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::time::Duration;

use clx_pool::{
    Admission, Docker, DockerSettings, Engine, EngineError, PoolEvent, PoolSettings, User, reap,
};
use tokio::runtime::Runtime;

use crate::bench::{Bench, KIND, LIMIT};

#[track_caller]
fn expect_exhausted(bench: &Bench, settings: DockerSettings, expected: &str) {
    let work = bench.start(settings, 2, PoolSettings::default());
    work.pool.ensure(KIND, 2);
    let mut others = Vec::new();
    let why = work.await_event(|event| match event {
        PoolEvent::Exhausted { why, .. } => Some(why.clone()),
        PoolEvent::Started { .. } => None,
        other => {
            others.push(other.clone());
            None
        }
    });
    assert_eq!(why, expected);
    assert_eq!(others, [], "one error is enough");
    work.pool.stop(Duration::ZERO);
    assert_eq!(bench.names(), [""; 0]);
}

#[test]
fn missing_image_is_one_error_with_its_name_and_the_remedy() {
    let Some(bench) = Bench::open() else { return };
    let settings = DockerSettings { image: "clx-test-missing:1".to_owned(), ..bench.settings() };
    let expected = "there is no image `clx-test-missing:1` for test workers; build it by `clx \
                    docker build --only test`, or by `cargo xtask build-images` from the sources \
                    of clx";
    expect_exhausted(&bench, settings, expected);
}

#[test]
fn root_is_refused() {
    let Some(bench) = Bench::open() else { return };
    let settings = DockerSettings { user: Some(User { uid: 0, gid: 0 }), ..bench.settings() };
    let expected = format!(
        "the image `{}` would run as root, which clx refuses; build it anew, or name another user",
        bench.image.name
    );
    expect_exhausted(&bench, settings, &expected);
}

#[test]
fn gateway_over_tcp_without_a_network_is_refused() {
    let Some(bench) = Bench::open() else { return };
    let admit = |_| Ok(Admission::tcp("127.0.0.1:1", "/nowhere", ()));
    let executor = Docker::new(bench.engine.clone(), bench.settings(), admit);
    let (pool, events) = bench.manage(executor, 1, PoolSettings::default());
    pool.ensure(KIND, 1);
    let started = events.recv_timeout(LIMIT).unwrap();
    assert!(matches!(started, PoolEvent::Started { .. }), "{started:?}");
    let why = "the gateway is reached over TCP, and the container is given no network".to_owned();
    let exhausted = PoolEvent::Exhausted { kind: KIND.to_owned(), why };
    assert_eq!(events.recv_timeout(LIMIT).unwrap(), exhausted);
}

/// A runtime, and a directory for sockets.
fn surroundings() -> (Runtime, tempfile::TempDir) {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(1).enable_all().build().unwrap();
    (runtime, tempfile::tempdir().unwrap())
}

#[test]
fn engine_that_does_not_run_is_one_error() {
    let (runtime, dir) = surroundings();
    let missing = format!("unix://{}/docker.sock", dir.path().display());
    let error = Engine::connect_to(&missing, runtime.handle().clone()).unwrap_err();
    assert!(matches!(error, EngineError::NotRunning { .. }), "{error:?}");
    let expected = format!(
        "no container engine answers at {missing}; start Docker, or name another engine by \
         `DOCKER_HOST`"
    );
    assert_eq!(error.to_string(), expected);
}

#[test]
fn socket_that_a_killed_engine_left_is_no_engine() {
    let (runtime, dir) = surroundings();
    let socket = dir.path().join("left.sock");
    drop(UnixListener::bind(&socket).unwrap());
    let left = format!("unix://{}", socket.display());
    let error = Engine::connect_to(&left, runtime.handle().clone()).unwrap_err();
    assert!(matches!(error, EngineError::NotRunning { .. }), "{error:?}");
}

#[test]
fn address_of_another_kind_is_refused() {
    let (runtime, _dir) = surroundings();
    let error = Engine::connect_to("ssh://elsewhere", runtime.handle().clone()).unwrap_err();
    assert!(matches!(error, EngineError::UnusableAddress { .. }), "{error:?}");
}

/// An engine that answers one request with its version, and is gone then.
fn short_lived_engine(dir: &Path, api_version: &str) -> String {
    let socket = dir.join("docker.sock");
    let listener = UnixListener::bind(&socket).unwrap();
    let body = format!(r#"{{"ApiVersion":"{api_version}"}}"#);
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.read_exact(&mut [0]).unwrap();
        let n = body.len();
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {n}\r\n\r\n{body}").unwrap();
    });
    format!("unix://{}", socket.display())
}

#[test]
fn old_engine_is_refused() {
    let (runtime, dir) = surroundings();
    let address = short_lived_engine(dir.path(), "1.40");
    let error = Engine::connect_to(&address, runtime.handle().clone()).unwrap_err();
    let expected = format!(
        "the container engine at {address} speaks version 1.40 of its interface, and clx needs \
         1.41: update Docker to 20.10 or later"
    );
    assert_eq!(error.to_string(), expected);
}

#[test]
fn engine_that_went_away_reaps_nothing() {
    let (runtime, dir) = surroundings();
    let address = short_lived_engine(dir.path(), "1.41");
    let engine = Engine::connect_to(&address, runtime.handle().clone()).unwrap();
    let error = reap(&engine, |_| false).unwrap_err();
    assert_eq!(error.to_string(), "the container engine does not list containers");
}
