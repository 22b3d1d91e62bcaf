//! A running kernel. Principal type: [`Kernel`].

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use crate::channels::Channels;
use crate::directory::KernelDirectory;
use crate::error::KernelError;
use crate::execution::{CodeCell, Execution, RunError};
use crate::limits::Limits;
use crate::observer::RunObserver;
use crate::process::KernelProcess;
use crate::quirk::Quirks;
use crate::run::Run;
use crate::spec::{InterruptMode, KernelSpec};
use crate::start::{StartOptions, start};

/// How long a kernel may take to end in good order.
const STOP_GRACE: Duration = Duration::from_secs(1);

/// A kernel that is ready to execute cells, for one notebook. It lives in a private directory.
///
/// It belongs to the tokio runtime that started it. Dropping it, also by dropping a future that owns it, kills its process group and removes the
/// directory at once.
#[derive(Debug)]
pub struct Kernel {
    pub(crate) channels: Channels,
    // Dropped before the directory, so that nobody writes into it any more.
    pub(crate) process: KernelProcess,
    pub(crate) directory: KernelDirectory,
    pub(crate) info: Value,
    pub(crate) interrupt_mode: InterruptMode,
    pub(crate) quirks: Quirks,
    pub(crate) started_in: Duration,
}

impl Kernel {
    /// Starts a kernel in an empty directory of its own and waits until it is ready.
    ///
    /// # Errors
    /// See [`KernelError`]; [`KernelError::class`] tells whether trying again makes sense.
    pub async fn start(spec: &KernelSpec, options: &StartOptions) -> Result<Self, KernelError> {
        Box::pin(start(spec, options)).await
    }

    /// Returns the directory in which the kernel runs: empty at first, to be filled by the caller
    /// with the files that cells read, and removed with the kernel.
    #[must_use]
    pub fn work_directory(&self) -> PathBuf {
        self.directory.work()
    }

    /// Returns the pid of the kernel's process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Returns the number of the process group in which the kernel and what it starts are.
    #[must_use]
    pub fn group(&self) -> u32 {
        self.process.group()
    }

    /// Returns the content of the kernel's `kernel_info_reply` without the banner, which differs
    /// from start to start; any field may be missing.
    #[must_use]
    pub const fn info(&self) -> &Value {
        &self.info
    }

    /// Executes the cells in order. The first that fails ends the run, unless it allows errors.
    ///
    /// After an error the kernel is in an unknown state and of no further use but to be stopped.
    ///
    /// # Errors
    /// See [`RunError`]; each carries the outputs so far.
    pub async fn run(
        &mut self,
        cells: &[CodeCell],
        limits: &Limits,
        observer: &mut dyn RunObserver,
    ) -> Result<Execution, RunError> {
        let result = Box::pin(Run::new(self, limits, observer).run(cells)).await;
        // Whoever failed may hang, too.
        self.quirks.must_be_killed |= result.is_err();
        result
    }

    /// Asks the kernel to end, waits up to 1 s, kills what is left of its process group and removes
    /// its directory. After an error it is killed at once.
    pub async fn stop(mut self) {
        if self.quirks.must_be_killed {
            return;
        }
        let request = self.channels.control("shutdown_request", &json!({"restart": false})).await;
        if request.is_ok() {
            // Either way the group is killed next.
            tokio::time::timeout(STOP_GRACE, self.process.ended()).await.ok();
        }
    }
}
