//! A spec as text that gets a topic more, all else staying as it is. Principal type: [`SpecText`].

use clx_core::suggest;
use roxmltree::{Document, Node};

use super::xml;

/// A spec that was parsed for being changed.
#[derive(Debug)]
pub struct SpecText<'t> {
    text: &'t str,
    document: Document<'t>,
}

/// A section as it stands in the text; unlike those of a course also one without topics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecSection {
    /// Position in the spec, from 1.
    pub number: usize,
    /// Its attribute `id`.
    pub id: Option<String>,
    /// Its names in all languages, in the order of the spec.
    pub names: Vec<String>,
    /// The ids of its topics.
    pub topics: Vec<String>,
    /// Whether the code of its last topic is not run (`evaluate="no"`).
    pub is_unevaluated: bool,
}

/// Why no section can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SectionError {
    /// The spec has no section at all.
    #[error("the spec has no sections")]
    None,
    /// No section has this id, name or number.
    #[error("the spec has no section `{wanted}`")]
    Unknown {
        /// What was asked for.
        wanted: String,
        /// What helps: the nearest name, or all of them.
        hint: String,
    },
    /// Several sections have this name.
    #[error("the spec has several sections `{wanted}`")]
    Ambiguous {
        /// What was asked for.
        wanted: String,
        /// Their numbers.
        numbers: Vec<usize>,
    },
}

impl<'t> SpecText<'t> {
    /// Parses a spec. `None` if it is no XML.
    #[must_use]
    pub fn parse(text: &'t str) -> Option<Self> {
        Some(Self { text, document: Document::parse(text).ok()? })
    }

    /// Returns the sections in order.
    #[must_use]
    pub fn sections(&self) -> Vec<SpecSection> {
        self.nodes().enumerate().map(|(at, node)| section(at + 1, node)).collect()
    }

    /// Returns the section with this id, name in any language, or number; by default the last one.
    ///
    /// # Errors
    /// [`SectionError::None`], [`SectionError::Unknown`], [`SectionError::Ambiguous`].
    pub fn section(&self, wanted: Option<&str>) -> Result<SpecSection, SectionError> {
        let sections = self.sections();
        let Some(wanted) = wanted else {
            return sections.last().cloned().ok_or(SectionError::None);
        };
        let fits: [&dyn Fn(&&SpecSection) -> bool; 3] = [
            &|section| section.id.as_deref() == Some(wanted),
            &|section| section.names.iter().any(|name| name == wanted),
            &|section| section.number.to_string() == wanted,
        ];
        for fit in fits {
            let found: Vec<_> = sections.iter().filter(fit).collect();
            match found[..] {
                [] => {}
                [section] => return Ok(section.clone()),
                _ => {
                    let numbers = found.iter().map(|section| section.number).collect();
                    return Err(SectionError::Ambiguous { wanted: wanted.to_owned(), numbers });
                }
            }
        }
        if sections.is_empty() {
            return Err(SectionError::None);
        }
        Err(SectionError::Unknown { wanted: wanted.to_owned(), hint: hint(wanted, &sections) })
    }

    /// Returns the text with a topic more at the end of a section, on a line of its own where the
    /// others have one. `None` if the section is written in a way that cannot be extended.
    #[must_use]
    pub fn with_topic(&self, section: &SpecSection, id: &str) -> Option<String> {
        let node = self.nodes().nth(section.number.checked_sub(1)?)?;
        let switch = if section.is_unevaluated { " evaluate=\"no\"" } else { "" };
        let topic = format!("<topic{switch}>{id}</topic>");
        let text = match xml::children(node, "topics").last() {
            Some(topics) => match xml::children(topics, "topic").last() {
                Some(last) => self.after(last, &topic),
                None => self.append(topics, &[&topic])?,
            },
            None => {
                let step = self.step(node);
                let lines = ["<topics>", &format!("{step}{topic}"), "</topics>"];
                self.append(node, &lines)?
            }
        };
        let expected = [&section.topics[..], &[id.to_owned()]].concat();
        let found = SpecText::parse(&text)?.sections();
        let is_right = found.get(section.number - 1)?.topics == expected;
        is_right.then_some(text)
    }

