//! Changes of configuration files that keep all else in them. Principal functions: [`set`],
//! [`unset`], [`initialise`].

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clx_core::Diagnostic;
use toml_edit::{DocumentMut, Item, Table};

use crate::file::File;
use crate::key::{Key, Project};
use crate::origin::Layer;
use crate::source::Sources;
use crate::template::template;
use crate::value::Value;
use crate::{CATEGORY, code, problem, setting, unused};

/// Why a file is not changed. It is what it was before.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// There is no place for such a file: no home directory, or no course.
    #[error("there is no place for a {} configuration file", layer.name())]
    NoPlace {
        /// The kind of file.
        layer: Layer,
    },
    /// Nobody knows the key.
    #[error("there is no key `{name}`")]
    UnknownKey {
        /// What was typed.
        name: String,
        /// A key that may be meant, as a question.
        question: Option<String>,
    },
    /// The key would have no effect.
    #[error("clx has no use for `{name}`: {reason}")]
    UnusedKey {
        /// What was typed.
        name: String,
        /// Why.
        reason: &'static str,
    },
    /// The key cannot have this value, or not in this file; or the file is wrong already.
    #[error("the configuration is not changed")]
    Refused {
        /// What is wrong.
        problems: Vec<Diagnostic>,
    },
    /// There is a file already.
    #[error("{} is there already", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be read or written.
    #[error("{} cannot be changed", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl EditError {
    /// Returns what is wrong with what was typed, or with the file.
    #[must_use]
    pub fn problems(self) -> Vec<Diagnostic> {
        let message = match std::error::Error::source(&self) {
            Some(source) => format!("{self}: {source}"),
            None => self.to_string(),
        };
        let error = |code| Diagnostic::error(code, CATEGORY, message);
        vec![match self {
            Self::Refused { problems } => return problems,
            Self::NoPlace { layer: Layer::Project } => error(code::UNWRITABLE)
                .with_hint("go to a course, or name its root by `--data-dir`"),
            Self::NoPlace { .. } => error(code::UNWRITABLE).with_hint("set HOME"),
            Self::UnknownKey { question, .. } => {
                let list = || "`clx config show` lists all keys".to_owned();
                error(code::UNKNOWN_KEY).with_hint(question.unwrap_or_else(list))
            }
            Self::UnusedKey { .. } => error(code::UNUSED_KEY),
            Self::Exists { .. } => error(code::UNWRITABLE)
                .with_hint("`clx config set` changes single keys; `--force` replaces the file"),
            Self::Io { .. } => error(code::UNWRITABLE),
        }]
    }
}

/// Sets a key to what a person typed, and returns the file that was changed or made.
///
/// # Errors
/// All variants but [`EditError::Exists`].
pub fn set(sources: &Sources, layer: Layer, name: &str, text: &str) -> Result<PathBuf, EditError> {
    let key = known(name)?;
    let value = key.kind.parse(text).map_err(|advice| EditError::Refused {
        problems: vec![problem::wrong_value(key, text).with_hint(advice)],
    })?;
    let value = match value {
        // Whoever types a path means it from where they are; a course moves, and keeps its own.
        Value::Path(path) if layer != Layer::Project => {
            Value::Path(sources.working_directory.join(path))
        }
        value => value,
    };
    let (path, before) = open(sources, layer)?;
    let mut document = parse(&path, layer, &before)?;
    // A text of comments alone stays at the top.
    let mut after = String::new();
    if document.is_empty() && !before.is_empty() {
        after = format!("{}\n\n", before.trim_end());
        document = DocumentMut::new();
    }
    let item = toml_edit::value(key.kind.toml(&value));
    put(document.as_table_mut(), key, item).ok_or_else(|| in_the_way(&path, key))?;
    after.push_str(&document.to_string());
    check(sources, layer, &path, key, &after)?;
    write(&path, &after)?;
    Ok(path)
}

/// Removes a key, used or not, and returns the file and whether the key was there.
///
/// # Errors
/// [`EditError::NoPlace`], [`EditError::Refused`], [`EditError::Io`].
pub fn unset(sources: &Sources, layer: Layer, name: &str) -> Result<(PathBuf, bool), EditError> {
    let (path, before) = open(sources, layer)?;
    let mut document = parse(&path, layer, &before)?;
    let was_there = remove(document.as_table_mut(), name);
    if was_there {
        write(&path, &document.to_string())?;
    }
    Ok((path, was_there))
}

