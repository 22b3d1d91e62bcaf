//! A server on real sockets: what it serves, to whom, and what it announces.

#![expect(clippy::unwrap_used, reason = "the helpers of these tests fail by panicking")]

use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use clx_core::Diagnostic;
use clx_serve::{Announcement, LiveServer, Port, Root, ServeError, ServeOptions};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Longest wait for what must come.
const LIMIT: Duration = Duration::from_secs(30);

struct Bench {
    server: LiveServer,
    runtime: Runtime,
    directory: TempDir,
}

impl Bench {
    fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let root = directory.path().join("out");
        fs::create_dir_all(root.join("En/img")).unwrap();
        fs::write(root.join("En/01 Lists.html"), "<body><h1>Lists</h1></body>").unwrap();
        fs::write(root.join("En/img/plot.png"), vec![7; 200_000]).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let options = ServeOptions {
            port: Port::Exactly(0),
            title: "Course".to_owned(),
            roots: vec![Root { name: "all".to_owned(), path: root }],
        };
        let server = LiveServer::start(runtime.handle(), options).unwrap();
        Self { server, runtime, directory }
    }

    fn root(&self) -> std::path::PathBuf {
        self.directory.path().join("out")
    }

    fn host(&self) -> String {
        self.server.url().trim_start_matches("http://").trim_end_matches('/').to_owned()
    }

    fn send(&self, method: &str, path: &str, host: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.host()).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        let request =
            format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        stream
    }

    /// Returns head and body of an answer.
    fn ask(&self, method: &str, path: &str, host: &str) -> (String, Vec<u8>) {
        let mut answer = Vec::new();
        self.send(method, path, host).read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|part| part == b"\r\n\r\n").unwrap();
        (String::from_utf8(answer[..end].to_vec()).unwrap(), answer.split_off(end + 4))
    }

    fn get(&self, path: &str) -> (String, String) {
        let (head, body) = self.ask("GET", path, &self.host());
        (head, String::from_utf8_lossy(&body).into_owned())
    }

    #[track_caller]
    fn status(&self, path: &str, expected: &str) {
        let (head, _) = self.get(path);
        assert!(head.starts_with(&format!("HTTP/1.1 {expected}")), "{path}: {head}");
    }

    /// Listens after a version.
    fn listen(&self, seen: &str) -> Events {
        let stream = self.send("GET", &format!("/_clx/events?seen={seen}"), &self.host());
        Events(BufReader::new(stream))
    }
}

/// The stream of announcements.
struct Events(BufReader<TcpStream>);

impl Events {
    /// Returns the data of the next event of this name.
    fn next(&mut self, name: &str) -> String {
        let mut is_it = false;
        loop {
            let mut line = String::new();
            assert_ne!(self.0.read_line(&mut line).unwrap(), 0, "the stream ended");
            if let Some(event) = line.strip_prefix("event: ") {
                is_it = event.trim() == name;
            } else if let Some(data) = line.strip_prefix("data: ")
                && is_it
            {
                return data.trim().to_owned();
            }
        }
    }
}

