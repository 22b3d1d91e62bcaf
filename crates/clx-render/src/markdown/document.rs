//! Markdown without formulas to HTML, by comrak.

use std::fmt;

use comrak::adapters::{HeadingAdapter, HeadingMeta};
use comrak::nodes::{NodeHtmlBlock, NodeValue, Sourcepos};
use comrak::options::Plugins;
use comrak::{Arena, Options};

use super::extract::Extracted;
use super::reference::{ReferenceKind, in_html};
use crate::highlight::{self, Grammar};
use crate::html::{escape, escaped};

/// Bytes that stay as they are in the id of a heading, beside letters and digits.
const ID_BYTES: &[u8] = b"_.-~?/:@!$&'()*+,;=";

/// Returns the HTML; the marks of formulas are still in it.
pub(super) fn render(extracted: &Extracted) -> String {
    let arena = Arena::new();
    let options = options();
    let root = comrak::parse_document(&arena, &extracted.text, &options);
    for node in root.descendants() {
        let mut data = node.data_mut();
        match &mut data.value {
            NodeValue::CodeBlock(block) => {
                let literal = fence(&block.info, &extracted.restored(&block.literal));
                // Any type will do: it only tells the parser how such a block ends.
                data.value = NodeValue::HtmlBlock(NodeHtmlBlock { block_type: 6, literal });
            }
            NodeValue::Code(code) => code.literal = extracted.restored(&code.literal),
            NodeValue::Link(link) | NodeValue::Image(link) => {
                link.url = extracted.restored(&link.url);
                link.title = extracted.restored(&link.title);
            }
            _ => {}
        }
    }
    let anchors = Anchors { extracted };
    let mut plugins = Plugins::default();
    plugins.render.heading_adapter = Some(&anchors);
    let mut html = String::with_capacity(2 * extracted.text.len());
    comrak::format_html_with_plugins(root, &options, &mut html, &plugins)
        .expect("writing to a text does not fail");
    html
}

/// Returns the addresses of what is shown and linked.
pub(super) fn addresses(extracted: &Extracted) -> Vec<(ReferenceKind, String)> {
    let arena = Arena::new();
    let root = comrak::parse_document(&arena, &extracted.text, &options());
    let mut found = Vec::new();
    for node in root.descendants() {
        match &node.data().value {
            NodeValue::Link(link) => {
                found.push((ReferenceKind::Link, extracted.restored(&link.url)));
            }
            NodeValue::Image(link) => {
                found.push((ReferenceKind::Media, extracted.restored(&link.url)));
            }
            NodeValue::HtmlBlock(block) => found.extend(in_html(&block.literal)),
            NodeValue::HtmlInline(html) => found.extend(in_html(html)),
            _ => {}
        }
    }
    found
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options.extension.description_lists = true;
    options.render.r#unsafe = true;
    options.render.tasklist_classes = true;
    options
}

/// Returns the HTML of a fenced or indented code block.
fn fence(info: &str, text: &str) -> String {
    let language = info.split_whitespace().next().unwrap_or_default();
    let mut html = String::with_capacity(2 * text.len());
    if language == "mermaid" {
        html.push_str("<div class=\"jp-Mermaid\"><pre class=\"mermaid\">\n");
        escape(&mut html, text.trim());
        html.push_str("\n</pre></div>\n");
    } else if let Some(grammar) = Grammar::named(language) {
        highlight::write_block(&mut html, "highlight", grammar, text);
    } else {
        html.push_str("<pre><code");
        if !language.is_empty() {
            html.extend([" class=\"language-", &escaped(language), "\""]);
        }
        html.push('>');
        escape(&mut html, text);
        html.push_str("</code></pre>\n");
    }
    html
}

/// Gives headings their ids and links to themselves.
struct Anchors<'a> {
    extracted: &'a Extracted,
}

impl Anchors<'_> {
    fn id(&self, heading: &HeadingMeta) -> String {
        let mut id = String::new();
        for byte in self.extracted.restored(&heading.content).bytes() {
            match byte {
                b' ' => id.push('-'),
                b'&' => id.push_str("&amp;"),
                _ if byte.is_ascii_alphanumeric() || ID_BYTES.contains(&byte) => {
                    id.push(char::from(byte));
                }
                _ => id += &percent_encoded(byte),
            }
        }
        id
    }
}

fn percent_encoded(byte: u8) -> String {
    format!("%{byte:02X}")
}

impl HeadingAdapter for Anchors<'_> {
    fn enter(
        &self,
        output: &mut dyn fmt::Write,
        heading: &HeadingMeta,
        _: Option<Sourcepos>,
    ) -> fmt::Result {
        write!(output, "<h{} id=\"{}\">", heading.level, self.id(heading))
    }

    fn exit(&self, output: &mut dyn fmt::Write, heading: &HeadingMeta) -> fmt::Result {
        let (id, level) = (self.id(heading), heading.level);
        writeln!(output, "<a class=\"anchor-link\" href=\"#{id}\">¶</a></h{level}>")
    }
}
