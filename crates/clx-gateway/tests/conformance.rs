//! The conformance suite of queues through the gateway: over a socket and over a port.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use clx_core::{ManualClock, Timestamp};
use clx_gateway::{Address, Admission, ClientSettings, Gateway, GatewayClient};
use clx_queue::{SqliteOptions, SqliteQueue};
use clx_store::{Store, StoreOptions};
use clx_testkit::queue_conformance::Subject;

struct Served {
    gateway: Gateway,
    clock: Arc<ManualClock>,
    runtime: tokio::runtime::Runtime,
    dir: tempfile::TempDir,
}

fn served() -> Served {
    let dir = tempfile::tempdir().expect("a temp dir");
    let clock = Arc::new(ManualClock::at(Timestamp::from_us(1_700_000_000_000_000)));
    let options = SqliteOptions { clock: Arc::clone(&clock) as _, ..SqliteOptions::default() };
    let queue = SqliteQueue::open(&dir.path().join("jobs.db"), &options).expect("a fresh queue");
    let store = Store::open(dir.path(), &StoreOptions::default()).expect("a fresh store");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    let gateway = Gateway::new(Arc::new(queue), Arc::new(store), runtime.handle().clone());
    Served { gateway, clock, runtime, dir }
}

fn subject(served: Served, admissions: Vec<Admission>, settings: ClientSettings) -> Subject {
    let Served { gateway, clock, runtime, dir } = served;
    let client = GatewayClient::connect(settings).expect("the gateway answers");
    Subject { queue: Arc::new(client), clock, keep: Box::new((admissions, gateway, runtime, dir)) }
}

fn over_a_socket() -> Subject {
    let served = served();
    let path = served.dir.path().join("owner.sock");
    let admission = served.gateway.admit_owner_by_socket(&path).expect("a socket");
    subject(served, vec![admission], ClientSettings::new(Address::Socket(path)))
}

fn over_a_port() -> Subject {
    let served = served();
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let port = served.gateway.open_port(any).expect("a port");
    let address = port.port().expect("it is a port");
    let owner = served.gateway.admit_owner_by_token(address).expect("a token");
    let token = owner.token().map(|token| token.secret().to_owned());
    let settings = ClientSettings { token, ..ClientSettings::new(Address::Port(address)) };
    subject(served, vec![port, owner], settings)
}

mod socket {
    clx_testkit::queue_conformance!(super::over_a_socket);
}

mod port {
    clx_testkit::queue_conformance!(super::over_a_port);
}