fn version(page: &str) -> String {
    let (_, rest) = page.split_once("data-version=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

#[test]
fn page_is_served_with_the_script_and_its_file_is_left_alone() {
    let bench = Bench::new();
    let (head, body) = bench.get("/all/En/01%20Lists.html");
    assert!(head.contains("content-type: text/html; charset=utf-8"), "{head}");
    assert!(head.contains("cache-control: no-store"), "{head}");
    assert!(body.starts_with("<body><h1>Lists</h1><script src=\"/_clx/live.js\""), "{body}");
    let file = fs::read_to_string(bench.root().join("En/01 Lists.html")).unwrap();
    assert_eq!(file, "<body><h1>Lists</h1></body>");
    assert!(bench.get("/_clx/live.js").1.contains("EventSource"));
}

#[test]
fn other_files_are_served_as_they_are() {
    let bench = Bench::new();
    let (head, body) = bench.ask("GET", "/all/En/img/plot.png", &bench.host());
    assert!(head.contains("content-type: image/png"), "{head}");
    assert!(head.contains("content-length: 200000"), "{head}");
    assert_eq!(body, vec![7; 200_000]);
    let (head, body) = bench.ask("HEAD", "/all/En/img/plot.png", &bench.host());
    assert!(head.contains("content-length: 200000") && body.is_empty(), "{head}");
}

#[test]
fn directory_has_a_page_unless_it_brings_one() {
    let bench = Bench::new();
    assert!(bench.get("/").0.contains("location: /all/"));
    assert!(bench.get("/all/En").0.contains("location: /all/En/"));
    let (_, body) = bench.get("/all/En/");
    assert!(body.contains("<a href=\"./01%20Lists.html\">01 Lists.html</a>"), "{body}");
    fs::write(bench.root().join("En/index.html"), "<p>Welcome").unwrap();
    assert!(bench.get("/all/En/").1.starts_with("<p>Welcome<script"));
}

#[test]
fn nothing_outside_the_roots_is_served() {
    let bench = Bench::new();
    let secret = bench.directory.path().join("secret.html");
    fs::write(&secret, "secret").unwrap();
    std::os::unix::fs::symlink(&secret, bench.root().join("link.html")).unwrap();
    std::os::unix::fs::symlink(bench.directory.path(), bench.root().join("up")).unwrap();
    std::os::unix::fs::symlink("En", bench.root().join("inside")).unwrap();
    for path in [
        "/secret.html",
        "/all/../secret.html",
        "/all/%2e%2e/secret.html",
        "/all/..%2fsecret.html",
        "/all/link.html",
        "/all/up/secret.html",
        &format!("/all/{}", secret.display()),
    ] {
        let (head, body) = bench.get(path);
        assert!(head.starts_with("HTTP/1.1 404"), "{path}: {head}");
        assert!(!body.contains("<p>secret") && body.trim() != "secret", "{path}: {body}");
    }
    bench.status("/all/inside/01%20Lists.html", "200");
}

#[test]
fn names_of_other_hosts_and_other_methods_are_refused() {
    let bench = Bench::new();
    for (method, host, expected) in [
        ("GET", "evil.example", "421"),
        ("GET", "localhost", "200"),
        ("POST", "localhost", "405"),
        ("DELETE", "localhost", "405"),
    ] {
        let (head, _) = bench.ask(method, "/all/En/", host);
        assert!(head.starts_with(&format!("HTTP/1.1 {expected}")), "{method} {host}: {head}");
    }
}

#[test]
fn listener_is_told_of_changes_and_problems() {
    let bench = Bench::new();
    let version = version(&bench.get("/all/En/01%20Lists.html").1);
    let mut events = bench.listen(&version);
    assert_eq!(events.next("problems"), "[]");
    let page = bench.root().join("En/01 Lists.html");
    let foreign = Path::new("/elsewhere/x.html").to_owned();
    bench.server.announce(&Announcement::Changed(vec![page, foreign]));
    assert_eq!(events.next("reload"), "[\"/all/En/01 Lists.html\"]");
    let problem =
        Diagnostic::error("CLX0501", "cell_execution", "it failed").in_file("slides/a.py");
    bench.server.announce(&Announcement::Problems(vec![problem]));
    let told = events.next("problems");
    assert!(told.contains("\"place\":\"slides/a.py\"") && told.contains("CLX0501"), "{told}");
    assert!(bench.listen(&version).next("reload").contains("Lists"), "who comes late is told, too");
    bench.server.announce(&Announcement::Problems(Vec::new()));
    assert_eq!(events.next("problems"), "[]");
}

#[test]
fn roots_can_be_replaced() {
    let bench = Bench::new();
    let root = |name: &str| Root { name: name.to_owned(), path: bench.root() };
    bench.server.replace_roots("Course & more", vec![root("one"), root("two")]);
    let (_, body) = bench.get("/");
    assert!(body.contains("<h1>Course &amp; more</h1>"), "{body}");
    assert!(body.contains("./one/") && body.contains("./two/"), "{body}");
    bench.status("/all/En/", "404");
    bench.status("/two/En/", "200");
}

#[test]
fn page_that_is_not_there_yet_waits_for_it() {
    let bench = Bench::new();
    let (head, body) = bench.get("/all/En/02%20Sets.html");
    assert!(head.starts_with("HTTP/1.1 404"), "{head}");
    assert!(body.contains("data-version="), "{body}");
}

#[test]
fn port_in_use_is_refused_or_passed_over() {
    let bench = Bench::new();
    let port: u16 = bench.host().rsplit_once(':').unwrap().1.parse().unwrap();
    let start = |port| {
        let options = ServeOptions { port, title: String::new(), roots: Vec::new() };
        LiveServer::start(bench.runtime.handle(), options)
    };
    let refused = start(Port::Exactly(port)).unwrap_err();
    assert!(matches!(refused, ServeError::Port { port: found, .. } if found == port));
    assert_ne!(start(Port::Rather(port)).unwrap().url(), bench.server.url());
}

#[test]
fn dropped_server_ends_its_streams() {
    let bench = Bench::new();
    let mut events = bench.listen("none-0");
    assert_eq!(events.next("problems"), "[]");
    let Bench { server, runtime: _runtime, .. } = bench;
    drop(server);
    let mut rest = String::new();
    // Whether it ends well or is reset does not matter.
    let ended = events.0.read_to_string(&mut rest);
    assert!(ended.is_ok() || ended.is_err_and(|error| error.kind() != ErrorKind::WouldBlock));
    assert_eq!(rest.trim(), "");
}
