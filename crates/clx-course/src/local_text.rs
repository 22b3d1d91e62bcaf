//! Text in several natural languages. Principal type: [`LocalText`].

use std::collections::BTreeMap;

use clx_core::Language;

/// One text per language of the course.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LocalText(BTreeMap<Language, String>);

impl LocalText {
    /// Makes a text that is the same in all `languages`.
    #[must_use]
    pub fn uniform(text: &str, languages: &[Language]) -> Self {
        Self(languages.iter().map(|&language| (language, text.to_owned())).collect())
    }

    /// Returns the text in `language`, empty if that is no language of the course.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        self.0.get(&language).map_or("", String::as_str)
    }

    /// Returns languages and texts in the order of the language codes.
    pub fn iter(&self) -> impl Iterator<Item = (Language, &str)> {
        self.0.iter().map(|(&language, text)| (language, text.as_str()))
    }

    /// Makes a text for all `languages` of what is `present`, never empty, and returns it with the
    /// languages that had to borrow from another one.
    ///
    /// German and English borrow from each other; any other language, and those two if the other is
    /// absent as well, from English, German, or the first present.
    pub(crate) fn complete(
        languages: &[Language],
        present: &[(Language, &str)],
    ) -> (Self, Vec<Language>) {
        let mut borrowing = Vec::new();
        let mut texts = BTreeMap::new();
        for &language in languages {
            let own = find(present, language);
            if own.is_none() {
                borrowing.push(language);
            }
            let text = own.or_else(|| find(present, Language::EN));
            let text = text.or_else(|| find(present, Language::DE));
            let text = text.or_else(|| present.first().map(|&(_, text)| text));
            texts.insert(language, text.unwrap_or_default().to_owned());
        }
        (Self(texts), borrowing)
    }
}

fn find<'a>(present: &[(Language, &'a str)], language: Language) -> Option<&'a str> {
    present.iter().find(|(code, _)| *code == language).map(|&(_, text)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(present: &[(&str, &str)], language: &str, expected: &str) {
        let language = language.parse().unwrap();
        let present: Vec<_> =
            present.iter().map(|&(code, text)| (code.parse().unwrap(), text)).collect();
        let (text, borrowing) = LocalText::complete(&[language], &present);
        assert_eq!(text.get(language), expected);
        assert_eq!(borrowing.is_empty(), present.iter().any(|(code, _)| *code == language));
    }

    #[test]
    fn missing_languages_borrow() {
        check(&[("de", "a"), ("en", "b")], "de", "a");
        check(&[("fr", "c"), ("en", "b")], "de", "b");
        check(&[("fr", "c"), ("de", "a")], "en", "a");
        check(&[("de", "a"), ("en", "b")], "fr", "b");
        check(&[("es", "d"), ("de", "a")], "fr", "a");
        check(&[("es", "d"), ("it", "e")], "fr", "d");
        check(&[("de", ""), ("en", "b")], "de", "");
    }
}
