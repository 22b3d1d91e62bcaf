//! Reading of the spec file: bytes to XML to [`Spec`].

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use clx_core::{Diagnostic, Language, LanguageProfile, OutputKind, Severity};
use roxmltree::{Document, Node};

use super::malformed::malformed;
use super::report::Report;
use super::target::Offer;
use super::text::TextReader;
use super::{Github, Spec, group, section, target, text, xml};
use crate::{category, code, name};

/// Reads the file as text; the problem is located in `shown`.
pub(crate) fn read_file(file: &Path, shown: &Path) -> Result<String, Box<Diagnostic>> {
    let problem = |message: String, hint: &str| {
        Diagnostic::error(code::SPEC_UNREADABLE, category::SPEC_PARSING, message).with_hint(hint)
    };
    let bytes = fs::read(file)
        .map_err(|error| {
            let hint = match error.kind() {
                ErrorKind::NotFound => "check the path of the course spec",
                ErrorKind::PermissionDenied => "make the file readable",
                _ => "check that the path names a file",
            };
            problem(format!("the course spec cannot be read: {error}"), hint).in_file(shown)
        })
        .map_err(Box::new)?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned();
        let place = Report::new(shown, &text).place_at(valid);
        let message =
            format!("the course spec is not UTF-8: byte {valid} is no part of a character");
        Box::new(place.locate(problem(message, "save the file as UTF-8"), shown))
    })
}

/// Parses and validates the spec. The findings are in the order of the file.
///
/// # Errors
///
/// One diagnostic if the text is no XML.
pub(crate) fn read(
    source: &str,
    shown: &Path,
    root: &Path,
) -> Result<(Spec, Vec<Diagnostic>), Box<Diagnostic>> {
    let mut report = Report::new(shown, source);
    let document = Document::parse(source)
        .map_err(|error| Box::new(malformed(&error, source, shown, &report)))?;
    let spec = read_spec(document.root_element(), root, &mut report);
    Ok((spec, report.finish()))
}

fn read_spec(element: Node<'_, '_>, root: &Path, report: &mut Report<'_>) -> Spec {
    report_unknown(element, report);
    let languages = read_languages(element, report);
    let codes: Vec<_> = languages.iter().map(|profile| profile.code).collect();
    let kinds = OutputKind::predefined();
    let prog_lang = read_prog_lang(element, report);
    let offer = Offer { root, kinds: &kinds, languages: &codes };
    let targets = target::read(element, &offer, report);
    let groups = group::read(element, report);
    let inline_svg = xml::child(element, "image-options")
        .is_some_and(|options| section::read_switch(options, "inline-svg", false, report));
    let network = xml::child(element, "container-options")
        .is_some_and(|options| section::read_switch(options, "network", false, report));
    let mut reader = TextReader { languages: &codes, report };
    let name_element = xml::child(element, "name").filter(|_| !codes.is_empty());
    let name = reader.read(name_element);
    let directory =
        name_element.map(|element| reader.directories(&name, element)).unwrap_or_default();
    Spec {
        organization: reader.read(xml::child(element, "organization")),
        description: reader.read(xml::child(element, "description")),
        certificate: reader.read(xml::child(element, "certificate")),
        sections: section::read(element, &mut reader),
        author: xml::child_text(element, "author").unwrap_or_default(),
        inline_svg,
        network,
        github: xml::child(element, "github").map(read_github).unwrap_or_default(),
        name,
        directory,
        languages,
        kinds,
        prog_lang,
        groups,
        targets,
    }
}

/// Returns the languages of the course: those of `languages`, else those of its name.
fn read_languages(root: Node<'_, '_>, report: &mut Report<'_>) -> Vec<LanguageProfile> {
    let name = xml::child(root, "name");
    let named = name.map(|name| text::present(name, report)).unwrap_or_default();
    if named.is_empty() {
        report.error(
            name.unwrap_or(root),
            code::NAME_MISSING,
            "the course has no name".to_owned(),
            "add `<name><de>…</de><en>…</en></name>` with the languages of the course",
        );
    }
    let listed: Vec<_> = xml::children(root, "languages")
        .flat_map(|languages| xml::children(languages, "language"))
        .filter_map(|language| read_language(language, report))
        .collect();
    let all = if listed.is_empty() {
        named.into_iter().map(|(code, _)| LanguageProfile::predefined(code)).collect()
    } else {
        listed
    };
    let mut distinct: Vec<LanguageProfile> = Vec::new();
    for profile in all {
        if !distinct.iter().any(|known| known.code == profile.code) {
            distinct.push(profile);
        }
    }
    distinct
}

/// Reads an entry of `languages`; its attributes `slides` and `answer` replace the predefined words.
fn read_language(element: Node<'_, '_>, report: &mut Report<'_>) -> Option<LanguageProfile> {
    let text = xml::text(element);
    let Ok(code) = text.parse::<Language>() else {
        report.error(
            element,
            code::LANGUAGE_TAG,
            format!("`{text}` in `languages` is no language code"),
            "use an ISO 639-1 code of two lower-case letters, such as `de` or `en`",
        );
        return None;
    };
    let mut profile = LanguageProfile::predefined(code);
    if let Some(slides) = element.attribute("slides").and_then(name::sanitize) {
        profile.slides = slides;
    }
    if let Some(answer) = element.attribute("answer") {
        answer.trim().clone_into(&mut profile.answer);
    }
    Some(profile)
}

/// Reads `prog-lang`. That it is missing is an error only when code outputs are wanted.
fn read_prog_lang(root: Node<'_, '_>, report: &mut Report<'_>) -> Option<clx_core::ProgLang> {
    const HINT: &str = "use one of: cpp, csharp, java, python, typescript";
    let element = xml::child(root, "prog-lang");
    let text = element.map(xml::text).unwrap_or_default();
    let known = text.parse().ok();
    if known.is_none() {
        let fault = if text.is_empty() {
            "the course has no `prog-lang`".to_owned()
        } else {
            format!("unknown `prog-lang` `{text}`")
        };
        report.warn(element.unwrap_or(root), code::PROG_LANG_UNKNOWN, fault, HINT);
    }
    known
}

fn read_github(element: Node<'_, '_>) -> Github {
    Github {
        project_slug: xml::child_text(element, "project-slug"),
        repository_base: xml::child_text(element, "repository-base"),
        include_speaker: xml::child_text(element, "include-speaker")
            .is_some_and(|word| word.eq_ignore_ascii_case("true")),
    }
}

/// Mentions elements directly below the root that nothing reads: perhaps they are misspelt.
fn report_unknown(root: Node<'_, '_>, report: &mut Report<'_>) {
    const KNOWN: [&str; 15] = [
        "author",
        "certificate",
        "container-options",
        "description",
        "dir-group",
        "dir-groups",
        "github",
        "image-options",
        "languages",
        "name",
        "organization",
        "output-targets",
        "prog-lang",
        "project-slug",
        "sections",
    ];
    for element in xml::elements(root) {
        let tag = element.tag_name().name();
        let holds_groups = element.descendants().any(|inner| inner.has_tag_name("dir-group"));
        if !KNOWN.contains(&tag) && !holds_groups {
            report.add(
                Severity::Low,
                element,
                code::ELEMENT_UNKNOWN,
                format!("the element `{tag}` is not known and has no effect"),
                &format!("known are: {}", KNOWN.join(", ")),
            );
        }
    }
}
