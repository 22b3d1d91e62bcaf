//! A proxy that loses answers. Principal type: [`Proxy`].

use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// Passes everything on between clients and a server, except the answer to the next message of the kind that it
/// was told to lose: the message reaches the server, and then both connections are cut.
pub(crate) struct Proxy {
    directory: tempfile::TempDir,
    to_lose: ToLose,
}

/// A text of the message whose answer is to be lost, until it was.
type ToLose = Arc<Mutex<Option<&'static str>>>;

const PORT: u16 = 5432;

impl Proxy {
    pub(crate) fn start(server: PathBuf) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let listener =
            UnixListener::bind(directory.path().join(format!(".s.PGSQL.{PORT}"))).unwrap();
        let to_lose = ToLose::default();
        let lose = Arc::clone(&to_lose);
        // The threads end with their connections, the first one with the test's process.
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let upstream = UnixStream::connect(&server).unwrap();
                let (back, forth) = (client.try_clone().unwrap(), upstream.try_clone().unwrap());
                let lose = Arc::clone(&lose);
                let is_cut = Arc::new(AtomicBool::new(false));
                let cut = Arc::clone(&is_cut);
                std::thread::spawn(move || pass(client, forth, |bytes| loses(bytes, &lose, &cut)));
                std::thread::spawn(move || pass(upstream, back, |_| is_cut.load(Ordering::SeqCst)));
            }
        });
        Self { directory, to_lose }
    }

    /// Loses the answer to the next message that holds a text.
    pub(crate) fn lose(&self, text: &'static str) {
        *self.to_lose.lock().unwrap() = Some(text);
    }

    /// Tells whether the answer is lost by now.
    pub(crate) fn has_lost(&self) -> bool {
        self.to_lose.lock().unwrap().is_none()
    }

    pub(crate) fn url(&self, schema: &str) -> String {
        let host = self.directory.path().display().to_string().replace('/', "%2F");
        format!("postgres://clx@/postgres?host={host}&port={PORT}&schema={schema}&listen=no")
    }
}

/// Notes if the answer to a message is to be lost; the message itself never is.
fn loses(bytes: &[u8], lose: &ToLose, cut: &AtomicBool) -> bool {
    let mut wanted = lose.lock().unwrap();
    let is_it = |text: &&str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    if wanted.as_ref().is_some_and(is_it) {
        *wanted = None;
        cut.store(true, Ordering::SeqCst);
    }
    false
}

/// Copies until one end is closed or something is to be lost.
fn pass(mut from: UnixStream, mut to: UnixStream, is_lost: impl Fn(&[u8]) -> bool) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(n @ 1..) = from.read(&mut buffer) {
        if is_lost(&buffer[..n]) || to.write_all(&buffer[..n]).is_err() {
            break;
        }
    }
    for end in [from, to] {
        // The other end may be closed already.
        let _closed = end.shutdown(std::net::Shutdown::Both);
    }
}
