//! Containers start, are told where the gateway is, and stop.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use clx_pool::{Admission, Docker, DockerSettings, Network, PoolSettings};

use crate::bench::{Bench, KIND, LIMIT, hasty};

#[test]
fn worker_is_called_with_its_gateway_and_stops_in_order() {
    let Some(bench) = Bench::open() else { return };
    let work = bench.start(bench.settings(), 1, hasty());
    let begin = Instant::now();
    work.pool.ensure(KIND, 1);
    let visitor = work.visitor();
    println!("one container called after {:?}", begin.elapsed());
    let expected = format!("--gateway /run/clx/gateway.sock --worker {}", visitor.worker);
    assert_eq!(visitor.arguments, expected);
    assert_eq!(bench.names(), [bench.container(visitor.worker)]);
    let begin = Instant::now();
    work.pool.stop(LIMIT);
    println!("stopped after {:?}", begin.elapsed());
    assert_eq!(bench.names(), [""; 0]);
    assert_eq!(*bench.revoked.lock().unwrap(), [visitor.worker]);
}

#[test]
fn worker_reaches_a_gateway_over_tcp() {
    let Some(bench) = Bench::open() else { return };
    let Some(host) = bench.bridge_address() else { return };
    let listener = TcpListener::bind((host, 0)).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let token = bench.write("leave/token", "a secret");
    let (directory, gateway) = (token.parent().unwrap().to_owned(), address.clone());
    let admit = move |_| Ok(Admission::tcp(gateway.clone(), directory.clone(), ()));
    let settings = DockerSettings { network: Network::Bridge, ..bench.settings() };
    let executor = Docker::new(bench.engine.clone(), settings, admit);
    let (pool, _events) = bench.manage(executor, 1, hasty());
    pool.ensure(KIND, 1);
    let (sender, callers) = mpsc::channel();
    std::thread::spawn(move || listener.accept().map(|(stream, _)| sender.send(stream)));
    let stream = callers.recv_timeout(LIMIT).expect("a worker calls");
    let said: Vec<String> = BufReader::new(stream).lines().take(2).map(Result::unwrap).collect();
    let call = format!("--gateway http://{address} --token-file /run/clx/token --worker 1");
    assert_eq!(said, [&*call, "a secret"]);
    pool.stop(LIMIT);
    assert_eq!(bench.names(), [""; 0]);
}

#[test]
fn many_start_and_stop_in_parallel() {
    let Some(bench) = Bench::open() else { return };
    let work = bench.start(bench.settings(), 4, hasty());
    let begin = Instant::now();
    work.pool.ensure(KIND, 4);
    println!("asked for four after {:?}", begin.elapsed());
    let visitors: Vec<_> = (0..4).map(|_| work.visitor()).collect();
    println!("four containers called after {:?}", begin.elapsed());
    assert_eq!(bench.names().len(), visitors.len());
    let begin = Instant::now();
    work.pool.stop(LIMIT);
    println!("four stopped after {:?}", begin.elapsed());
    assert_eq!(bench.names(), [""; 0]);
}

#[test]
fn worker_that_ignores_the_request_is_killed_when_grace_is_over() {
    let Some(bench) = Bench::open() else { return };
    let work = bench.start(bench.settings(), 1, hasty());
    work.pool.ensure(KIND, 1);
    let mut visitor = work.visitor();
    visitor.tell("ignore-signals");
    visitor.wait_done();
    let begin = Instant::now();
    let grace = Duration::from_millis(500);
    work.pool.stop(grace);
    assert!(begin.elapsed() >= grace, "{:?}", begin.elapsed());
    assert!(begin.elapsed() < LIMIT / 4, "{:?}", begin.elapsed());
    assert_eq!(bench.names(), [""; 0]);
}

#[test]
fn frozen_container_is_removed_at_a_stop() {
    let Some(bench) = Bench::open() else { return };
    let work = bench.start(bench.settings(), 1, hasty());
    work.pool.ensure(KIND, 1);
    let visitor = work.visitor();
    bench.freeze(visitor.worker);
    work.pool.stop(Duration::from_millis(200));
    assert_eq!(bench.names(), [""; 0]);
}

#[test]
fn frozen_worker_is_replaced_when_its_lease_is_over() {
    let Some(bench) = Bench::open() else { return };
    let settings = PoolSettings { lease: Duration::from_secs(3), ..hasty() };
    let work = bench.start(bench.settings(), 1, settings);
    work.pool.ensure(KIND, 1);
    let visitor = work.visitor();
    bench.freeze(visitor.worker);
    assert_eq!(work.loss(), "its lease of 3 s was over");
    assert_ne!(work.visitor().worker, visitor.worker);
    bench.wait_removed(visitor.worker);
}

#[test]
fn stop_during_the_start_leaves_nothing() {
    let Some(bench) = Bench::open() else { return };
    // Ever later within a start, which takes some 200 ms.
    for pause in (0..6).map(|n| Duration::from_millis(n * 50)) {
        let work = bench.start(bench.settings(), 2, hasty());
        work.pool.ensure(KIND, 2);
        let _late = work.visitors.recv_timeout(pause);
        work.pool.stop(Duration::from_secs(5));
        assert_eq!(bench.names(), [""; 0], "{pause:?}");
    }
}

#[test]
fn start_that_takes_too_long_is_an_error_and_leaves_nothing() {
    let Some(bench) = Bench::open() else { return };
    let settings = DockerSettings { start_limit: Duration::from_millis(1), ..bench.settings() };
    let work = bench.start(settings, 1, hasty());
    work.pool.ensure(KIND, 1);
    assert_eq!(work.loss(), "the container engine did not start it within 0.001 s");
    work.pool.stop(LIMIT);
    bench.wait_empty();
}
