//! How a queue is opened. Principal types: [`PostgresOptions`], [`OptionsError`].

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clx_core::Clock;

use crate::secret::{Password, PasswordSources};
use crate::url::Address;
use crate::value::millis;

/// How long one attempt to connect may take if the address does not say.
const CONNECT: Duration = Duration::from_secs(10);

/// How long a connection may be silent before the other end is asked, and how long data may stay
/// unconfirmed.
const SILENCE: Duration = Duration::from_secs(30);

/// How long an answer to that is waited for, three times.
const PROBE: Duration = Duration::from_secs(10);

/// Where the queue is, and how it is used.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    pub(crate) address: Address,
    pub(crate) password: Option<Password>,
    pub(crate) listening: Listening,
    /// Schema that holds the tables, default `clx`, made if missing. Letters, digits and `_`.
    pub(crate) schema: String,
    /// What a COMMIT waits for, default [`Durability::Normal`].
    pub durability: Durability,
    /// Whether a pooler in transaction mode stands between, default false: nothing is set for a whole
    /// connection then, and each call sets its limits for itself, which costs two more round trips.
    pub pooler: bool,
    /// Connections at most beside the one that listens, default 16. They are opened when needed and
    /// closed when idle for ten minutes.
    pub connections: u32,
    /// Time that one statement may take, default 30 s.
    pub statement_timeout: Duration,
    /// Time that a lock is waited for before the call is tried again, default 5 s.
    pub lock_timeout: Duration,
    /// How long a call tries again while the server cannot be reached or is busy, default 30 s.
    pub patience: Duration,
    /// How often the handle looks for its waiters in case a message was lost, default 1.5 s (varied by up
    /// to a third, so that handles spread).
    pub safety_poll: Duration,
    /// Time without a beat after which a session of this handle counts as abandoned, default 60 s.
    pub session_lease: Duration,
    /// How often own sessions are kept alive and others looked at, default 5 s. Who is silent at two looks
    /// after its lease is over has lost it.
    pub lease_look: Duration,
    /// Time, default that of the server, so that machines whose clocks differ agree.
    pub clock: Option<Arc<dyn Clock>>,
}

/// What a COMMIT waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// What producers and owners did is on disk: sessions, enqueued jobs, cancellations, and all that was
    /// collected. What workers did (claims, reports, beats) follows within about 600 ms and may be
    /// undone if the server's machine or the server itself dies before: such jobs run again.
    #[default]
    Normal,
    /// Everything is on disk.
    Full,
}

/// How the handle hears of other handles.
#[derive(Debug, Clone, Default)]
pub(crate) enum Listening {
    /// By a connection of its own to the same address.
    #[default]
    Same,
    /// By one to another address, because a pooler at the first one does not pass messages on.
    At(Box<Address>),
    /// Not at all: the safety poll alone serves.
    Never,
}

