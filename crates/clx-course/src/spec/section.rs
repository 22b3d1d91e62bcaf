//! Sections and their topics in the spec.

use clx_core::Severity;
use roxmltree::Node;

use super::report::Report;
use super::text::TextReader;
use super::{SectionSpec, TopicReference, xml};
use crate::code;
use crate::course::CodeRules;

/// Reads all sections, dropping those without the element `topics`.
pub(super) fn read(root: Node<'_, '_>, reader: &mut TextReader<'_, '_>) -> Vec<SectionSpec> {
    let sections: Vec<_> = xml::children(root, "sections")
        .flat_map(|sections| xml::children(sections, "section"))
        .collect();
    if sections.is_empty() {
        reader.report.warn(
            root,
            code::SECTIONS_MISSING,
            "the course has no sections".to_owned(),
            "add `<sections><section>…</section></sections>`",
        );
    }
    sections.into_iter().filter_map(|section| read_section(section, reader)).collect()
}

fn read_section(section: Node<'_, '_>, reader: &mut TextReader<'_, '_>) -> Option<SectionSpec> {
    let containers: Vec<_> = xml::children(section, "topics").collect();
    let topics: Vec<_> =
        containers.iter().flat_map(|topics| xml::children(*topics, "topic")).collect();
    if topics.is_empty() {
        let fate = if containers.is_empty() { "it is left out" } else { "it stays empty" };
        reader.report.warn(
            section,
            code::SECTION_EMPTY,
            format!("the section has no topics: {fate}"),
            "add `<topics><topic>id</topic></topics>`",
        );
    }
    if containers.is_empty() {
        return None;
    }
    let name_element = xml::child(section, "name");
    let name = reader.read(name_element);
    let directory = reader.directories(&name, name_element.unwrap_or(section));
    let topics = topics.into_iter().filter_map(|topic| read_topic(topic, reader)).collect();
    let id = section.attribute("id").map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned);
    let place = reader.report.place(section);
    Some(SectionSpec { id, name, directory, topics, place })
}

fn read_topic(topic: Node<'_, '_>, reader: &mut TextReader<'_, '_>) -> Option<TopicReference> {
    let html = read_switch(topic, "html", true, reader.report);
    let code = CodeRules {
        evaluate: read_switch(topic, "evaluate", true, reader.report),
        skip_errors: read_switch(topic, "skip-errors", false, reader.report),
    };
    let id = xml::text(topic);
    let fault = if id.is_empty() {
        "the topic id is empty".to_owned()
    } else if id.contains('/') || id.contains('\\') || id.contains("..") {
        format!("the topic id `{id}` is a path")
    } else {
        let place = reader.report.place(topic);
        return Some(TopicReference { id, html, code, place });
    };
    reader.report.add(
        Severity::Error,
        topic,
        code::TOPIC_ID_INVALID,
        fault,
        "write the id only: the entry `topic_100_loops` below `slides/` has the id `loops`",
    );
    None
}

/// Reads an attribute that is switched on or off.
pub(super) fn read_switch(
    element: Node<'_, '_>,
    attribute: &str,
    default: bool,
    report: &mut Report<'_>,
) -> bool {
    let Some(word) = element.attribute(attribute) else { return default };
    xml::switch(word).unwrap_or_else(|| {
        report.error(
            element,
            code::TOPIC_SWITCH_VALUE,
            format!("unknown value `{word}` of the attribute `{attribute}`"),
            "use one of: yes, true, on, 1, no, false, off, 0",
        );
        default
    })
}
