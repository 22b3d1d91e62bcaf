//! The files of one topic, classified and with their titles. Principal type: [`TopicReader`].

use std::fs;
use std::path::{Path, PathBuf};

use clx_core::{Diagnostic, Language, ProgLang, Severity};

use super::classify::{Class, classify};
use super::topic_map::TopicEntry;
use super::tree::{Folder, READABLE, Tree};
use super::{ignore, reference, title};
use crate::local_text::LocalText;
use crate::{category, code, name};

/// What a file of a topic is and holds.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    PlantUml,
    Drawio,
    Notebook { prog_lang: ProgLang, titles: LocalText },
    Unsupported,
    Image,
    Data,
}

/// A file of a topic.
#[derive(Debug, Clone)]
pub(crate) struct FoundFile {
    pub(crate) path: PathBuf,
    /// The path relative to the topic's directory.
    pub(crate) relative: PathBuf,
    pub(crate) content: Content,
}

/// A topic as it lies on the disk.
#[derive(Debug, Clone)]
pub(crate) struct FoundTopic {
    /// What relative paths begin at: the topic, or the module of a file topic.
    pub(crate) directory: PathBuf,
    pub(crate) files: Vec<FoundFile>,
}

/// Reads topics for the languages of a course.
pub(crate) struct TopicReader<'t> {
    pub(crate) tree: &'t mut Tree,
    pub(crate) languages: &'t [Language],
    pub(crate) prog_lang: Option<ProgLang>,
}

impl TopicReader<'_> {
    /// Returns the files of a topic in visiting order. What cannot be read is reported and left out.
    pub(crate) fn read(&mut self, entry: &TopicEntry) -> FoundTopic {
        let (directory, paths) = if let Some(real) = &entry.real {
            (entry.path.clone(), self.directory_topic(&Folder::new(&entry.path, real)))
        } else {
            let module = entry.path.parent().unwrap_or(&entry.path).to_owned();
            let paths = self.file_topic(&entry.path, &module);
            (module, paths)
        };
        let files = paths.into_iter().filter_map(|path| self.file(path, &directory)).collect();
        FoundTopic { directory, files }
    }

    fn directory_topic(&mut self, folder: &Folder<'_>) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for entry in self.tree.list(folder) {
            match self.tree.enter(folder, &entry) {
                None if ignore::is_git_control(&entry.name) => {}
                None => files.push(entry.path),
                Some(_) if ignore::is_ignored_directory(&entry.name) => {}
                Some(inner) => self.tree.walk(&inner, &is_left_out, &mut files),
            }
        }
        files
    }

    /// Returns the file and what it refers to beside it.
    fn file_topic(&mut self, file: &Path, module: &Path) -> Vec<PathBuf> {
        let mut files = vec![file.to_owned()];
        // A file that is no text refers to nothing; `file` reports it if it is a notebook.
        let text = fs::read(file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        for path in reference::references(&text.unwrap_or_default(), self.prog_lang) {
            let path = module.join(path);
            if path != file && self.tree.is_file(&path) {
                files.push(path);
            }
        }
        files
    }

    fn file(&mut self, path: PathBuf, directory: &Path) -> Option<FoundFile> {
        let relative = path.strip_prefix(directory).ok()?.to_owned();
        let content = match classify(self.tree.shown(&path)) {
            Class::PlantUml => Content::PlantUml,
            Class::Drawio => Content::Drawio,
            Class::Image => Content::Image,
            Class::Data => Content::Data,
            Class::Unsupported(language) => {
                self.report_unsupported(&path, language);
                Content::Unsupported
            }
            Class::Notebook(prog_lang) => {
                let source = self.read_text(&path)?;
                Content::Notebook { prog_lang, titles: self.titles(&source, &path) }
            }
        };
        Some(FoundFile { path, relative, content })
    }

    fn read_text(&mut self, path: &Path) -> Option<String> {
        let shown = self.tree.shown(path).to_owned();
        let problem = |code, message| Diagnostic::error(code, category::FILE_LOAD_ERROR, message);
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                let message = format!("the notebook source cannot be read: {error}");
                let finding = problem(code::FILE_UNREADABLE, message);
                self.tree.report(finding.in_file(shown).with_hint(READABLE));
                return None;
            }
        };
        match String::from_utf8(bytes) {
            Ok(text) => Some(text),
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let before = &error.as_bytes()[..valid];
                let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
                let message = format!(
                    "the notebook source is not UTF-8: byte {valid} is no part of a character"
                );
                let finding = problem(code::FILE_NOT_UTF8, message)
                    .at(shown, u32::try_from(line).ok(), None)
                    .with_hint("save the file as UTF-8; it is skipped until then");
                self.tree.report(finding);
                None
            }
        }
    }

    fn titles(&mut self, source: &str, path: &Path) -> LocalText {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let Some(found) = title::find(source) else {
            return LocalText::uniform(&stem, self.languages);
        };
        let (titles, borrowing) = LocalText::complete(self.languages, &found);
        for language in borrowing {
            let message = format!("the header has no title in the language `{language}`");
            let hint = format!("add `{language}=\"…\"` to the call of `header`");
            self.warn_title(Severity::Low, code::TITLE_LANGUAGE_MISSING, path, message, &hint);
        }
        let usable: Vec<_> = titles
            .iter()
            .map(|(language, title)| {
                (language, name::sanitize(title).map_or(stem.as_str(), |_| title))
            })
            .collect();
        for (language, title) in titles.iter().filter(|(_, title)| name::sanitize(title).is_none())
        {
            let message = format!("the title `{title}` (language `{language}`) gives no file name");
            let hint = "use at least one letter or digit; until then the file's own name is used";
            self.warn_title(Severity::Medium, code::TITLE_UNUSABLE, path, message, hint);
        }
        LocalText::complete(self.languages, &usable).0
    }

    fn warn_title(
        &mut self,
        severity: Severity,
        code: &str,
        path: &Path,
        text: String,
        hint: &str,
    ) {
        let finding = Diagnostic::new(severity, code, category::NOTEBOOK_TITLE, text);
        let shown = self.tree.shown(path).to_owned();
        self.tree.report(finding.in_file(shown).with_hint(hint));
    }

    fn report_unsupported(&mut self, path: &Path, language: &str) {
        let message = format!("notebooks in {language} are not supported");
        let finding =
            Diagnostic::error(code::LANGUAGE_UNSUPPORTED, category::UNSUPPORTED_LANGUAGE, message)
                .in_file(self.tree.shown(path))
                .with_hint(
                    "supported are .cpp, .cs, .java, .py and .ts; a name that begins neither with \
                     `slides_` nor with `topic_` makes the file plain data",
                );
        self.tree.report(finding);
    }
}

fn is_left_out(name: &std::ffi::OsStr, is_file: bool) -> bool {
    if is_file { ignore::is_ignored_file(name) } else { ignore::is_ignored_directory(name) }
}
