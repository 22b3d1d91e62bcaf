//! Serves metrics and health. Principal type: [`MetricsServer`].

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use clx_core::Clock;
use clx_gateway::Traffic;
use clx_queue::QueueView;
use clx_serve::{Handler, Hosts, Port, Reply, Request, ServeError, Server, StatusCode};
use prometheus_client::encoding::prometheus_text::{CONTENT_TYPE, encode};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use tokio::runtime::Handle;

use crate::counters::JobCounters;
use crate::family::{Labels, add_gauge, labels};
use crate::metric::{BUILD, GATEWAY, QUEUE_UP};
use crate::observer::Observer;
use crate::sums::Sums;

/// How long a scrape waits for the queue; Prometheus itself waits 10 s unless told otherwise.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a process counts itself.
#[derive(Debug, Default)]
pub struct OfProcess {
    /// Its jobs.
    pub jobs: JobCounters,
    /// What its gateway answers, if it has one.
    pub gateway: Option<Traffic>,
}

/// Serves until it is dropped, on a runtime of its starter.
#[derive(Debug)]
pub struct MetricsServer(Server);

impl MetricsServer {
    /// Begins to serve at an address of this machine; port 0 is any. Whoever reaches the address may read.
    ///
    /// # Errors
    /// [`ServeError::Port`].
    pub fn start(
        runtime: &Handle,
        address: SocketAddr,
        queue: Arc<dyn QueueView>,
        clock: Arc<dyn Clock>,
        of_process: &OfProcess,
    ) -> Result<Self, ServeError> {
        let read = move || Sums::read(&*queue, &*clock);
        let site = Site::new(Observer::new(Box::new(read), PATIENCE), of_process);
        let port = Port::Exactly(address.port());
        let hosts = if address.ip().is_loopback() { Hosts::ThisMachineAndPort } else { Hosts::Any };
        let server = Server::start(runtime, address.ip(), port, hosts, Arc::new(site))?;
        Ok(Self(server))
    }

    /// Returns the address of the metrics.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}metrics", self.0.url())
    }
}

/// Answers requests.
struct Site {
    observer: Arc<Observer>,
    of_process: Registry,
    gateway: Option<Traffic>,
}

impl Site {
    fn new(observer: Arc<Observer>, own: &OfProcess) -> Self {
        let mut of_process = Registry::default();
        let version = labels(&BUILD, &[env!("CARGO_PKG_VERSION")]);
        of_process.register(BUILD.stem(), BUILD.help, Info::new(version));
        own.jobs.register(&mut of_process);
        Self { observer, of_process, gateway: own.gateway.clone() }
    }

    fn metrics(&self) -> Result<String, fmt::Error> {
        let mut of_gateway = Registry::default();
        if let Some(traffic) = &self.gateway {
            register_traffic(&mut of_gateway, traffic);
        }
        let mut of_queue = Registry::default();
        let sums = self.observer.look();
        add_gauge(&mut of_queue, &QUEUE_UP, &[(vec![], f64::from(u8::from(sums.is_ok())))]);
        if let Ok(sums) = sums {
            sums.register(&mut of_queue);
        }
        let mut text = String::new();
        encode(&mut text, &self.of_process)?;
        encode(&mut text, &of_gateway)?;
        encode(&mut text, &of_queue)?;
        Ok(text)
    }
}

fn register_traffic(registry: &mut Registry, traffic: &Traffic) {
    let family = Family::<Labels, Counter>::default();
    for ((call, status), n) in traffic.answers() {
        family.get_or_create(&labels(&GATEWAY, &[call, &status.to_string()])).inc_by(n);
    }
    registry.register(GATEWAY.stem(), GATEWAY.help, family);
}

impl Handler for Site {
    fn answer(&self, request: &Request) -> Reply {
        if !request.only_reads() {
            return Reply::text(StatusCode::METHOD_NOT_ALLOWED, "this address is for reading");
        }
        match request.path() {
            "/metrics" => match self.metrics() {
                Ok(text) => Reply::new(StatusCode::OK, CONTENT_TYPE, text),
                Err(error) => {
                    let why = format!("a bug in clx: the metrics cannot be written: {error}");
                    Reply::text(StatusCode::INTERNAL_SERVER_ERROR, &why)
                }
            },
            "/healthz" => match self.observer.look() {
                Ok(_) => Reply::text(StatusCode::OK, "the queue answers"),
                Err(why) => Reply::text(StatusCode::SERVICE_UNAVAILABLE, &why),
            },
            "/livez" => Reply::text(StatusCode::OK, "this process serves"),
            _ => Reply::text(StatusCode::NOT_FOUND, "there are /metrics, /healthz and /livez"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn queue_that_hangs_is_a_metric_and_hides_no_others() {
        let (_keep, never) = mpsc::channel::<()>();
        let never = std::sync::Mutex::new(never);
        let read = Box::new(move || {
            let _ended = never.lock().unwrap().recv();
            Ok(Sums::default())
        });
        let site = Site::new(Observer::new(read, Duration::from_millis(20)), &OfProcess::default());
        let text = site.metrics().unwrap();
        assert!(text.contains("\nclx_queue_up 0"), "{text}");
        assert!(text.contains("clx_build_info{version="), "{text}");
        assert!(!text.contains("clx_jobs{"), "{text}");
    }
}
