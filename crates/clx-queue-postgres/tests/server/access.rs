//! Who may connect, and how it is said if not.

use std::error::Error as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use clx_process::{Exit, Spawn, Waited};
use clx_queue::{Queue as _, QueueError};
use clx_queue_postgres::{OptionsError, PasswordSources, PostgresOptions, PostgresQueue};
use clx_testkit::postgres::PostgresServer;
use postgres::{Client, NoTls};

use super::{open, options, session};

const PASSWORD: &str = "s3cret-Password";

/// A server that asks for passwords on the loopback interface.
fn guarded() -> PostgresServer {
    let mut server = PostgresServer::start();
    let rules = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n";
    fs::write(server.data().join("pg_hba.conf"), rules).unwrap();
    server.restart();
    let mut client = Client::connect(&server.url(), NoTls).unwrap();
    client.batch_execute(&format!("ALTER USER clx PASSWORD '{PASSWORD}'")).unwrap();
    server
}

fn chain(error: &QueueError) -> String {
    let mut texts = vec![format!("{error} / {error:?}")];
    let mut source = error.source();
    while let Some(cause) = source {
        texts.push(format!("{cause} / {cause:?}"));
        source = cause.source();
    }
    texts.join(" / ")
}

#[test]
fn password_opens_and_is_never_shown() {
    let server = guarded();
    let with = |password: Option<&str>| {
        let sources =
            PasswordSources { password: password.map(str::to_owned), ..Default::default() };
        PostgresOptions::from_url(&server.tcp_url(), &sources).unwrap()
    };
    session(&PostgresQueue::open(with(Some(PASSWORD))).unwrap());
    for password in [None, Some("wr0ng-Password")] {
        let error = PostgresQueue::open(with(password)).unwrap_err();
        let text = chain(&error);
        assert!(!error.is_transient(), "{text}");
        assert!(!text.contains("wr0ng") && !text.contains(PASSWORD), "{text}");
        assert!(error.to_string().contains("CLX_QUEUE_PASSWORD_FILE"), "{error}");
        assert!(error.to_string().contains("127.0.0.1"), "{error}");
    }
    let url = server.tcp_url().replace("clx@", &format!("clx:{PASSWORD}@"));
    let error = PostgresOptions::from_url(&url, &PasswordSources::default()).unwrap_err();
    assert!(matches!(error, OptionsError::PasswordInUrl));
    assert!(!format!("{error} {error:?}").contains(PASSWORD));
}

#[test]
fn server_that_is_not_there_is_named_at_once() {
    let mut server = PostgresServer::start();
    let queue = {
        let mut options = options(&server.url());
        options.patience = Duration::from_millis(200);
        PostgresQueue::open(options).unwrap()
    };
    let database = server.url().replace("/postgres?", "/nowhere?");
    let error = PostgresQueue::open(options(&database)).unwrap_err();
    assert!(error.to_string().contains("database `nowhere`"), "{error}");
    assert!(error.to_string().contains("create the database"), "{error}");
    server.kill();
    let begin = Instant::now();
    let error = PostgresQueue::open(options(&server.url())).unwrap_err();
    assert!(error.is_transient() && error.to_string().contains("is the server running"), "{error}");
    assert!(begin.elapsed() < Duration::from_secs(10));
    let error = queue.sessions().unwrap_err();
    assert!(error.is_transient(), "{error}");
    server.restart();
    assert_eq!(queue.sessions().unwrap().len(), 0);
}

/// Makes a certificate for the loopback address that signs itself.
fn certify(key: &Path, certificate: &Path) {
    let settings = key.with_extension("cnf");
    let text = "[req]\ndistinguished_name = name\nprompt = no\nx509_extensions = more\n\
                [name]\nCN = clx\n\
                [more]\nbasicConstraints = critical, CA:FALSE\nsubjectAltName = IP:127.0.0.1\n";
    fs::write(&settings, text).unwrap();
    let mut openssl = Spawn::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-config"])
        .arg(settings)
        .arg("-keyout")
        .arg(key)
        .arg("-out")
        .arg(certificate)
        .start()
        .expect("`openssl` is missing: install the package `openssl`");
    let ended = openssl.wait(Duration::from_secs(60)).unwrap();
    assert_eq!(ended, Waited::Exited(Exit::Status(0)), "{}", openssl.tail());
}

#[test]
fn certificates_are_checked_as_asked() {
    let mut server = PostgresServer::start();
    let data = server.data();
    let made = |name: &str| data.join(name);
    certify(&made("server.key"), &made("server.crt"));
    server.hand_over(&made("server.key"));
    server.hand_over(&made("server.crt"));
    fs::write(data.join("postgresql.auto.conf"), "ssl = on\n").unwrap();
    server.restart();

    let root = made("server.crt").display().to_string();
    let foreign = data.join("foreign.crt").display().to_string();
    let encrypted = |parameters: &str| {
        let queue = open(&format!("{}?{parameters}", server.tcp_url()));
        session(&queue);
        let mut client = Client::connect(&server.url(), NoTls).unwrap();
        let sql = "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                   WHERE client_addr IS NOT NULL AND backend_type = 'client backend'";
        client.query_one(sql, &[]).unwrap().get::<_, Option<bool>>(0).unwrap()
    };
    assert!(!encrypted("sslmode=disable"));
    assert!(encrypted("sslmode=prefer"));
    assert!(encrypted("sslmode=require"));
    assert!(encrypted(&format!("sslmode=verify-ca&sslrootcert={root}")));
    assert!(encrypted(&format!("sslmode=verify-full&sslrootcert={root}")));

    let other_name = server.tcp_url().replace("127.0.0.1", "localhost");
    let refused = |url: String| chain(&PostgresQueue::open(options(&url)).unwrap_err());
    let error = refused(format!("{other_name}?sslmode=verify-full&sslrootcert={root}"));
    assert!(error.contains("not valid for name") || error.contains("NotValidForName"), "{error}");
    open(&format!("{other_name}?sslmode=verify-ca&sslrootcert={root}"));

    certify(&made("foreign.key"), &made("foreign.crt"));
    let error = refused(format!("{}?sslmode=verify-ca&sslrootcert={foreign}", server.tcp_url()));
    assert!(error.contains("UnknownIssuer") || error.contains("certificate"), "{error}");
    let error = refused(format!("{}?sslmode=verify-ca&sslrootcert=/nowhere", server.tcp_url()));
    assert!(error.contains("/nowhere"), "{error}");
}
