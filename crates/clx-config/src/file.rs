//! One configuration file: its values and what is wrong with it. Principal type: [`Entries`].

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use clx_core::{Diagnostic, Severity};
use toml_edit::{Document, Item, TableLike};

use crate::inside::is_inside;
use crate::key::{Key, Project};
use crate::kind::Raw;
use crate::origin::Layer;
use crate::text::Position;
use crate::value::Value;
use crate::{CATEGORY, code, problem, setting};

/// Values of a file by key, each with its line, and problems.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    pub(crate) values: Vec<(&'static Key, Value, u32)>,
    pub(crate) problems: Vec<Diagnostic>,
}

/// A file and whose it is.
pub(crate) struct File<'a> {
    pub(crate) layer: Layer,
    pub(crate) path: &'a Path,
    /// The root of the course that it belongs to.
    pub(crate) course: Option<&'a Path>,
}

impl File<'_> {
    /// Reads the file; what is wrong is told and left out.
    pub(crate) fn read(&self) -> Entries {
        match fs::read_to_string(self.path) {
            Ok(text) => self.parse(&text),
            Err(error) => {
                let message = format!("the configuration cannot be read: {error}");
                let problem = Diagnostic::error(code::UNREADABLE, CATEGORY, message)
                    .in_file(self.shown())
                    .with_hint("`clx config locate` lists the files that are looked at");
                Entries { problems: vec![problem], ..Entries::default() }
            }
        }
    }

    /// Reads the text of the file.
    pub(crate) fn parse(&self, text: &str) -> Entries {
        let mut reader = Reader { file: self, text, entries: Entries::default() };
        match Document::parse(text) {
            Ok(document) => reader.table("", document.as_table()),
            Err(error) => {
                let range = error.span().unwrap_or(text.len()..text.len());
                let problem = Diagnostic::error(code::SYNTAX, CATEGORY, error.message());
                let hint = "write `key = value` in a `[section]`, with texts in quotes";
                reader.tell(problem.with_hint(hint), range);
            }
        }
        reader.entries
    }

    /// Returns the path as people see it: relative to the course where it lies in one.
    fn shown(&self) -> &Path {
        let in_course = self.course.and_then(|root| self.path.strip_prefix(root).ok());
        in_course.unwrap_or(self.path)
    }

    /// Returns the directory at which relative paths in the file begin.
    fn base(&self) -> PathBuf {
        let beside = || self.path.parent().unwrap_or(self.path);
        self.course.unwrap_or_else(beside).to_owned()
    }
}

struct Reader<'a> {
    file: &'a File<'a>,
    text: &'a str,
    entries: Entries,
}

impl Reader<'_> {
    /// Reads the keys of a table whose name is `section`.
    fn table(&mut self, section: &str, table: &dyn TableLike) {
        for (short, item) in table.iter() {
            let name = match section {
                "" => short.to_owned(),
                section => format!("{section}.{short}"),
            };
            let key_range = table.key(short).and_then(toml_edit::Key::span);
            let range = item.span().or_else(|| key_range.clone()).unwrap_or_default();
            let key_range = key_range.unwrap_or_else(|| range.clone());
            match setting::find(&name) {
                Some(key) => self.value(key, item, range, key_range),
                None => self.other(&name, item, key_range),
            }
        }
    }

    fn value(
        &mut self,
        key: &'static Key,
        item: &Item,
        range: Range<usize>,
        key_range: Range<usize>,
    ) {
        let line = Position::of(self.text, range.clone()).line;
        if let Some(refusal) = self.refusal(key) {
            self.tell(refusal, key_range);
            return;
        }
        match key.kind.accept(&raw(item)) {
            Ok(Value::Path(path)) => match self.path(key, &path) {
                Ok(value) => self.entries.values.push((key, value, line)),
                Err(refusal) => self.tell(*refusal, range),
            },
            Ok(value) => self.entries.values.push((key, value, line)),
            Err(advice) => {
                let given = item.to_string();
                let wrong = problem::wrong_value(key, &given);
                self.tell(wrong.with_hint(advice), range);
            }
        }
    }

    /// Refuses what the file of a course may not set at all.
    fn refusal(&self, key: &Key) -> Option<Diagnostic> {
        match key.project {
            Project::Refused(harm) if self.file.layer == Layer::Project => {
                Some(problem::not_for_courses(key, harm))
            }
            _ => None,
        }
    }

    fn path(&self, key: &Key, path: &Path) -> Result<Value, Box<Diagnostic>> {
        let full = self.file.base().join(path);
        let is_bound = self.file.layer == Layer::Project && key.project == Project::InCourse;
        if is_bound && !self.file.course.is_some_and(|root| is_inside(root, path)) {
            return Err(Box::new(problem::outside_course(key, path)));
        }
        Ok(Value::Path(full))
    }

    /// A section, or something that has no effect.
    fn other(&mut self, name: &str, item: &Item, range: Range<usize>) {
        if let Some(unused) = problem::unused(name) {
            self.tell(unused, range);
            return;
        }
        let is_section = problem::is_section(name);
        match item.as_table_like() {
            Some(table) if is_section => self.table(name, table),
            _ if is_section => {
                let message = format!("`{name}` is a section, and has no value of its own");
                let wrong = Diagnostic::error(code::WRONG_VALUE, CATEGORY, message);
                self.tell(wrong.with_hint(format!("write `[{name}]` on a line")), range);
            }
            _ => self.tell(problem::unknown_key(name), range),
        }
    }

    fn tell(&mut self, problem: Diagnostic, range: Range<usize>) {
        let Position { line, column, frame } = Position::of(self.text, range);
        let place = problem.at(self.file.shown(), Some(line), Some(column));
        // Warnings name the key; errors are looked at more closely.
        let shown = if place.severity == Severity::Error { place.with_frame(frame) } else { place };
        self.entries.problems.push(shown);
    }
}

fn raw(item: &Item) -> Raw<'_> {
    match item.as_value() {
        Some(toml_edit::Value::String(text)) => Raw::Text(text.value()),
        Some(toml_edit::Value::Integer(number)) => Raw::Whole(*number.value()),
        Some(toml_edit::Value::Float(number)) => Raw::Fraction(*number.value()),
        Some(toml_edit::Value::Boolean(on)) => Raw::Switch(*on.value()),
        _ => Raw::Other(item.type_name()),
    }
}