    fn nodes(&self) -> impl Iterator<Item = Node<'_, 't>> {
        let sections = xml::children(self.document.root_element(), "sections");
        sections.flat_map(|sections| xml::children(sections, "section"))
    }

    /// Inserts an element behind another one of its kind.
    fn after(&self, sibling: Node<'_, '_>, element: &str) -> String {
        let end = sibling.range().end;
        let Some(indent) = self.indent(sibling) else {
            return self.inserted(end, element);
        };
        let rest = self.text[end..].split('\n').next().unwrap_or_default();
        let rest = rest.trim_end_matches('\r');
        // What is said about the sibling on its line stays there.
        let end = if is_remark(rest) { end + rest.len() } else { end };
        self.inserted(end, &format!("{}{indent}{element}", self.line_end()))
    }

    /// Inserts lines as the last children of an element that has none of their kind.
    fn append(&self, parent: Node<'_, '_>, lines: &[&str]) -> Option<String> {
        let range = parent.range();
        let outer = self.indent(parent).unwrap_or_default();
        let inner = format!("{outer}{}", self.step(parent));
        let line_end = self.line_end();
        let lines: String = lines.iter().map(|line| format!("{line_end}{inner}{line}")).collect();
        let source = &self.text[range.clone()];
        if let Some(head) = source.strip_suffix("/>") {
            let name = head[1..].split_whitespace().next()?;
            let head = head.trim_end();
            let element = format!("{head}>{lines}{line_end}{outer}</{name}>");
            return Some([&self.text[..range.start], &element, &self.text[range.end..]].concat());
        }
        let closing = range.start + source.rfind("</")?;
        let end = self.text[..closing].trim_end().len();
        let tail = &self.text[closing..];
        Some([&self.text[..end], &lines, line_end, outer, tail].concat())
    }

    fn inserted(&self, at: usize, what: &str) -> String {
        [&self.text[..at], what, &self.text[at..]].concat()
    }

    /// Returns the blanks before a node that is the first of its line.
    fn indent(&self, node: Node<'_, '_>) -> Option<&'t str> {
        let before = &self.text[..node.range().start];
        let line = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
        line.trim().is_empty().then_some(line)
    }

    /// Returns what a child of `node` is indented more than it, as far as its parent shows it.
    fn step(&self, node: Node<'_, '_>) -> &'t str {
        let own = self.indent(node);
        let parents = node.parent().and_then(|parent| self.indent(parent));
        let step = own.zip(parents).and_then(|(own, parents)| own.strip_prefix(parents));
        step.filter(|step| !step.is_empty()).unwrap_or("  ")
    }

    fn line_end(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }
}

fn section(number: usize, node: Node<'_, '_>) -> SpecSection {
    let name = xml::child(node, "name");
    let names = name.map(|name| match xml::elements(name).map(xml::text).collect::<Vec<_>>() {
        names if names.is_empty() => vec![xml::text(name)],
        names => names,
    });
    let topics: Vec<_> =
        xml::children(node, "topics").flat_map(|topics| xml::children(topics, "topic")).collect();
    let evaluate = topics.last().and_then(|topic| topic.attribute("evaluate"));
    SpecSection {
        number,
        id: node.attribute("id").map(|id| id.trim().to_owned()),
        names: names.unwrap_or_default(),
        topics: topics.into_iter().map(xml::text).collect(),
        is_unevaluated: evaluate.and_then(xml::switch) == Some(false),
    }
}

/// Tells whether the rest of a line is blanks and one comment.
fn is_remark(rest: &str) -> bool {
    let rest = rest.trim();
    let inside = rest.strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->"));
    inside.is_some_and(|inside| !inside.contains("-->"))
}

