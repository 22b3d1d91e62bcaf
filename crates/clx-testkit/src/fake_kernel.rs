//! A Jupyter kernel with fault modes: speaks the real protocol over real sockets, without any
//! interpreter. Principal types: [`FakeKernel`], [`FakeStart`].
//!
//! The kernel's process is the test program itself, started again in another role. So every test
//! program that uses it needs a function `fake_kernel` among its tests that calls [`run_if_asked`]
//! and does nothing else.
//!
//! # Cells
//!
//! Each line of a cell is a command:
//!
//! | command | effect |
//! |---|---|
//! | `print TEXT`, `warn TEXT` | a line on stdout or stderr |
//! | `result TEXT` | the result of the cell |
//! | `display ID TEXT`, `update ID TEXT` | an output with a `display_id`, and its replacement |
//! | `clear`, `clear-wait` | clear the output, now or with the next |
//! | `fail CLASS MESSAGE` | an error, and the rest of the cell is not executed |
//! | `late TEXT` | printed after the kernel has said that it is idle |
//! | `stranger TEXT` | printed on behalf of another request |
//! | `flood N`, `big N` | N bytes on stdout, in many messages or in one |
//! | `bare` | messages that lack nearly all fields, among them an unknown one |
//! | `lost-idle` | the kernel never says that it is idle |
//! | `hang`, `hang-deaf` | until interrupted by a message, or for ever |
//! | `input TEXT` | asks for input and waits for ever |
//! | `env NAME`, `read FILE` | prints a variable, or a file of the working directory |
//! | `log FILE TEXT` | appends a line to a file |
//! | `die N`, `abort` | the process ends with a status, or by `SIGABRT` |
//! | `abort-once FILE`, `hang-once FILE` | the same unless the file exists, which is made |
//! | `forged`, `garbage` | a message with a wrong signature, or none at all |

mod cell;
mod message;
mod server;
mod socket;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

/// The variable that tells the program to be a kernel, and how it starts.
const START: &str = "__CLX_FAKE_KERNEL";

/// How a fake kernel starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FakeStart {
    /// As it should.
    Ready,
    /// It prints a reason and ends with status 3.
    Dies,
    /// It listens and never answers.
    Silent,
    /// Its `kernel_info_reply` is empty.
    BareInfo,
    /// It takes its ports only if nobody else is bound there, not even without listening.
    Exclusive,
    /// It listens and speaks another protocol.
    Foreign,
}

impl FakeStart {
    const ALL: [(Self, &str); 6] = [
        (Self::Ready, "ready"),
        (Self::Dies, "dies"),
        (Self::Silent, "silent"),
        (Self::BareInfo, "bare info"),
        (Self::Exclusive, "exclusive"),
        (Self::Foreign, "foreign"),
    ];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(start, _)| *start == self).unwrap().1
    }

    fn of_name(name: &str) -> Self {
        Self::ALL.iter().find(|(_, known)| *known == name).unwrap().0
    }
}

/// A kernelspec to be installed.
#[derive(Debug, Clone)]
pub struct FakeKernel {
    /// How it starts.
    pub start: FakeStart,
    /// The path of the test that calls [`run_if_asked`].
    pub entry: &'static str,
}

impl FakeKernel {
    /// Makes a kernel that begins in the test `fake_kernel` at the root of the test program.
    #[must_use]
    pub const fn new(start: FakeStart) -> Self {
        Self { start, entry: "fake_kernel" }
    }

    /// Writes the kernelspec `name` below `prefix` and returns its directory,
    /// `<prefix>/share/jupyter/kernels/<name>`.
    pub fn install(&self, prefix: &Path, name: &str) -> PathBuf {
        let directory = prefix.join("share/jupyter/kernels").join(name);
        fs::create_dir_all(&directory).unwrap();
        let program = std::env::current_exe().unwrap();
        let arguments = ["--exact", "--nocapture", self.entry, "{connection_file}"];
        let mut argv = vec![program.to_str().unwrap()];
        argv.extend(arguments);
        let spec = json!({
            "argv": argv,
            "display_name": "Fake",
            "language": "fake",
            "interrupt_mode": "message",
            "env": { START: self.start.name() },
        });
        fs::write(directory.join("kernel.json"), spec.to_string()).unwrap();
        directory
    }
}

/// Becomes a kernel, until it is told to stop, if the program was started as one.
pub fn run_if_asked() {
    if let Ok(start) = std::env::var(START) {
        let connection_file = std::env::args_os().next_back().unwrap();
        server::run(FakeStart::of_name(&start), Path::new(&connection_file));
    }
}
