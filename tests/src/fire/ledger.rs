//! Ledgers that worker processes append to. Principal type: [`LiveLedger`].

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use rustix::fs::{CWD, Mode, mkfifoat};

use super::Entry;
use super::stage::LIMIT;

/// Reads a ledger that is a file; every line must be whole.
#[must_use]
pub fn read_ledger(path: &Path) -> Vec<Entry> {
    let text = fs::read_to_string(path).expect("the workers have written a ledger");
    text.lines().map(|line| line.parse().expect("a whole line")).collect()
}

/// A ledger that is a named pipe, so that a test can wait for the next line.
#[derive(Debug)]
pub struct LiveLedger {
    path: PathBuf,
    entries: mpsc::Receiver<Entry>,
}

impl LiveLedger {
    /// Makes the pipe and a thread that reads it for as long as the test runs.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        mkfifoat(CWD, &path, Mode::RUSR | Mode::WUSR).expect("a fresh path");
        // Opened for writing, too: the pipe has no end when a worker dies.
        let pipe = File::options().read(true).write(true).open(&path).expect("a pipe");
        let (sender, entries) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                let entry = line.parse().expect("a whole line");
                if sender.send(entry).is_err() {
                    return;
                }
            }
        });
        Self { path, entries }
    }

    /// Returns the path to hand to workers.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Waits for the next entry of a kind; others are passed over.
    pub fn wait_for(&self, event: &str) -> Entry {
        loop {
            let entry = self.entries.recv_timeout(LIMIT).expect("a worker gets on");
            if entry.event == event {
                return entry;
            }
        }
    }
}
