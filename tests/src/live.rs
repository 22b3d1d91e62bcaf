//! A `clx watch` in the background. Principal types: [`Watching`], [`Events`].

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use clx_process::{Child, Exit, Spawn, Stderr, Waited};

/// Longest wait for what must come.
const LIMIT: Duration = Duration::from_secs(120);

/// What closing lines of builds end with.
const CLOSING: &str = "watching, Ctrl+C ends.";

/// A running `clx watch`; dropped, it is killed.
#[derive(Debug)]
pub struct Watching {
    child: Child,
    lines: mpsc::Receiver<String>,
    /// All that it printed so far.
    printed: Vec<String>,
    url: String,
}

impl Watching {
    /// Starts a command and waits until its first build is done.
    #[must_use]
    pub fn start(command: Spawn) -> Self {
        let mut this = Self::start_only(command);
        let _first = this.built();
        this
    }

    /// Starts a command and waits until it serves.
    #[must_use]
    pub fn start_only(command: Spawn) -> Self {
        let mut child = command.stderr(Stderr::Piped).start().expect("clx starts");
        let stderr = BufReader::new(child.take_stderr().expect("a pipe"));
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            stderr.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        let mut this = Self { child, lines, printed: Vec::new(), url: String::new() };
        let line = this.line(&["Serving http://"]);
        this.url = line.trim_start_matches("Serving ").to_owned();
        this
    }

    /// Waits for a line with these words.
    #[track_caller]
    pub fn line(&mut self, words: &[&str]) -> String {
        let limit = Instant::now() + LIMIT;
        loop {
            let left = limit.saturating_duration_since(Instant::now());
            let Ok(line) = self.lines.recv_timeout(left) else {
                panic!("no line with {words:?} after:\n{}", self.printed.join("\n"));
            };
            self.printed.push(line.clone());
            if words.iter().all(|word| line.contains(word)) {
                return line;
            }
        }
    }

    /// Waits until a build is done, and returns what it printed.
    #[track_caller]
    pub fn built(&mut self) -> String {
        let before = self.printed.len();
        let _closing = self.line(&[CLOSING]);
        self.printed[before..].join("\n")
    }

    /// Returns the closing lines of all builds so far.
    #[must_use]
    pub fn closings(&self) -> Vec<&str> {
        self.printed.iter().map(String::as_str).filter(|line| line.contains(CLOSING)).collect()
    }

    /// Returns the address of a path, which must need no encoding but that of blanks.
    #[must_use]
    pub fn address(&self, path: &str) -> String {
        format!("{}{}", self.url, path.replace(' ', "%20"))
    }

    /// Loads a page, as a browser would.
    #[must_use]
    pub fn page(&self, path: &str) -> String {
        let mut answer = String::new();
        self.ask(path).read_to_string(&mut answer).expect("an answer");
        answer
    }

    /// Listens to what is announced to a page that is loaded now.
    #[must_use]
    pub fn listen(&self, path: &str) -> Events {
        let page = self.page(path);
        let version = page.split("data-version=\"").nth(1).and_then(|rest| rest.split('"').next());
        let version = version.unwrap_or_else(|| panic!("a page with the script: {page}"));
        Events(BufReader::new(self.ask(&format!("_clx/events?seen={version}"))))
    }

    fn ask(&self, path: &str) -> TcpStream {
        let host = self.url.trim_start_matches("http://").trim_end_matches('/');
        let mut stream = TcpStream::connect(host).expect("the server is there");
        stream.set_read_timeout(Some(LIMIT)).expect("set");
        let path = path.replace(' ', "%20");
        let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("sent");
        stream
    }

    /// Presses Ctrl+C.
    pub fn interrupt(&self) {
        self.child.interrupt().expect("it runs");
    }

    /// Waits for the end and returns the exit status.
    #[must_use]
    pub fn end(mut self) -> i32 {
        match self.child.wait(LIMIT).expect("the child can be waited for") {
            Waited::Exited(Exit::Status(status)) => status,
            Waited::Exited(Exit::Signal(signal)) => 128 + signal,
            Waited::TimedOut => panic!("clx did not end:\n{}", self.printed.join("\n")),
        }
    }
}

/// The stream of announcements.
#[derive(Debug)]
pub struct Events(BufReader<TcpStream>);

impl Events {
    /// Returns the data of the next event of this name that has the word in it.
    #[track_caller]
    pub fn next(&mut self, name: &str, word: &str) -> String {
        let mut current = String::new();
        loop {
            let mut line = String::new();
            assert_ne!(self.0.read_line(&mut line).expect("an event"), 0, "the stream ended");
            if let Some(event) = line.strip_prefix("event: ") {
                event.trim().clone_into(&mut current);
            } else if let Some(data) = line.strip_prefix("data: ")
                && current == name
                && data.contains(word)
            {
                return data.trim().to_owned();
            }
        }
    }
}
