//! Where a password may come from: the environment or a file, never an argument or a URL. Principal
//! types: [`PasswordSources`], [`Password`].

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::options::OptionsError;
use crate::url::Address;

/// A password; shown as dots.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Password(String);

impl Password {
    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(...)")
    }
}

/// Where to look for a password; the first that has one wins, in the order of the fields.
#[derive(Clone, Default)]
pub struct PasswordSources {
    /// A file whose first line is the password: `CLX_QUEUE_PASSWORD_FILE`.
    pub file: Option<PathBuf>,
    /// The password itself: `PGPASSWORD`.
    pub password: Option<String>,
    /// A file of lines `host:port:database:user:password`, in which `*` stands for all and which nobody
    /// else may read: `PGPASSFILE`, else `~/.pgpass`. One that does not exist is passed over.
    pub table: Option<PathBuf>,
}

/// Does not show the password.
impl fmt::Debug for PasswordSources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordSources")
            .field("file", &self.file)
            .field("password", &self.password.as_ref().map(|_| "..."))
            .field("table", &self.table)
            .finish()
    }
}

impl PasswordSources {
    /// Reads the variables of this process.
    #[must_use]
    pub fn of_this_process() -> Self {
        let path = |name: &str| std::env::var_os(name).filter(is_set).map(PathBuf::from);
        let home = || path("HOME").map(|home| home.join(".pgpass"));
        Self {
            file: path("CLX_QUEUE_PASSWORD_FILE"),
            password: std::env::var("PGPASSWORD").ok().filter(|text| !text.is_empty()),
            table: path("PGPASSFILE").or_else(home),
        }
    }

    /// Returns the password for an address, if there is one.
    pub(crate) fn find(&self, address: &Address) -> Result<Option<Password>, OptionsError> {
        if let Some(path) = &self.file {
            let text = read(path)?;
            return Ok(Some(Password(text.lines().next().unwrap_or_default().to_owned())));
        }
        if let Some(password) = &self.password {
            return Ok(Some(Password(password.clone())));
        }
        match &self.table {
            Some(path) if path.exists() => {
                require_private(path)?;
                Ok(look_up(&read(path)?, address))
            }
            _ => Ok(None),
        }
    }
}

fn is_set(value: &OsString) -> bool {
    !value.is_empty()
}

fn read(path: &Path) -> Result<String, OptionsError> {
    fs::read_to_string(path)
        .map_err(|source| OptionsError::PasswordFile { path: path.to_owned(), source })
}

/// Refuses a table that others may read, as other programs do.
fn require_private(path: &Path) -> Result<(), OptionsError> {
    let metadata = fs::metadata(path)
        .map_err(|source| OptionsError::PasswordFile { path: path.to_owned(), source })?;
    if metadata.permissions().mode() & 0o077 == 0 {
        Ok(())
    } else {
        Err(OptionsError::PublicPasswords { path: path.to_owned() })
    }
}

fn look_up(table: &str, address: &Address) -> Option<Password> {
    let host = match address.config.get_hosts().first() {
        Some(tokio_postgres::config::Host::Tcp(name)) => name.clone(),
        _ => "localhost".to_owned(),
    };
    let port = address.config.get_ports().first().copied().unwrap_or(5432).to_string();
    let user = address.config.get_user().unwrap_or_default();
    let database = address.config.get_dbname().unwrap_or(user);
    let wanted = [host.as_str(), &port, database, user];
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    lines.map(fields).find_map(|fields| {
        let [keys @ .., password] = fields.as_slice() else { return None };
        let matches = keys.len() == wanted.len()
            && keys.iter().zip(wanted).all(|(key, wanted)| key == "*" || key == wanted);
        matches.then(|| Password(password.clone()))
    })
}

/// Splits a line at its colons; a backslash makes one part of a field.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c == ':' && fields.len() < 5 {
            fields.push(String::new());
        } else if let Some(field) = fields.last_mut() {
            field.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address() -> Address {
        Address::parse("postgres://me@db/jobs").unwrap()
    }

    #[test]
    fn file_wins_over_variable_over_table() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret");
        fs::write(&path, "from file\nrest").unwrap();
        let table = dir.path().join("pgpass");
        fs::write(&table, "# all\nother:*:*:*:no\n*:5432:jobs:me:from \\:table:x\n").unwrap();
        fs::set_permissions(&table, fs::Permissions::from_mode(0o600)).unwrap();
        let mut sources = PasswordSources {
            file: Some(path),
            password: Some("from variable".to_owned()),
            table: Some(table.clone()),
        };
        let found = |sources: &PasswordSources| sources.find(&address()).unwrap().unwrap().0;
        assert_eq!(found(&sources), "from file");
        assert!(!format!("{sources:?}").contains("from variable"));
        sources.file = None;
        assert_eq!(found(&sources), "from variable");
        sources.password = None;
        assert_eq!(found(&sources), "from :table:x");
        fs::set_permissions(&table, fs::Permissions::from_mode(0o644)).unwrap();
        let error = sources.find(&address()).unwrap_err().to_string();
        assert!(error.contains("chmod 600"), "{error}");
        sources.table = Some(dir.path().join("none"));
        assert_eq!(sources.find(&address()).unwrap(), None);
    }

    #[test]
    fn file_that_cannot_be_read_is_named() {
        let sources = PasswordSources { file: Some("/nowhere/x".into()), ..Default::default() };
        assert!(sources.find(&address()).unwrap_err().to_string().contains("/nowhere/x"));
    }
}