/// Writes a file with all keys and their defaults as comments, and returns its path.
///
/// # Errors
/// [`EditError::NoPlace`], [`EditError::Io`]; [`EditError::Exists`] unless it is to be replaced.
pub fn initialise(sources: &Sources, layer: Layer, replace: bool) -> Result<PathBuf, EditError> {
    let path = sources.file(layer).ok_or(EditError::NoPlace { layer })?;
    if !replace && path.symlink_metadata().is_ok() {
        return Err(EditError::Exists { path });
    }
    write(&path, &template(layer))?;
    Ok(path)
}

fn known(name: &str) -> Result<&'static Key, EditError> {
    let name = name.to_owned();
    match (setting::find(&name), unused::find(&name)) {
        (Some(key), _) => Ok(key),
        (None, Some(unused)) => Err(EditError::UnusedKey { name, reason: unused.reason }),
        (None, None) => {
            let question = problem::similar(&name);
            Err(EditError::UnknownKey { name, question })
        }
    }
}

/// Returns the file and its text, empty if there is none.
fn open(sources: &Sources, layer: Layer) -> Result<(PathBuf, String), EditError> {
    let path = sources.file(layer).ok_or(EditError::NoPlace { layer })?;
    match fs::read_to_string(&path) {
        Ok(text) => Ok((path, text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok((path, String::new())),
        Err(source) => Err(EditError::Io { path, source }),
    }
}

fn parse(path: &Path, layer: Layer, text: &str) -> Result<DocumentMut, EditError> {
    text.parse().map_err(|_: toml_edit::TomlError| {
        // Told with its place by whoever reads the file.
        let problems = File { layer, path, course: None }.parse(text).problems;
        EditError::Refused { problems }
    })
}

/// Puts an item where its key belongs; keeps what stands around it. `None` if a value is in the way of
/// a section.
fn put(root: &mut Table, key: &Key, item: Item) -> Option<()> {
    let mut table: &mut dyn toml_edit::TableLike = root;
    for section in key.section().split('.') {
        let next = table.entry(section).or_insert_with(|| {
            let mut new = Table::new();
            // Only sections with keys of their own get a line.
            new.set_implicit(true);
            Item::Table(new)
        });
        table = next.as_table_like_mut()?;
    }
    match (table.get_mut(key.short_name()), item) {
        (Some(Item::Value(old)), Item::Value(mut new)) => {
            *new.decor_mut() = old.decor().clone();
            *old = new;
        }
        (_, item) => drop(table.insert(key.short_name(), item)),
    }
    Some(())
}

fn in_the_way(path: &Path, key: &Key) -> EditError {
    let message = format!("`{}` is no section there", key.section());
    let problem = Diagnostic::error(code::WRONG_VALUE, CATEGORY, message).in_file(path);
    EditError::Refused { problems: vec![problem] }
}

fn remove(table: &mut dyn toml_edit::TableLike, name: &str) -> bool {
    match name.split_once('.') {
        None => table.remove(name).is_some(),
        Some((section, rest)) => table
            .get_mut(section)
            .and_then(Item::as_table_like_mut)
            .is_some_and(|table| remove(table, rest)),
    }
}

/// Fails if the file would be refused or the key ignored.
fn check(
    sources: &Sources,
    layer: Layer,
    path: &Path,
    key: &Key,
    text: &str,
) -> Result<(), EditError> {
    let course = sources.course.as_deref().filter(|_| layer == Layer::Project);
    let entries = File { layer, path, course }.parse(text);
    if entries.values.iter().any(|(found, _, _)| found.name == key.name) {
        return Ok(());
    }
    let about_key = |problem: &Diagnostic| problem.message.contains(&format!("`{}`", key.name));
    let mut problems = entries.problems;
    problems.retain(about_key);
    for problem in &mut problems {
        problem.severity = clx_core::Severity::Error;
        // The line is not in the file.
        problem.location = None;
    }
    Err(EditError::Refused { problems })
}

/// Replaces a file as a whole, through links, so that a reader finds the old or the new one.
fn write(path: &Path, text: &str) -> Result<(), EditError> {
    let at = |source| EditError::Io { path: path.to_owned(), source };
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let directory = target.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory).map_err(at)?;
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let new = directory.join(format!(".{name}.{}", std::process::id()));
    let written = (|| {
        let mut file = fs::File::create_new(&new)?;
        if let Ok(old) = fs::metadata(&target) {
            file.set_permissions(old.permissions())?;
        }
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, &target)
    })();
    written.map_err(|source| {
        // Ours, and of no use to anybody.
        let _already_gone = fs::remove_file(&new);
        at(source)
    })
}

/// Tells whether a file of this kind may set a key.
pub(crate) fn may_set(layer: Layer, key: &Key) -> bool {
    layer != Layer::Project || !matches!(key.project, Project::Refused(_))
}
