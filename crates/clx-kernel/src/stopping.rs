//! Kernels that end while the next ones run. Principal type: [`StoppingKernels`].

use std::mem;
use std::sync::{Mutex, PoisonError};

use tokio::task::JoinSet;

use crate::kernel::Kernel;

/// Stops kernels while the next ones run: an interpreter takes its time to clear up, and one that does
/// not listen is waited for. Dropping it kills those that have not ended.
#[derive(Debug, Default)]
pub struct StoppingKernels(Mutex<JoinSet<()>>);

impl StoppingKernels {
    /// Begins to stop a kernel as [`Kernel::stop`] does, and returns at once. To be called in the
    /// runtime that started the kernel.
    pub fn add(&self, kernel: Kernel) {
        let mut kernels = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while kernels.try_join_next().is_some() {}
        kernels.spawn(kernel.stop());
    }

    /// Waits until all kernels have ended that were added so far: about 1 s at most.
    pub async fn ended(&self) {
        let kernels = mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        kernels.join_all().await;
    }
}
