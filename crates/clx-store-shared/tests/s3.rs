//! Blobs in a real server of object storage.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall panic")]

use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::Duration;

use clx_core::ContentHash;
use clx_store_shared::Objects;
use clx_testkit::port::free_port;
use clx_testkit::s3::{S3Server, store_at};

/// Opens the storage at an address. The secrets come with the variables of the test.
fn open(store: &str) -> Objects {
    Objects::open(store.parse().unwrap()).unwrap()
}

/// Makes a server answer at another port, too.
fn forward(from: u16, to: u16) {
    let listener = TcpListener::bind(("127.0.0.1", from)).unwrap();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let server = TcpStream::connect(("127.0.0.1", to)).unwrap();
            for (mut reader, mut writer) in
                [(client.try_clone().unwrap(), server.try_clone().unwrap()), (server, client)]
            {
                std::thread::spawn(move || {
                    let _broken = std::io::copy(&mut reader, &mut writer);
                    let _closed = writer.shutdown(Shutdown::Write);
                });
            }
        }
    });
}

fn blob(bytes: Vec<u8>) -> (ContentHash, Vec<u8>) {
    (ContentHash::of(&bytes), bytes)
}

#[test]
fn blobs_of_any_size_come_back() {
    let Some(program) = S3Server::program() else { return };
    let server = S3Server::start(&program);
    let objects = open(&server.store());
    // The last one goes in parts.
    let blobs: Vec<_> = [0, 1, 100_000, (8 << 20) + 1, 20 << 20]
        .into_iter()
        .map(|length| blob((0..length).map(|n| u8::try_from(n % 251).unwrap()).collect()))
        .collect();
    let hashes: Vec<_> = blobs.iter().map(|(hash, _)| *hash).collect();
    assert_eq!(objects.missing(&hashes).unwrap(), hashes);
    objects.put(blobs.clone()).unwrap();
    assert_eq!(objects.missing(&hashes).unwrap(), []);
    let unknown = ContentHash::of("unknown");
    let found = objects.get_many(&[&hashes[..], &[unknown]].concat()).unwrap();
    for ((_, bytes), found) in blobs.iter().zip(&found) {
        assert_eq!(found.as_ref(), Some(bytes));
    }
    assert_eq!(found.last(), Some(&None));
    assert!(objects.get(&unknown).unwrap_err().is_lost_blob());
}

#[test]
fn storage_that_is_away_is_waited_for() {
    let Some(program) = S3Server::program() else { return };
    let server = S3Server::start(&program);
    let port = free_port();
    let objects = open(&store_at("127.0.0.1", port));
    let (hash, bytes) = blob(b"text".to_vec());
    let put = std::thread::spawn(move || {
        objects.put(vec![(hash, bytes)]).unwrap();
        objects
    });
    // More tries find nobody than a client makes that counts them.
    std::thread::park_timeout(Duration::from_secs(6));
    assert!(!put.is_finished());
    forward(port, server.port());
    assert_eq!(put.join().unwrap().get(&hash).unwrap(), b"text");
}
