//! Listens, answers, and ends. Principal type: [`Server`].

use std::fs;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::path::Path;
use std::process::exit;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use rustix::net::{AddressFamily, SocketType};
use serde_json::{Value, json};

use super::FakeStart;
use super::message::{Request, Signer};
use super::socket::Socket;

/// A flag that threads wait for.
#[derive(Debug, Default)]
pub(super) struct Interrupt {
    came: Mutex<bool>,
    changed: Condvar,
}

impl Interrupt {
    fn raise(&self) {
        *self.came.lock().unwrap() = true;
        self.changed.notify_all();
    }

    pub(super) fn wait(&self) {
        let came = self.changed.wait_while(self.came.lock().unwrap(), |came| !*came);
        *came.unwrap() = false;
    }
}

/// The connected sockets of a kernel.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) signer: Signer,
    pub(super) iopub: Socket,
    pub(super) shell: Socket,
    pub(super) stdin: Socket,
    pub(super) interrupt: Arc<Interrupt>,
    pub(super) execution_count: u64,
}

#[expect(clippy::exit, reason = "the process is a kernel, and its test harness must not go on")]
pub(super) fn run(start: FakeStart, connection_file: &Path) {
    let connection: Value = serde_json::from_slice(&fs::read(connection_file).unwrap()).unwrap();
    match start {
        FakeStart::Dies => end_with("no interpreter here"),
        FakeStart::Exclusive => {
            if let Err(error) = bind_exclusively(&connection) {
                end_with(&error.to_string());
            }
        }
        FakeStart::Ready | FakeStart::Silent | FakeStart::BareInfo | FakeStart::Foreign => {}
    }
    let mut server = Server::accept(start, &connection);
    loop {
        let request = server.signer.read(&server.shell.receive());
        match request.msg_type() {
            _ if start == FakeStart::Silent => {}
            "kernel_info_request" => server.tell_info(start, &request),
            "execute_request" => server.execute(&request),
            _ => exit(4),
        }
    }
}

#[expect(clippy::exit, reason = "a kernel that cannot start ends")]
#[expect(clippy::print_stderr, reason = "that is what such a kernel does")]
fn end_with(reason: &str) {
    eprintln!("{reason}");
    exit(3);
}

/// Binds a port without sharing it, which the standard library cannot.
fn bind_exclusively(connection: &Value) -> rustix::io::Result<()> {
    let port = connection["shell_port"].as_u64().unwrap();
    let address = SocketAddrV4::new(Ipv4Addr::LOCALHOST, u16::try_from(port).unwrap());
    let socket = rustix::net::socket(AddressFamily::INET, SocketType::STREAM, None)?;
    rustix::net::bind(&socket, &address)
}

impl Server {
    fn accept(start: FakeStart, connection: &Value) -> Self {
        let listen = |name: &str| Socket::listen(connection[name].as_u64().unwrap());
        let [iopub, shell, control, stdin] =
            ["iopub_port", "shell_port", "control_port", "stdin_port"].map(listen);
        if start == FakeStart::Foreign {
            use std::io::Write;
            let hello =
                b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nServer: something else\r\n\r\n";
            iopub.accept().unwrap().0.write_all(hello).unwrap();
        }
        let signer = Signer { key: connection["key"].as_str().unwrap().to_owned() };
        let interrupt = Arc::new(Interrupt::default());
        let iopub = Socket::accept(&iopub, "PUB");
        let shell = Socket::accept(&shell, "ROUTER");
        let control = Socket::accept(&control, "ROUTER");
        let stdin = Socket::accept(&stdin, "ROUTER");
        let (reader, raised) = (signer.clone(), Arc::clone(&interrupt));
        thread::spawn(move || obey(control, &reader, &raised));
        Self { signer, iopub, shell, stdin, interrupt, execution_count: 0 }
    }

    fn tell_info(&mut self, start: FakeStart, request: &Request) {
        let content = match start {
            FakeStart::BareInfo => json!({}),
            _ => json!({"status": "ok", "implementation": "fake", "banner": "differs"}),
        };
        self.reply(request, "kernel_info_reply", &content);
        self.publish(request, "status", &json!({"execution_state": "idle"}));
    }

    pub(super) fn reply(&mut self, request: &Request, msg_type: &str, content: &Value) {
        self.shell.send(&self.signer.message(msg_type, &request.header, content));
    }

    pub(super) fn publish(&mut self, request: &Request, msg_type: &str, content: &Value) {
        self.iopub.send(&self.signer.message(msg_type, &request.header, content));
    }
}

/// Takes requests while a cell runs.
#[expect(clippy::exit, reason = "a kernel ends when it is asked to")]
fn obey(mut control: Socket, signer: &Signer, interrupt: &Interrupt) {
    loop {
        match signer.read(&control.receive()).msg_type() {
            "interrupt_request" => interrupt.raise(),
            _ => exit(0),
        }
    }
}
