//! Tables that are made, found, and newer than the program.

use clx_queue::{Queue as _, QueueError};
use clx_queue_postgres::PostgresQueue;
use clx_testkit::postgres::PostgresServer;
use postgres::{Client, NoTls};

use super::{open, options, session};

#[test]
fn tables_are_made_once_by_many_at_once() {
    let url = PostgresServer::shared().url() + "&schema=many";
    let sessions = std::thread::scope(|scope| {
        let openers: Vec<_> = (0..6).map(|_| scope.spawn(|| session(&open(&url)))).collect();
        openers.into_iter().map(|opener| opener.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(open(&url).sessions().unwrap().len(), sessions.len());
}

#[test]
fn newer_tables_are_refused_and_left_alone() {
    let server = PostgresServer::shared();
    let url = server.url() + "&schema=newer";
    session(&open(&url));
    let mut client = Client::connect(&server.url(), NoTls).unwrap();
    client.batch_execute("INSERT INTO newer.migrations(version) VALUES (99)").unwrap();
    let error = PostgresQueue::open(options(&url)).unwrap_err();
    assert!(matches!(error, QueueError::Server { is_transient: false, .. }), "{error:?}");
    let message = error.to_string();
    assert!(message.contains("version 99") && message.contains("update clx"), "{message}");
    let row = client.query_one("SELECT count(*) FROM newer.sessions", &[]).unwrap();
    assert_eq!(row.get::<_, i64>(0), 1);
}

#[test]
fn schemas_of_one_database_know_nothing_of_each_other() {
    let url = PostgresServer::shared().url();
    let (one, other) = (open(&(url.clone() + "&schema=one")), open(&(url + "&schema=other")));
    session(&one);
    assert_eq!((one.sessions().unwrap().len(), other.sessions().unwrap().len()), (1, 0));
}
