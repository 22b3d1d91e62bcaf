//! The four connections to a kernel that matter. Principal type: [`Channels`].

use std::io;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep, sleep_until};

use crate::connection::Connection;
use crate::wire::{Message, Role, Session, Socket, WireError};

/// How often a port is tried until the kernel listens.
const CONNECT_PAUSE: Duration = Duration::from_millis(5);

/// How long the first answer may take before the question is repeated, each time for twice as long
/// up to [`LAST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LAST_PAUSE: Duration = Duration::from_secs(1);

/// The sockets of a kernel, with the key that signs what goes through them.
#[derive(Debug)]
pub(crate) struct Channels {
    session: Session,
    shell: Socket,
    iopub: Socket,
    control: Socket,
    stdin: Socket,
}

/// A message and the socket that it came from.
#[derive(Debug)]
pub(crate) enum Received {
    /// Answers the request that runs, or a former one.
    Shell(Message),
    /// Output and states.
    Iopub(Message),
    /// The kernel wants something typed in.
    Stdin(Message),
}

impl Channels {
    /// Connects as soon as the kernel listens; waits without limit.
    pub(crate) async fn connect(connection: &Connection) -> Result<Self, WireError> {
        let id = &connection.session;
        // What a kernel publishes before somebody has subscribed is lost, so iopub comes first.
        let iopub = connect(connection.iopub, Role::Subscriber, "").await?;
        let shell = connect(connection.shell, Role::Dealer, id).await?;
        let control = connect(connection.control, Role::Dealer, id).await?;
        let stdin = connect(connection.stdin, Role::Dealer, id).await?;
        let session = Session::new(id.clone(), &connection.secret);
        Ok(Self { session, shell, iopub, control, stdin })
    }

    /// Asks who the kernel is until it has answered on both sockets: only then is the subscription
    /// known to be in force. Returns the content of the reply; waits without limit.
    pub(crate) async fn shake_hands(&mut self) -> Result<Value, WireError> {
        let mut ids = Vec::new();
        let (mut info, mut was_idle) = (None, false);
        let mut pause = FIRST_PAUSE;
        loop {
            ids.push(self.request("kernel_info_request", &json!({})).await?);
            let repeat = Instant::now() + pause;
            pause = (pause * 2).min(LAST_PAUSE);
            loop {
                let received = tokio::select! {
                    received = self.receive() => received?,
                    () = sleep_until(repeat) => break,
                };
                let is_ours = |message: &Message| {
                    message.parent_id.as_ref().is_some_and(|parent| ids.contains(parent))
                };
                match received {
                    Received::Shell(message) if is_ours(&message) => info = Some(message.content),
                    Received::Iopub(message) if is_ours(&message) => was_idle |= is_idle(&message),
                    Received::Shell(_) | Received::Iopub(_) | Received::Stdin(_) => {}
                }
                if was_idle && let Some(info) = info.take() {
                    return Ok(without_banner(info));
                }
            }
        }
    }

    /// Sends a request through the shell socket and returns its `msg_id`.
    pub(crate) async fn request(
        &mut self,
        msg_type: &str,
        content: &Value,
    ) -> Result<String, WireError> {
        let (msg_id, frames) = self.session.request(msg_type, content);
        self.shell.send(&frames).await?;
        Ok(msg_id)
    }

    /// Sends a request through the control socket, which a kernel reads while a cell runs.
    pub(crate) async fn control(
        &mut self,
        msg_type: &str,
        content: &Value,
    ) -> Result<(), WireError> {
        let (_, frames) = self.session.request(msg_type, content);
        self.control.send(&frames).await
    }

    /// Receives the next message of any socket but control. Nothing is lost if the future is dropped.
    pub(crate) async fn receive(&mut self) -> Result<Received, WireError> {
        let session = &self.session;
        tokio::select! {
            frames = self.iopub.receive() => Ok(Received::Iopub(session.read(frames?)?)),
            frames = self.shell.receive() => Ok(Received::Shell(session.read(frames?)?)),
            frames = self.stdin.receive() => Ok(Received::Stdin(session.read(frames?)?)),
        }
    }

    /// Receives the next output, of a kernel whose other sockets may be closed already.
    pub(crate) async fn receive_output(&mut self) -> Result<Received, WireError> {
        Ok(Received::Iopub(self.session.read(self.iopub.receive().await?)?))
    }
}

/// Tells whether the message says that the kernel has done what its parent asked for.
pub(crate) fn is_idle(message: &Message) -> bool {
    message.msg_type == "status" && message.content["execution_state"] == "idle"
}

/// The banner of `IPython` has another tip in it at each start, and nobody reads it.
fn without_banner(mut info: Value) -> Value {
    if let Value::Object(fields) = &mut info {
        fields.remove("banner");
    }
    info
}

async fn connect(port: u16, role: Role, identity: &str) -> Result<Socket, WireError> {
    loop {
        match Socket::connect(port, role, identity).await {
            Err(WireError::Io { source }) if source.kind() == io::ErrorKind::ConnectionRefused => {
                sleep(CONNECT_PAUSE).await;
            }
            result => return result,
        }
    }
}
