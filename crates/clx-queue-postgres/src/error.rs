//! What the server reports, as errors of the queue. Principal types: [`Failure`], [`Fault`].

use std::error::Error as _;
use std::io::ErrorKind;
use std::sync::Arc;

use clx_queue::QueueError;
use postgres::error::SqlState;

use crate::url::Address;

/// The state that the function `claim` raises if a report needs the long way.
pub(crate) const LONG_WAY: &str = "CLX01";

/// The state that the function `enqueue` raises if the session is not open.
pub(crate) const SESSION_CLOSED: &str = "CLX02";

/// Why an operation was undone.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The queue refuses it.
    Refused(QueueError),
    /// The server or the client library reported an error.
    Postgres(postgres::Error),
    /// No connection could be had in time; the text is all that the pool tells.
    Pool(r2d2::Error),
}

impl From<QueueError> for Failure {
    fn from(error: QueueError) -> Self {
        Self::Refused(error)
    }
}

impl From<postgres::Error> for Failure {
    fn from(error: postgres::Error) -> Self {
        Self::Postgres(error)
    }
}

/// What an error means for whoever made the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The connection was lost; whether a COMMIT under way took place is not known.
    Lost,
    /// The server is not ready, or has too many connections.
    Unavailable,
    /// The transaction was undone because of others; the same again may succeed at once.
    Conflict,
    /// The transaction of this token took place before.
    Repeated,
    /// A statement took too long.
    TimedOut,
    /// Anything else: trying again changes nothing.
    Permanent,
}

impl Fault {
    pub(crate) fn of(error: &postgres::Error) -> Self {
        let Some(reported) = error.as_db_error() else {
            return if is_lost(error) { Self::Lost } else { Self::Permanent };
        };
        let code = reported.code();
        match code {
            &SqlState::ADMIN_SHUTDOWN
            | &SqlState::CRASH_SHUTDOWN
            | &SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT => Self::Lost,
            &SqlState::CANNOT_CONNECT_NOW | &SqlState::TOO_MANY_CONNECTIONS => Self::Unavailable,
            &SqlState::T_R_SERIALIZATION_FAILURE
            | &SqlState::T_R_DEADLOCK_DETECTED
            | &SqlState::LOCK_NOT_AVAILABLE => Self::Conflict,
            &SqlState::UNIQUE_VIOLATION => match reported.constraint() {
                Some("calls_pkey") => Self::Repeated,
                // Somebody inserted the same key meanwhile; the next try finds it.
                _ => Self::Conflict,
            },
            &SqlState::QUERY_CANCELED => Self::TimedOut,
            code if code.code().starts_with("08") && !is_refused_parameter(reported) => Self::Lost,
            _ => Self::Permanent,
        }
    }
}

fn is_lost(error: &postgres::Error) -> bool {
    error.is_closed() || io_kind(error).is_some_and(|kind| kind != ErrorKind::InvalidData)
}

/// Returns what the operating system reported; TLS reports certificates that it refuses as invalid data.
fn io_kind(error: &postgres::Error) -> Option<ErrorKind> {
    error.source()?.downcast_ref::<std::io::Error>().map(std::io::Error::kind)
}

/// The client library says that the server asks for a password in words only.
fn lacks_password(error: &postgres::Error) -> bool {
    error.source().is_some_and(|source| source.to_string().contains("password missing"))
}

/// A pooler refuses settings for a whole connection in this way.
fn is_refused_parameter(error: &postgres::error::DbError) -> bool {
    error.message().contains("startup parameter")
}

impl Failure {
    /// Makes the error that callers of the queue see.
    pub(crate) fn at(self, address: &Address) -> QueueError {
        match self {
            Self::Refused(error) => error,
            Self::Pool(error) => QueueError::Server {
                message: format!("the queue at {address} cannot be reached: {error}"),
                is_transient: true,
                source: None,
            },
            Self::Postgres(error) => {
                let fault = Fault::of(&error);
                QueueError::Server {
                    message: message(&error, fault, address),
                    is_transient: fault != Fault::Permanent,
                    source: Some(Arc::new(error)),
                }
            }
        }
    }
}

const PASSWORD_ADVICE: &str = "; check the user in the address, and the password in the file that \
     `CLX_QUEUE_PASSWORD_FILE` names, in `PGPASSWORD` or in `~/.pgpass`";

/// Says what happened where, and what to do.
fn message(error: &postgres::Error, fault: Fault, address: &Address) -> String {
    let Some(reported) = error.as_db_error() else {
        return match fault {
            Fault::Lost => format!(
                "the queue at {address} cannot be reached; is the server running, and may this \
                 machine connect?"
            ),
            _ if lacks_password(error) => {
                format!("the queue at {address} asks for a password{PASSWORD_ADVICE}")
            }
            _ if io_kind(error).is_some() => format!(
                "the queue at {address} cannot be used: TLS failed; check `sslmode` and \
                 `sslrootcert` in the address, and the server's certificate"
            ),
            _ => format!("the queue at {address} cannot be used"),
        };
    };
    let advice = match reported.code() {
        &SqlState::INVALID_PASSWORD | &SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
            PASSWORD_ADVICE
        }
        &SqlState::INVALID_CATALOG_NAME => "; create the database, or correct the address",
        &SqlState::INSUFFICIENT_PRIVILEGE => {
            "; grant this user CREATE on the database, or all on the queue's schema"
        }
        &SqlState::TOO_MANY_CONNECTIONS => {
            "; lower the number of connections, or put a pooler between"
        }
        &SqlState::QUERY_CANCELED => "; a statement took longer than it may",
        _ if is_refused_parameter(reported) => {
            "; this is a pooler: add `pooler=transaction` to the address"
        }
        _ => "",
    };
    format!("the queue at {address} reports: {}{advice}", reported.message())
}
