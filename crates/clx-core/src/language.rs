//! Natural languages of a course. Languages are data: any ISO 639-1 code may occur.
//! Principal types: [`Language`] (the code), [`LanguageProfile`] (its names in output trees).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A natural language by its ISO 639-1 code: two lower-case ASCII letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Language([u8; 2]);

/// A text that is not two lower-case ASCII letters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no language code")]
pub struct ParseLanguageError {
    /// The refused text.
    pub text: String,
}

impl Language {
    /// German.
    pub const DE: Self = Self(*b"de");
    /// English.
    pub const EN: Self = Self(*b"en");

    /// Returns the code, such as `de`.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "cannot happen, see the message")]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("two ASCII letters, checked when made")
    }
}

impl FromStr for Language {
    type Err = ParseLanguageError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.as_bytes() {
            &[a, b] if a.is_ascii_lowercase() && b.is_ascii_lowercase() => Ok(Self([a, b])),
            _ => Err(ParseLanguageError { text: text.to_owned() }),
        }
    }
}

impl TryFrom<String> for Language {
    type Error = ParseLanguageError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Language> for String {
    fn from(language: Language) -> Self {
        language.code().to_owned()
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The words of a language in output trees and notebooks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LanguageProfile {
    /// The language.
    pub code: Language,
    /// Directory below the audience level, such as `De`.
    pub directory: String,
    /// Directory of the slides, such as `Folien`.
    pub slides: String,
    /// Word before an answer cell, such as `Antwort`.
    pub answer: String,
}

impl LanguageProfile {
    /// Returns the predefined profile of a language: German and English have words of their own,
    /// any other has its code with a capital first letter, `Slides` and `Answer`.
    #[must_use]
    pub fn predefined(code: Language) -> Self {
        let words = |directory: &str, slides: &str, answer: &str| Self {
            code,
            directory: directory.to_owned(),
            slides: slides.to_owned(),
            answer: answer.to_owned(),
        };
        match code {
            Language::DE => words("De", "Folien", "Antwort"),
            Language::EN => words("En", "Slides", "Answer"),
            other => {
                let mut directory = other.code().to_owned();
                directory[..1].make_ascii_uppercase();
                words(&directory, "Slides", "Answer")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_lower_case_letters_are_a_code() {
        for bad in ["", "d", "deu", "DE", "d1", "ä"] {
            assert!(bad.parse::<Language>().is_err(), "{bad}");
        }
        assert_eq!("fr".parse::<Language>().unwrap().code(), "fr");
    }

    #[test]
    fn other_languages_get_their_code_as_directory() {
        let french = LanguageProfile::predefined("fr".parse().unwrap());
        assert_eq!((french.directory.as_str(), french.slides.as_str()), ("Fr", "Slides"));
    }
}
