//! The side without files. Principal types: [`GatewayClient`], [`Address`].
//!
//! | module | part |
//! |---|---|
//! | `transport` | connections, repeated calls, the version of the other side |
//! | `queue` | [`Queue`](clx_queue::Queue) |
//! | `store` | [`ArtifactStore`](clx_store::ArtifactStore) |

mod queue;
mod store;
mod transport;

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use hyper::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

use self::transport::{Request, Transport};
use crate::protocol::{Health, Problem};

/// Where a gateway is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A socket.
    Socket(PathBuf),
    /// A port, `http://<address>:<port>` in text. No names: a static program cannot look them up.
    Port(SocketAddr),
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_prefix("http://") {
            None if text.contains("://") => {
                Err("write the path of a socket or `http://<address>:<port>`".to_owned())
            }
            None => Ok(Self::Socket(PathBuf::from(text))),
            Some(rest) => {
                rest.trim_end_matches('/').parse().map(Self::Port).map_err(|_| {
                    format!("`{rest}` is no address and port, such as `192.0.2.1:8766`")
                })
            }
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Socket(path) => write!(f, "{}", path.display()),
            Self::Port(address) => write!(f, "http://{address}"),
        }
    }
}

/// How to reach a gateway.
#[derive(Debug, Clone)]
pub struct ClientSettings {
    /// Where it is.
    pub address: Address,
    /// What a port asks for.
    pub token: Option<String>,
    /// How long a gateway that does not answer is asked again, default 20 s, the lease of a worker.
    pub patience: Duration,
}

impl ClientSettings {
    /// Makes settings with the defaults that the fields name.
    #[must_use]
    pub const fn new(address: Address) -> Self {
        Self { address, token: None, patience: Duration::from_secs(20) }
    }
}

/// Why a call to a gateway failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GatewayError {
    /// The client's thread could not be started.
    #[error("the client's thread cannot be started")]
    Thread {
        /// The reason.
        source: std::io::Error,
    },
    /// It did not answer, or the connection broke.
    #[error("the gateway at {address} does not answer: {message}")]
    Unreachable {
        /// Where it should be.
        address: String,
        /// What happened.
        message: String,
    },
    /// It is of another version.
    #[error("the gateway is clx {gateway}, this is clx {own}")]
    Version {
        /// Its version.
        gateway: String,
        /// This version.
        own: &'static str,
    },
    /// It answered something that no gateway of this version answers.
    #[error("the answer of the gateway cannot be read: {message}")]
    Answer {
        /// What is wrong.
        message: String,
    },
    /// It refused, or the call failed there.
    #[error("the gateway answers {status}")]
    Refused {
        /// The status.
        status: u16,
        /// Why.
        problem: Problem,
    },
}

/// A queue and a store at the other end of a gateway. Calls block the thread that makes them, which
/// may be one of a runtime's: the connections are driven by a thread of the client's own.
pub struct GatewayClient {
    transport: Transport,
}

impl fmt::Debug for GatewayClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GatewayClient").finish_non_exhaustive()
    }
}

impl GatewayClient {
    /// Makes a client and greets the gateway.
    ///
    /// # Errors
    /// [`GatewayError`]: it does not answer, refuses, or is of another version.
    pub fn connect(settings: ClientSettings) -> Result<Self, GatewayError> {
        let transport =
            Transport::new(settings).map_err(|source| GatewayError::Thread { source })?;
        let client = Self { transport };
        let _health: Health = client.get_json("/v1/health")?;
        Ok(client)
    }

    fn get_json<T: DeserializeOwned>(&self, path: &str) -> Result<T, GatewayError> {
        let answer = self.transport.call(Request::new(Method::GET, path.to_owned()))?;
        read(&answer)
    }

    /// Sends a call that may be repeated if the connection breaks before its answer.
    fn repeatable<T: DeserializeOwned>(
        &self,
        method: Method,
        path: String,
        body: &impl Serialize,
    ) -> Result<T, GatewayError> {
        let request = Request::new(method, path).json(body)?;
        read(&self.transport.call(request)?)
    }

    /// Sends a call that would be done twice if it were repeated.
    fn once<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, GatewayError> {
        let request = Request::new(Method::POST, path.to_owned()).json(body)?.once();
        read(&self.transport.call(request)?)
    }
}

fn read<T: DeserializeOwned>(answer: &[u8]) -> Result<T, GatewayError> {
    serde_json::from_slice(answer)
        .map_err(|error| GatewayError::Answer { message: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_paths_or_numbers() {
        assert_eq!(
            "/run/clx/gateway.sock".parse(),
            Ok(Address::Socket("/run/clx/gateway.sock".into()))
        );
        let port: Address = "http://127.0.0.1:80/".parse().unwrap();
        assert_eq!(port.to_string(), "http://127.0.0.1:80");
        assert!("http://example:80".parse::<Address>().is_err());
        assert!("https://127.0.0.1:80".parse::<Address>().is_err());
    }
}
