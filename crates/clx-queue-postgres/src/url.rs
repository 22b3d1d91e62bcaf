//! The address of a server as one text. Principal type: [`Address`].
//!
//! `postgres://user@host:port/database?parameters`, as the client library reads it, with parameters of
//! our own and those of `sslmode` that the library does not know.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr as _;

use tokio_postgres::config::Host;

use crate::options::OptionsError;
use crate::tls::Trust;

/// Where a server is and how it is spoken to; never holds a password.
#[derive(Clone)]
pub(crate) struct Address {
    pub(crate) config: tokio_postgres::Config,
    pub(crate) trust: Trust,
    /// Parameters that only this crate knows, in their order.
    pub(crate) own: Vec<(String, String)>,
}

/// Parameters that only this crate knows.
const OWN: [&str; 5] = ["schema", "durability", "pooler", "listen", "listen_url"];

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// [`OptionsError::PasswordInUrl`], [`OptionsError::Url`], [`OptionsError::Parameter`],
    /// [`OptionsError::NoRootCertificate`].
    pub(crate) fn parse(url: &str) -> Result<Self, OptionsError> {
        let (place, parameters) = url.split_once('?').unwrap_or((url, ""));
        let Some((_, rest)) = place
            .split_once("://")
            .filter(|(scheme, _)| matches!(*scheme, "postgres" | "postgresql"))
        else {
            return Err(OptionsError::Scheme);
        };
        let credentials = rest.rsplit_once('@').map(|(credentials, _)| credentials);
        if credentials.is_some_and(|credentials| credentials.contains(':')) {
            return Err(OptionsError::PasswordInUrl);
        }
        let mut foreign = Vec::new();
        let mut own = Vec::new();
        let mut mode = None;
        let mut root = None;
        for parameter in parameters.split('&').filter(|text| !text.is_empty()) {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            match name {
                "password" => return Err(OptionsError::PasswordInUrl),
                "sslmode" => mode = Some(decode(value)),
                "sslrootcert" => root = Some(PathBuf::from(decode(value))),
                name if OWN.contains(&name) => own.push((name.to_owned(), decode(value))),
                _ => foreign.push(parameter.to_owned()),
            }
        }
        let (plain_mode, trust) = trust(mode.as_deref(), root)?;
        foreign.push(format!("sslmode={plain_mode}"));
        let known = format!("{place}?{}", foreign.join("&"));
        let mut config = tokio_postgres::Config::from_str(&known)
            .map_err(|source| OptionsError::Url { source: Box::new(source) })?;
        // In whatever way it was written.
        if config.get_password().is_some() {
            return Err(OptionsError::PasswordInUrl);
        }
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(OptionsError::NoHost);
        }
        if config.get_application_name().is_none() {
            config.application_name("clx");
        }
        Ok(Self { config, trust, own })
    }
}

/// Returns the mode as the library knows it, and what it means for certificates.
fn trust(mode: Option<&str>, root: Option<PathBuf>) -> Result<(&'static str, Trust), OptionsError> {
    match (mode.unwrap_or("prefer"), root) {
        ("disable", _) => Ok(("disable", Trust::Anybody)),
        ("prefer" | "allow", _) => Ok(("prefer", Trust::Anybody)),
        ("require", None) => Ok(("require", Trust::Anybody)),
        ("require" | "verify-ca", Some(root)) => Ok(("require", Trust::Signed(root))),
        ("verify-full", Some(root)) => Ok(("require", Trust::SignedForHost(root))),
        ("verify-ca" | "verify-full", None) => Err(OptionsError::NoRootCertificate),
        (other, _) => Err(OptionsError::Parameter {
            name: "sslmode",
            value: other.to_owned(),
            expected: "disable, prefer, require, verify-ca or verify-full",
        }),
    }
}

/// Resolves `%41`; what is none stays.
fn decode(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let [first, tail @ ..] = rest {
        let digits = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let code = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (first, code) {
            (b'%', Some(code)) => {
                bytes.push(code);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Host, port and database, for people; no user, no parameters.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts = self.config.get_hosts().iter().map(|host| match host {
            Host::Tcp(name) => name.clone(),
            Host::Unix(path) => path.display().to_string(),
        });
        let addresses = self.config.get_hostaddrs().iter().map(ToString::to_string);
        let names: Vec<_> = hosts.chain(addresses).collect();
        let port = self.config.get_ports().first().copied().unwrap_or(5432);
        write!(f, "{}:{port}", names.join(","))?;
        match self.config.get_dbname() {
            Some(database) => write!(f, ", database `{database}`"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Address").field(&self.to_string()).field(&self.trust).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(url: &str) -> String {
        Address::parse(url).unwrap_err().to_string()
    }

    #[test]
    fn password_is_refused_wherever_it_stands() {
        for url in [
            "postgres://me:secret@db/x",
            "postgres://me@db/x?password=secret",
            "postgres://me@db/x?pass%77ord=secret",
        ] {
            let message = refused(url);
            assert!(message.contains("CLX_QUEUE_PASSWORD_FILE"), "{message}");
            assert!(!message.contains("secret"), "{message}");
        }
    }

    #[test]
    fn address_is_shown_without_parameters() {
        let url = "postgres://me@db.example:6432/jobs?schema=a&sslmode=require&connect_timeout=3";
        let address = Address::parse(url).unwrap();
        assert_eq!(address.to_string(), "db.example:6432, database `jobs`");
        assert_eq!(address.own, [("schema".to_owned(), "a".to_owned())]);
        assert_eq!(address.config.get_user(), Some("me"));
        let local = Address::parse("postgresql:///jobs?host=%2Frun%2Fpg").unwrap();
        assert_eq!(local.to_string(), "/run/pg:5432, database `jobs`");
    }

    #[test]
    fn modes_say_what_is_checked() {
        let check = |parameters: &str, expected: Trust| {
            let address = Address::parse(&format!("postgres://db/x?{parameters}")).unwrap();
            assert_eq!(address.trust, expected, "{parameters}");
        };
        check("", Trust::Anybody);
        check("sslmode=require", Trust::Anybody);
        check("sslmode=require&sslrootcert=%2Fca.pem", Trust::Signed("/ca.pem".into()));
        check("sslmode=verify-ca&sslrootcert=/ca.pem", Trust::Signed("/ca.pem".into()));
        check("sslrootcert=/ca.pem&sslmode=verify-full", Trust::SignedForHost("/ca.pem".into()));
        assert!(refused("postgres://db/x?sslmode=verify-full").contains("sslrootcert"));
        assert!(refused("postgres://db/x?sslmode=yes").contains("`yes`"));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        assert!(refused("mysql://db/x").contains("postgres://"));
        assert!(refused("postgres:///x").contains("host"));
        assert!(refused("postgres://db/x?colour=red").contains("read"));
    }
}
