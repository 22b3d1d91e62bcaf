//! What the handler works with besides the store. Principal type: [`NotebookTools`].

use std::path::{Path, PathBuf};
use std::time::Duration;

use clx_core::ContentHash;

use crate::admission::Admission;
use crate::flight::Flights;
use clx_kernel::{
    Environment, KernelError, KernelSearch, KernelSpec, Limits, SparePool, StartOptions,
    StoppingKernels,
};

/// How long a kernel that was started ahead waits for a notebook.
const SPARE_LIMIT: Duration = Duration::from_secs(60);

/// Where kernels are found, how they are started, what they may use. Shared by the workers of a
/// process.
#[derive(Debug)]
pub struct NotebookTools {
    search: KernelSearch,
    pub(crate) start: StartOptions,
    pub(crate) limits: Limits,
    pub(crate) admission: Admission,
    pub(crate) spares: SparePool,
    pub(crate) stopping: StoppingKernels,
    pub(crate) flights: Flights,
}

/// A kernel that is installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundKernel {
    /// Its name, as its directory is called.
    pub name: String,
    /// Digest of everything about it and its environment that can change an output.
    pub identity: ContentHash,
}

impl NotebookTools {
    /// Uses the environment of this process and the kernels below `prefixes` (directories with
    /// `share/jupyter/kernels`). Kernels run in directories of their own below `base`; those that a
    /// killed clx left there are removed. `n_spares` kernels are started ahead at most.
    #[must_use]
    pub fn new(prefixes: &[PathBuf], base: &Path, n_spares: usize) -> Self {
        // What cannot be removed now is tried again by the next build.
        clx_kernel::remove_leftovers(base).ok();
        let start = StartOptions::new(base.to_owned());
        Self {
            search: KernelSearch::new(&start.environment, prefixes),
            start,
            limits: Limits::default(),
            admission: Admission::new(),
            spares: SparePool::new(n_spares, SPARE_LIMIT),
            stopping: StoppingKernels::default(),
            flights: Flights::default(),
        }
    }

    /// Finds the first of these kernels that is installed.
    ///
    /// # Errors
    /// Why the first name gives no kernel: it is not installed, its kernelspec is broken, or its
    /// program is missing.
    pub fn find(&self, names: &[&str]) -> Result<FoundKernel, KernelError> {
        let mut first_error = None;
        for name in names {
            match self.spec(name).and_then(|spec| self.identified(&spec)) {
                Ok(found) => return Ok(found),
                Err(error) => {
                    first_error.get_or_insert(error);
                }
            }
        }
        Err(first_error.unwrap_or(KernelError::NotFound {
            name: String::new(),
            found: Vec::new(),
            searched: Vec::new(),
        }))
    }

    /// Waits until the kernels of finished notebooks have ended, about 1 s at most. Those that have
    /// not are killed with the runtime.
    pub async fn kernels_ended(&self) {
        self.stopping.ended().await;
    }

    pub(crate) fn spec(&self, name: &str) -> Result<KernelSpec, KernelError> {
        self.search.find(name)
    }

    fn identified(&self, spec: &KernelSpec) -> Result<FoundKernel, KernelError> {
        let environment: &Environment = &self.start.environment;
        Ok(FoundKernel { name: spec.name.clone(), identity: spec.identity(environment)? })
    }
}
