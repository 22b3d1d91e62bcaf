//! Connections to a gateway: kept while they work, made anew when they break. Principal type:
//! [`Transport`].

use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{AUTHORIZATION, HOST};
use hyper::{Method, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::runtime::Runtime;

use super::{Address, ClientSettings, GatewayError};
use crate::protocol::{BLOB_SIZES, BODY_LIMIT, LONGEST_WAIT, Problem, VERSION, VERSION_HEADER};

/// First pause before another try, and the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

type Connection = SendRequest<Full<Bytes>>;

/// A call to be sent, as often as it takes.
#[derive(Debug, Clone)]
pub(super) struct Request {
    method: Method,
    path: String,
    body: Bytes,
    blob_sizes: Option<String>,
    /// Not sent again once it may have arrived.
    is_once: bool,
}

impl Request {
    pub(super) const fn new(method: Method, path: String) -> Self {
        Self { method, path, body: Bytes::new(), blob_sizes: None, is_once: false }
    }

    pub(super) fn json(self, body: &impl Serialize) -> Result<Self, GatewayError> {
        let body = serde_json::to_vec(body)
            .map_err(|error| GatewayError::Answer { message: error.to_string() })?;
        Ok(Self { body: body.into(), ..self })
    }

    pub(super) fn blobs(self, blobs: &[&[u8]]) -> Self {
        let sizes: Vec<_> = blobs.iter().map(|blob| blob.len().to_string()).collect();
        Self { body: blobs.concat().into(), blob_sizes: Some(sizes.join(",")), ..self }
    }

    pub(super) const fn once(mut self) -> Self {
        self.is_once = true;
        self
    }
}

/// Sends requests from any thread.
pub(super) struct Transport {
    inner: Arc<Inner>,
    /// In an option, so that it can be given up without waiting for it.
    runtime: Option<Runtime>,
}

struct Inner {
    settings: ClientSettings,
    idle: Mutex<Vec<Connection>>,
}

/// What became of one try.
enum Failure {
    /// The request did not get out.
    Unsent(String),
    /// It may have arrived.
    Unanswered(String),
    Final(GatewayError),
}

impl Transport {
    pub(super) fn new(settings: ClientSettings) -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("clx-gateway")
            .enable_all()
            .build()?;
        let inner = Arc::new(Inner { settings, idle: Mutex::default() });
        Ok(Self { inner, runtime: Some(runtime) })
    }

    /// Sends a request and waits for its answer, however often the connection breaks, until patience
    /// is over.
    pub(super) fn call(&self, request: Request) -> Result<Bytes, GatewayError> {
        let gone = || GatewayError::Unreachable {
            address: self.inner.settings.address.to_string(),
            message: "the client is ending".to_owned(),
        };
        let runtime = self.runtime.as_ref().ok_or_else(gone)?;
        let inner = Arc::clone(&self.inner);
        let (sender, answer) = mpsc::sync_channel(1);
        runtime.spawn(async move {
            // A caller that is gone has no use for it.
            let _gone = sender.send(inner.call(&request).await);
        });
        answer.recv().map_err(|_| gone())?
    }
}

impl Drop for Transport {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // It may be dropped on a thread of another runtime, which must not wait.
            runtime.shutdown_background();
        }
    }
}

impl Inner {
    async fn call(&self, request: &Request) -> Result<Bytes, GatewayError> {
        let deadline = Instant::now() + self.settings.patience;
        let mut pause = FIRST_PAUSE;
        loop {
            let message = match self.attempt(request).await {
                Ok(answer) => return Ok(answer),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Unanswered(message)) if request.is_once => {
                    return Err(self.unreachable(message));
                }
                Err(Failure::Unsent(message) | Failure::Unanswered(message)) => message,
            };
            if Instant::now() + pause > deadline {
                return Err(self.unreachable(message));
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn unreachable(&self, message: String) -> GatewayError {
        GatewayError::Unreachable { address: self.settings.address.to_string(), message }
    }

    async fn attempt(&self, request: &Request) -> Result<Bytes, Failure> {
        let mut connection = self.connection().await.map_err(Failure::Unsent)?;
        let answered = self.exchange(&mut connection, request);
        // Longer than any call waits by itself.
        let limit = LONGEST_WAIT + BODY_LIMIT;
        let (status, version, body) = match tokio::time::timeout(limit, answered).await {
            Ok(answer) => answer?,
            Err(_) => return Err(Failure::Unanswered("no answer in time".to_owned())),
        };
        self.keep(connection);
        if version.as_deref() != Some(VERSION) {
            let gateway = version.unwrap_or_else(|| "of no known version".to_owned());
            return Err(Failure::Final(GatewayError::Version { gateway, own: VERSION }));
        }
        if status.is_success() {
            return Ok(body);
        }
        let problem: Problem = serde_json::from_slice(&body).map_err(|error| {
            Failure::Final(GatewayError::Answer { message: format!("{status}: {error}") })
        })?;
        Err(Failure::Final(GatewayError::Refused { status: status.as_u16(), problem }))
    }

    async fn exchange(
        &self,
        connection: &mut Connection,
        request: &Request,
    ) -> Result<(StatusCode, Option<String>, Bytes), Failure> {
        let sent = self
            .compose(request)
            .map_err(|error| Failure::Final(GatewayError::Answer { message: error.to_string() }))?;
        let unanswered = |error: hyper::Error| Failure::Unanswered(error.to_string());
        let response = match connection.try_send_request(sent).await {
            Ok(response) => response,
            Err(mut error) => {
                // The request comes back if the connection had been closed before it went out.
                let is_unsent = error.take_message().is_some();
                let message = error.into_error().to_string();
                let failure = if is_unsent { Failure::Unsent } else { Failure::Unanswered };
                return Err(failure(message));
            }
        };
        let status = response.status();
        let version = response.headers().get(VERSION_HEADER);
        let version = version.and_then(|value| value.to_str().ok()).map(str::to_owned);
        let body = response.into_body().collect().await.map_err(unanswered)?;
        Ok((status, version, body.to_bytes()))
    }

    fn compose(
        &self,
        request: &Request,
    ) -> Result<hyper::Request<Full<Bytes>>, hyper::http::Error> {
        let mut builder = hyper::Request::builder()
            .method(request.method.clone())
            .uri(&request.path)
            .header(HOST, "clx")
            .header(VERSION_HEADER, VERSION);
        if let Some(token) = &self.settings.token {
            builder = builder.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(sizes) = &request.blob_sizes {
            builder = builder.header(BLOB_SIZES, sizes);
        }
        builder.body(Full::new(request.body.clone()))
    }

    async fn connection(&self) -> Result<Connection, String> {
        while let Some(connection) = self.take_idle() {
            if connection.is_ready() {
                return Ok(connection);
            }
        }
        match &self.settings.address {
            Address::Socket(path) => {
                let stream = UnixStream::connect(path).await;
                open(stream.map_err(|error| error.to_string())?).await
            }
            Address::Port(address) => {
                let stream = TcpStream::connect(address).await;
                let stream = stream.map_err(|error| error.to_string())?;
                stream.set_nodelay(true).map_err(|error| error.to_string())?;
                open(stream).await
            }
        }
    }

    fn take_idle(&self) -> Option<Connection> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn keep(&self, connection: Connection) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    }
}

async fn open(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
) -> Result<Connection, String> {
    let (connection, driver) =
        handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
    // What breaks a connection is told to the requests that wait on it.
    tokio::spawn(async move {
        let _ended = driver.await;
    });
    Ok(connection)
}
