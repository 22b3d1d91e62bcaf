//! Per-language elements of the spec: `name`, `organization`, `description`, `certificate`.
//! Principal type: [`TextReader`].

use clx_core::Language;
use roxmltree::Node;

use super::report::Report;
use super::xml;
use crate::local_text::LocalText;
use crate::{code, name};

/// Reads per-language elements for the languages of the course.
pub(super) struct TextReader<'r, 'a> {
    pub(super) languages: &'r [Language],
    pub(super) report: &'r mut Report<'a>,
}

impl TextReader<'_, '_> {
    /// Reads an element; an absent one, or one without children, is its own text everywhere.
    pub(super) fn read(&mut self, element: Option<Node<'_, '_>>) -> LocalText {
        let Some(element) = element else { return LocalText::uniform("", self.languages) };
        let children = present(element, self.report);
        if children.is_empty() {
            return LocalText::uniform(&xml::text(element), self.languages);
        }
        let borrowed: Vec<_> = children.iter().map(|(code, text)| (*code, text.as_str())).collect();
        let (text, borrowing) = LocalText::complete(self.languages, &borrowed);
        let tag = element.tag_name().name();
        for language in borrowing {
            self.report.warn(
                element,
                code::LANGUAGE_CHILD_MISSING,
                format!("`{tag}` has no text for the language `{language}`"),
                &format!("add `<{language}>…</{language}>`; until then another language is used"),
            );
        }
        text
    }

    /// Turns the names of a course or section into directories.
    pub(super) fn directories(&mut self, names: &LocalText, element: Node<'_, '_>) -> LocalText {
        let mut directories = Vec::new();
        for (language, text) in names.iter() {
            match name::sanitize(text) {
                Some(directory) => directories.push((language, directory)),
                None => self.report.error(
                    element,
                    code::NAME_UNUSABLE,
                    format!("the name `{text}` (language `{language}`) gives no directory name"),
                    "use at least one letter or digit",
                ),
            }
        }
        let borrowed: Vec<_> =
            directories.iter().map(|(code, text)| (*code, text.as_str())).collect();
        LocalText::complete(self.languages, &borrowed).0
    }
}

/// Returns the children of a per-language element and reports those that are no languages.
pub(super) fn present(element: Node<'_, '_>, report: &mut Report<'_>) -> Vec<(Language, String)> {
    let mut found = Vec::new();
    for child in xml::elements(element) {
        let tag = child.tag_name().name();
        match tag.parse() {
            Ok(language) => found.push((language, xml::text(child))),
            Err(_) => report.error(
                child,
                code::LANGUAGE_TAG,
                format!("`{tag}` in `{}` is no language code", element.tag_name().name()),
                "use an ISO 639-1 code of two lower-case letters, such as `de` or `en`",
            ),
        }
    }
    found
}