/// Options that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OptionsError {
    /// The URL has another scheme, or none.
    #[error("the address of a queue begins with `postgres://`")]
    Scheme,
    /// The URL names neither a host nor a directory of sockets.
    #[error(
        "the address of the queue names no host; write `postgres://HOST/DATABASE`, or \
         `postgres:///DATABASE?host=DIRECTORY` for a socket"
    )]
    NoHost,
    /// A URL is shown in process lists and logs, so it must hold no password.
    #[error(
        "the address of the queue holds a password, which everybody could read in the list of \
         processes; take it out, and put it into the file that `CLX_QUEUE_PASSWORD_FILE` names, into \
         `PGPASSWORD` or into `~/.pgpass`"
    )]
    PasswordInUrl,
    /// The client library does not understand the URL.
    #[error(
        "the address of the queue cannot be read; its form is `postgres://USER@HOST:PORT/DATABASE`"
    )]
    Url {
        /// What it does not understand.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A parameter has a value that it cannot have.
    #[error("parameter `{name}` of the queue's address is `{value}`; expected {expected}")]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// Its value.
        value: String,
        /// What it can be, in words.
        expected: &'static str,
    },
    /// Certificates shall be checked, against nothing.
    #[error(
        "`sslmode` asks to check the server's certificate; say against which by `sslrootcert=FILE`"
    )]
    NoRootCertificate,
    /// The file of root certificates cannot be used.
    #[error("the certificates in {} cannot be used; the file holds certificates as PEM", path.display())]
    RootCertificate {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The TLS library refuses its settings.
    #[error("TLS cannot be used")]
    Tls {
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The file with the password cannot be read.
    #[error("the file {} with the queue's password cannot be read", path.display())]
    PasswordFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Others may read the table of passwords.
    #[error("others may read the passwords in {}; run `chmod 600` on it", path.display())]
    PublicPasswords {
        /// The file.
        path: PathBuf,
    },
}

impl PostgresOptions {
    /// Returns where the queue is, without user and secrets.
    #[must_use]
    pub fn place(&self) -> String {
        self.address.to_string()
    }

    /// Reads a URL, `postgres://USER@HOST:PORT/DATABASE?PARAMETERS`, and finds the password for it.
    ///
    /// Parameters beside those of the client library: `schema`, `durability` (`normal`, `full`),
    /// `pooler` (`no`, `transaction`), `listen` (`yes`, `no`), `listen_url` (percent-encoded), `sslmode`,
    /// `sslrootcert`.
    ///
    /// # Errors
    /// All of [`OptionsError`]; [`OptionsError::PasswordInUrl`] if the URL holds a password.
    pub fn from_url(url: &str, passwords: &PasswordSources) -> Result<Self, OptionsError> {
        let mut address = Address::parse(url)?;
        let own = std::mem::take(&mut address.own);
        let password = passwords.find(&address)?;
        let mut options = Self::new(address, password);
        for (name, value) in own {
            options.set(&name, &value)?;
        }
        Ok(options)
    }

    /// Returns how calls connect: with limits for the whole connection where no pooler shares it.
    pub(crate) fn connection(&self) -> tokio_postgres::Config {
        let mut config = self.connection_to(&self.address);
        if !self.pooler {
            let given = config.get_options().unwrap_or_default().to_owned();
            let statement_ms = millis(self.statement_timeout);
            config.options(format!("-c statement_timeout={statement_ms} {given}"));
        }
        config
    }

    /// Returns how to connect to an address with the password of this queue.
    pub(crate) fn connection_to(&self, address: &Address) -> tokio_postgres::Config {
        let mut config = address.config.clone();
        if let Some(password) = &self.password {
            config.password(password.text());
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        // A server that vanished without a word is noticed within a minute.
        if config.get_keepalives_idle() > SILENCE {
            config.keepalives_idle(SILENCE).keepalives_interval(PROBE).keepalives_retries(3);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(SILENCE);
        }
        config
    }

    fn new(address: Address, password: Option<Password>) -> Self {
        Self {
            address,
            password,
            listening: Listening::default(),
            schema: "clx".to_owned(),
            durability: Durability::default(),
            pooler: false,
            connections: 16,
            statement_timeout: Duration::from_secs(30),
            lock_timeout: Duration::from_secs(5),
            patience: Duration::from_secs(30),
            safety_poll: Duration::from_millis(1500),
            session_lease: Duration::from_secs(60),
            lease_look: Duration::from_secs(5),
            clock: None,
        }
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), OptionsError> {
        let wrong = |name, expected| {
            Err(OptionsError::Parameter { name, value: value.to_owned(), expected })
        };
        match (name, value) {
            ("schema", value) if is_schema(value) => value.clone_into(&mut self.schema),
            ("schema", _) => {
                return wrong("schema", "a lower-case letter, then letters, digits and `_`");
            }
            ("durability", "normal") => self.durability = Durability::Normal,
            ("durability", "full") => self.durability = Durability::Full,
            ("durability", _) => return wrong("durability", "normal or full"),
            ("pooler", "no") => self.pooler = false,
            ("pooler", "transaction") => self.pooler = true,
            ("pooler", _) => return wrong("pooler", "no or transaction"),
            ("listen", "no") => self.listening = Listening::Never,
            ("listen", "yes") => {}
            ("listen", _) => return wrong("listen", "yes or no"),
            _ => self.listening = Listening::At(Box::new(Address::parse(value)?)),
        }
        Ok(())
    }
}

fn is_schema(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    name.len() <= 48
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && !name.starts_with("pg_")
        && name.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(parameters: &str) -> Result<PostgresOptions, OptionsError> {
        let url = format!("postgres://me@db/jobs?{parameters}");
        PostgresOptions::from_url(&url, &PasswordSources::default())
    }

    #[test]
    fn parameters_set_what_they_name() {
        let usual = options("").unwrap();
        assert_eq!((usual.schema.as_str(), usual.durability), ("clx", Durability::Normal));
        assert!(matches!(usual.listening, Listening::Same) && !usual.pooler);
        let all =
            "schema=a_1&durability=full&pooler=transaction&listen_url=postgres%3A%2F%2Fdb2%2Fx";
        let all = options(all).unwrap();
        assert_eq!((all.schema.as_str(), all.durability), ("a_1", Durability::Full));
        assert!(matches!(&all.listening, Listening::At(at) if at.to_string().contains("db2")));
        assert!(all.pooler);
        assert!(matches!(options("listen=no").unwrap().listening, Listening::Never));
    }

    #[test]
    fn wrong_values_are_named_with_what_is_right() {
        for (parameters, part) in [
            ("schema=A", "lower-case"),
            ("schema=a%22b", "lower-case"),
            ("schema=pg_x", "lower-case"),
            ("durability=much", "normal or full"),
            ("pooler=session", "no or transaction"),
            ("listen=perhaps", "yes or no"),
        ] {
            let message = options(parameters).unwrap_err().to_string();
            assert!(message.contains(part), "{message}");
        }
    }

    #[test]
    fn password_is_never_shown() {
        let sources =
            PasswordSources { password: Some("s3cret".to_owned()), ..PasswordSources::default() };
        let options = PostgresOptions::from_url("postgres://me@db/jobs", &sources).unwrap();
        let shown = format!("{options:?} {options:#?} {sources:?}");
        assert!(!shown.contains("s3cret"), "{shown}");
        assert_eq!(options.password.unwrap().text(), "s3cret");
    }
}