fn hint(wanted: &str, sections: &[SpecSection]) -> String {
    let names = sections.iter().flat_map(|section| section.id.iter().chain(&section.names));
    let ranked = suggest::nearest(wanted, names.map(String::as_str));
    suggest::did_you_mean(wanted, &ranked).unwrap_or_else(|| {
        let first = |section: &SpecSection| {
            let name = section.names.last().map(String::as_str).unwrap_or_default();
            format!("{} `{name}`", section.number)
        };
        format!("its sections: {}", sections.iter().map(first).collect::<Vec<_>>().join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds the topic `new` to the last section of a course.
    #[track_caller]
    fn check(section: &str, expected: Option<&str>) {
        let spec = |section: &str| format!("<course>\n  <sections>{section}</sections>\n</course>");
        let text = spec(section);
        let parsed = SpecText::parse(&text).unwrap();
        let found = parsed.section(None).unwrap();
        assert_eq!(parsed.with_topic(&found, "new"), expected.map(spec));
    }

    #[test]
    fn topic_gets_a_line_like_that_of_the_last() {
        check(
            "\n\t<section>\n\t\t<topics>\n\t\t\t<topic>a</topic> <!-- first -->\n\t\t</topics>\n\t</section>\n",
            Some(
                "\n\t<section>\n\t\t<topics>\n\t\t\t<topic>a</topic> <!-- first -->\n\t\t\t\
                 <topic>new</topic>\n\t\t</topics>\n\t</section>\n",
            ),
        );
        check(
            "\r\n<section><topics>\r\n  <topic>a</topic>\r\n</topics></section>",
            Some(
                "\r\n<section><topics>\r\n  <topic>a</topic>\r\n  <topic>new</topic>\r\n</topics></section>",
            ),
        );
    }

    #[test]
    fn topics_on_one_line_stay_there() {
        check(
            "<section><topics><topic>a</topic><topic evaluate=\"no\">b</topic></topics></section>",
            Some(
                "<section><topics><topic>a</topic><topic evaluate=\"no\">b</topic>\
                 <topic evaluate=\"no\">new</topic></topics></section>",
            ),
        );
    }

    #[test]
    fn section_without_topics_gets_its_first() {
        let expected = "\n    <section>\n      <topics>\n        <topic>new</topic>\n      </topics>\n    \
                        </section>\n  ";
        for before in [
            "\n    <section>\n      <topics/>\n    </section>\n  ",
            "\n    <section>\n      <topics></topics>\n    </section>\n  ",
            "\n    <section>\n      <topics>\n      </topics>\n    </section>\n  ",
            "\n    <section>\n    </section>\n  ",
            "\n    <section/>\n  ",
        ] {
            check(before, Some(expected));
        }
    }

    #[test]
    fn comments_in_empty_topics_stay() {
        check(
            "\n<section>\n  <topics>\n    <!-- soon -->\n  </topics>\n</section>",
            Some(
                "\n<section>\n  <topics>\n    <!-- soon -->\n    <topic>new</topic>\n  </topics>\n</section>",
            ),
        );
    }

    #[test]
    fn sections_go_by_id_name_and_number() {
        let text = "<c><sections><section id='start'><name><de>Anfang</de><en>Beginning</en></name>\
                    </section><section><name><de>X</de><en>Same</en></name></section>\
                    <section><name><de>Y</de><en>Same</en></name></section></sections></c>";
        let parsed = SpecText::parse(text).unwrap();
        let number = |wanted| parsed.section(Some(wanted)).map(|section| section.number);
        for (wanted, expected) in
            [("start", 1), ("Anfang", 1), ("Beginning", 1), ("2", 2), ("Y", 3)]
        {
            assert_eq!(number(wanted), Ok(expected));
        }
        let numbers = vec![2, 3];
        assert_eq!(
            number("Same"),
            Err(SectionError::Ambiguous { wanted: "Same".to_owned(), numbers })
        );
        let hint = "did you mean `Beginning`?".to_owned();
        assert_eq!(
            number("Begining"),
            Err(SectionError::Unknown { wanted: "Begining".to_owned(), hint })
        );
        let hint = "its sections: 1 `Beginning`, 2 `Same`, 3 `Same`".to_owned();
        assert_eq!(
            number("elsewhere"),
            Err(SectionError::Unknown { wanted: "elsewhere".to_owned(), hint })
        );
    }
}
