//! Kernels that are started before they are needed. Principal type: [`SparePool`].

use std::mem;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::error::KernelError;
use crate::kernel::Kernel;
use crate::spec::KernelSpec;
use crate::start::StartOptions;

/// Starts the next kernels while others run, so that nobody waits for them. Saves time, no work: a
/// machine whose cores are all busy gains nothing.
///
/// A spare waits in its own empty directory like any fresh kernel, is handed out once and never
/// comes back. Spares belong to the runtime in which [`SparePool::take`] was called, so that must
/// outlive the notebooks. Dropping the pool stops them all.
#[derive(Debug)]
pub struct SparePool {
    n_spares: usize,
    idle_limit: Duration,
    /// The oldest first; at most `n_spares`.
    spares: Mutex<Vec<Spare>>,
}

/// Whether further spares are started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refill {
    /// Where there is room.
    Yes,
    /// None: the machine is short of memory.
    No,
}

/// A kernel that starts or waits; dropping it stops the kernel.
#[derive(Debug)]
struct Spare {
    spec: KernelSpec,
    options: StartOptions,
    claim: Option<oneshot::Sender<()>>,
    /// `None` if nobody claimed it in time or it ended.
    task: JoinHandle<Option<Kernel>>,
}

impl SparePool {
    /// Makes a pool of at most `n_spares` kernels of all kinds together; 0 switches it off. A spare
    /// that waited for `idle_limit` is stopped.
    #[must_use]
    pub const fn new(n_spares: usize, idle_limit: Duration) -> Self {
        Self { n_spares, idle_limit, spares: Mutex::new(Vec::new()) }
    }

    /// Returns a kernel that was never used: a spare with the same spec and options, also one that
    /// is still starting, else a fresh one. If asked to, starts further spares of the same kind where
    /// there is room; the oldest of another kind makes room for the first.
    ///
    /// # Errors
    /// Those of [`Kernel::start`]. A spare that failed is none.
    pub async fn take(
        &self,
        spec: &KernelSpec,
        options: &StartOptions,
        refill: Refill,
    ) -> Result<Kernel, KernelError> {
        let claimed = self.claim_and_refill(spec, options, refill);
        if let Some(mut spare) = claimed
            && let Some(kernel) = spare.wait().await
        {
            return Ok(kernel);
        }
        Kernel::start(spec, options).await
    }

    fn claim_and_refill(
        &self,
        spec: &KernelSpec,
        options: &StartOptions,
        refill: Refill,
    ) -> Option<Spare> {
        let mut spares = self.spares.lock().unwrap_or_else(PoisonError::into_inner);
        spares.retain(|spare| !spare.task.is_finished());
        let fits = |spare: &Spare| spare.spec == *spec && spare.options == *options;
        let claimed = spares.iter().position(fits).map(|index| spares.remove(index));
        if refill == Refill::No {
            return claimed;
        }
        if spares.len() == self.n_spares && !spares.is_empty() && !spares.iter().any(fits) {
            spares.remove(0);
        }
        while spares.len() < self.n_spares {
            spares.push(Spare::start(spec.clone(), options.clone(), self.idle_limit));
        }
        claimed
    }

    /// Stops all spares and waits until they have ended.
    pub async fn close(self) {
        let spares = mem::take(&mut *self.spares.lock().unwrap_or_else(PoisonError::into_inner));
        for mut spare in spares {
            spare.task.abort();
            spare.wait().await;
        }
    }
}

impl Spare {
    fn start(spec: KernelSpec, options: StartOptions, idle_limit: Duration) -> Self {
        let (claim, claimed) = oneshot::channel();
        let task = tokio::spawn({
            let (spec, options) = (spec.clone(), options.clone());
            async move {
                // Whoever needs the kernel finds out the reason.
                let kernel = Kernel::start(&spec, &options).await.ok()?;
                let is_claimed = tokio::select! {
                    biased;
                    () = kernel.process.ended() => false,
                    claimed = claimed => claimed.is_ok(),
                    () = tokio::time::sleep(idle_limit) => false,
                };
                is_claimed.then_some(kernel)
            }
        });
        Self { spec, options, claim: Some(claim), task }
    }

    async fn wait(&mut self) -> Option<Kernel> {
        if let Some(claim) = self.claim.take() {
            // Nobody listens if the spare has just ended; its task tells so.
            claim.send(()).ok();
        }
        (&mut self.task).await.ok().flatten()
    }
}

impl Drop for Spare {
    fn drop(&mut self) {
        self.task.abort();
    }
}
