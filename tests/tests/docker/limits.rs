//! What code in a container may not do. Each cell fails if it can.

use std::net::TcpListener;

use clx_tests::e2e::finish;

use crate::{build, command, course, has_containers};

/// Runs `what` and fails unless it raises an error.
const REFUSED: &str = "def refused(what):
    try:
        what()
    except OSError:
        return
    raise AssertionError('it was allowed')";

/// Asks the gateway by hand; returns the status.
const ASK: &str = "import json, socket
def ask(method, path, body):
    s = socket.socket(socket.AF_UNIX)
    s.connect('/run/clx/gateway.sock')
    data = json.dumps(body).encode()
    head = (f'{method} {path} HTTP/1.1\\r\\nhost: clx\\r\\nclx-version: VERSION\\r\\n'
            f'connection: close\\r\\ncontent-length: {len(data)}\\r\\n\\r\\n')
    s.sendall(head.encode() + data)
    answer = b''
    while part := s.recv(65536):
        answer += part
    return int(answer.split()[1])";

#[test]
fn code_reaches_nothing_of_the_host() {
    if !has_containers() {
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let connect = format!(
        "import socket\nrefused(lambda: socket.create_connection(('127.0.0.1', {port}), timeout=2))\n\
         assert [name for _, name in socket.if_nameindex()] == ['lo']"
    );
    let secret = tempfile::NamedTempFile::new().expect("a file of the host");
    let read = format!(
        "refused(lambda: open({:?}))\nrefused(lambda: open('/etc/shadow'))\n\
         refused(lambda: open('/var/run/docker.sock'))",
        secret.path().to_str().expect("UTF-8")
    );
    let write = "for path in ['/x', '/opt/clx/x', '/usr/x', '/run/clx/x', '/etc/x']:\n    \
                 refused(lambda: open(path, 'w'))";
    let rise = "import os\nassert os.getuid() != 0 and os.geteuid() != 0\nrefused(lambda: os.setuid(0))\n\
                refused(lambda: os.chroot('/tmp'))\nrefused(lambda: os.unlink('/run/clx/gateway.sock'))";
    let course = course(&[REFUSED, &connect, &read, write, rise]);
    let _built = build(&course, &[]).expect(0);
}

#[test]
fn code_may_ask_the_gateway_for_nothing_but_its_own_work() {
    if !has_containers() {
        return;
    }
    let ask = ASK.replace("VERSION", env!("CARGO_PKG_VERSION"));
    let calls = "for other in range(1, 50):
    claim = {'worker': other, 'seq': 1, 'free': 1, 'done': [], 'wait': {'secs': 0, 'nanos': 0}}
    status = ask('POST', f'/v1/workers/{other}/claim', claim)
    # Its own number is the only one for which it is asked at all.
    assert status in (403, 409, 200), (other, status)
    assert status == 403 or not globals().get('own'), (other, status)
    own = globals().get('own') or (other if status != 403 else None)
assert own
assert ask('POST', '/v1/queue/sessions', 'sessions') == 403
assert ask('GET', '/v1/blobs/' + '0' * 64, None) == 404";
    let course = course(&[&ask, calls]);
    let _built = build(&course, &["--notebook-workers", "1"]).expect(0);
}

#[test]
fn configured_memory_and_network_are_those_of_the_container() {
    if !has_containers() {
        return;
    }
    let memory = "import os
new, old = '/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes'
limit = open(new if os.path.exists(new) else old).read().strip()
assert limit == str(300 << 20), limit";
    let network = "import socket
assert [name for _, name in socket.if_nameindex()] != ['lo']";
    let course = course(&[memory, network]);
    let command = command(&course, &[])
        .env("CLX_WORKER_MANAGEMENT__NOTEBOOK__MEMORY_LIMIT", "300m")
        .env("CLX_WORKER_MANAGEMENT__NETWORK", "bridge");
    let _built = finish(command.start().expect("clx starts")).expect(0);
}
