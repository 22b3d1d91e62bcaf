//! Ctrl+C and termination requests. Principal function: [`on_interrupt`].

use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

/// Calls `interrupted` at every `SIGINT` and `SIGTERM`, on a thread of the runtime.
pub(crate) fn on_interrupt(
    runtime: &Runtime,
    mut interrupted: impl FnMut() + Send + 'static,
) -> std::io::Result<()> {
    let _in_runtime = runtime.enter();
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    runtime.spawn(async move {
        loop {
            tokio::select! {
                _ = interrupt.recv() => interrupted(),
                _ = terminate.recv() => interrupted(),
            }
        }
    });
    Ok(())
}
