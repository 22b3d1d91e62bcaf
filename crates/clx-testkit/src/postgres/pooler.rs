//! A pooler in transaction mode in front of a server. Principal type: [`Pooler`].

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Instant;

use clx_process::Waited;
use tempfile::TempDir;

use super::{LIMIT, LOOK, PostgresServer, Running, give_to_server, socket_url};

const PROGRAM: &str = "/usr/sbin/pgbouncer";

/// Its port: the number in the name of its socket, in a directory of its own.
const PORT: u16 = 6432;

/// A running `pgbouncer`; ends when dropped or when this process dies.
pub struct Pooler {
    /// Ended before its directory goes.
    _running: Running,
    directory: TempDir,
}

impl Pooler {
    /// Starts one with few connections to the server, so that callers have to share them.
    #[must_use]
    pub fn start(server: &PostgresServer) -> Self {
        assert!(
            Path::new(PROGRAM).exists(),
            "`{PROGRAM}` is missing: install PgBouncer, on Debian the package `pgbouncer`, as `cargo xtask \
             test` does"
        );
        let directory = tempfile::Builder::new().prefix("clx-pg").tempdir().unwrap();
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
        give_to_server(directory.path());
        let file = directory.path().join("pgbouncer.ini");
        let text = format!(
            "[databases]\n* = host={} port={} user=clx\n\
             [pgbouncer]\nlisten_addr =\nlisten_port = {PORT}\nunix_socket_dir = {}\n\
             auth_type = any\npool_mode = transaction\ndefault_pool_size = 6\nmax_client_conn = 500\n",
            server.sockets().display(),
            server.port(),
            directory.path().display(),
        );
        fs::write(&file, text).unwrap();
        let arguments = [file.display().to_string()];
        let mut running = Running::start(directory.path(), "TERM", Path::new(PROGRAM), &arguments);
        let socket = directory.path().join(format!(".s.PGSQL.{PORT}"));
        let end = Instant::now() + LIMIT;
        while UnixStream::connect(&socket).is_err() {
            let waited = running.child.wait(LOOK).unwrap();
            let runs = waited == Waited::TimedOut && Instant::now() < end;
            assert!(runs, "the pooler does not start: {}", running.child.tail());
        }
        Self { _running: running, directory }
    }

    /// Returns its address.
    pub fn url(&self) -> String {
        socket_url(self.directory.path(), PORT)
    }
}
