//! Metrics of a process that keeps workers. Principal function: [`serve_metrics`].

use std::net::SocketAddr;
use std::sync::Arc;

use clx_core::SystemClock;
use clx_metrics::{MetricsServer, OfProcess};
use clx_queue::QueueView;
use tokio::runtime::Runtime;

use super::failure::Failure;
use super::with_causes;
use crate::display::stdout_line;

/// Serves metrics if an address is given, until what it returns is dropped.
pub(super) fn serve_metrics(
    address: Option<SocketAddr>,
    runtime: &Runtime,
    queue: Arc<dyn QueueView>,
    own: &OfProcess,
) -> Result<Option<MetricsServer>, Failure> {
    let Some(address) = address else { return Ok(None) };
    let clock = Arc::new(SystemClock);
    let served = MetricsServer::start(runtime.handle(), address, queue, clock, own);
    let served = served.map_err(|error| Failure::environment(with_causes(&error)))?;
    stdout_line(&format!("Metrics: {}", served.url()));
    Ok(Some(served))
}
