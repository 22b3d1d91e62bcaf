//! The engine as seen by tests: containers of a build, and kills. Speaks its API by hand, so that no
//! client program is needed.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use serde_json::Value;

const LIMIT: Duration = Duration::from_secs(60);

fn socket() -> String {
    let host = std::env::var("DOCKER_HOST").unwrap_or_default();
    let path = host.strip_prefix("unix://").unwrap_or("/var/run/docker.sock");
    path.to_owned()
}

/// Sends a request without a body and returns the body of the answer.
fn ask(method: &str, path: &str) -> String {
    let mut stream = UnixStream::connect(socket()).expect("the engine listens");
    // Version 1.0: the answer is not sent in chunks and ends with the connection.
    write!(stream, "{method} {path} HTTP/1.0\r\nhost: engine\r\n\r\n").expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the engine answers");
    answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default()
}

/// Returns the names of the containers, running or not, that a process has started.
pub(crate) fn containers_of(pid: u32) -> Vec<String> {
    let label = format!("clx.pid={pid}");
    let filters = format!("%7B%22label%22%3A%5B%22{label}%22%5D%7D");
    let body = ask("GET", &format!("/containers/json?all=1&filters={filters}"));
    let listed: Value = serde_json::from_str(&body).expect("the engine lists containers");
    let listed = listed.as_array().expect("a list").iter();
    let name =
        |container: &Value| Some(container["Names"][0].as_str()?.trim_matches('/').to_owned());
    listed.filter_map(name).collect()
}

/// Waits until a process has a container for a kind of jobs that runs something.
pub(crate) fn wait_for_container(pid: u32, kind: &str) -> String {
    let begin = Instant::now();
    while begin.elapsed() < LIMIT {
        let wanted = format!("-{kind}-");
        let found = containers_of(pid).into_iter().find(|name| name.contains(&wanted));
        if let Some(name) = found.filter(|name| is_running(name)) {
            return name;
        }
        std::thread::yield_now();
    }
    panic!("no container for {kind} jobs within {LIMIT:?}");
}

fn is_running(name: &str) -> bool {
    let body = ask("GET", &format!("/containers/{name}/json"));
    let state: Value = serde_json::from_str(&body).unwrap_or_default();
    state["State"]["Running"] == true
}

/// Waits until a process in a container has this word in its command line.
pub(crate) fn wait_for_process(container: &str, word: &str) {
    let begin = Instant::now();
    while begin.elapsed() < LIMIT {
        if ask("GET", &format!("/containers/{container}/top?ps_args=-eo%20pid,args")).contains(word)
        {
            return;
        }
        std::thread::yield_now();
    }
    panic!("nothing called {word} in {container} within {LIMIT:?}");
}

pub(crate) fn kill(container: &str) {
    let _empty = ask("POST", &format!("/containers/{container}/kill"));
}
