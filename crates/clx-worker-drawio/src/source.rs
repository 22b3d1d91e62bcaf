//! The pages of a draw.io file. Principal function: [`pages`].

use std::io::Read;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clx_core::Diagnostic;
use flate2::read::DeflateDecoder;
use roxmltree::{Document, Node, TextPos};

use crate::CATEGORY;
use crate::code;

/// A compressed page above this is none that somebody drew.
const MAX_MODEL_BYTES: u64 = 256 * 1024 * 1024;

/// One page of a draw.io file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawioPage {
    /// Its name, as the tab in draw.io shows it; empty if it has none. Names need not differ.
    pub name: String,
    /// Its `mxGraphModel` as XML, well-formed.
    pub model: String,
    /// Whether something is drawn on it.
    pub has_content: bool,
    /// Placeholders of the file and their values, a JSON object.
    pub(crate) variables: Option<String>,
}

/// Reads the pages of a file, compressed or not, in their order. There is at least one.
///
/// # Errors
/// One of [`code::NO_DIAGRAM`], [`code::BROKEN_XML`] and [`code::BROKEN_PAGE`], with its place in the
/// file.
pub fn pages(file: &Path, source: &[u8]) -> Result<Vec<DrawioPage>, Box<Diagnostic>> {
    let problem = |code, message: String, place: Option<TextPos>| {
        let (line, column) = place.map(|place| (place.row, place.col)).unzip();
        Box::new(Diagnostic::error(code, CATEGORY, message).at(file, line, column))
    };
    let text = String::from_utf8_lossy(source);
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Err(problem(code::NO_DIAGRAM, "the file is empty".to_owned(), None));
    }
    let document = Document::parse(text).map_err(|error| {
        let message = format!("the file is broken: {}", without_place(&error));
        problem(code::BROKEN_XML, message, Some(place_of(&error, text)))
    })?;
    let root = document.root_element();
    let place = |node: Node<'_, '_>| Some(document.text_pos_at(node.range().start));
    let pages: Vec<_> = match root.tag_name().name() {
        "mxGraphModel" => vec![page_of_model("", &text[root.range()], root, None)],
        "mxfile" => {
            let variables = root.attribute("vars");
            let diagrams = root.children().filter(|node| node.has_tag_name("diagram"));
            let page = |node| {
                page_of_diagram(node, text, variables).map_err(|reason| {
                    let name = node.attribute("name").unwrap_or_default();
                    let message = format!("the page `{name}` cannot be read: {reason}");
                    problem(code::BROKEN_PAGE, message, place(node))
                })
            };
            diagrams.map(page).collect::<Result<_, _>>()?
        }
        other => {
            let message = format!("the file is no draw.io diagram: it begins with `<{other}>`");
            return Err(problem(code::NO_DIAGRAM, message, place(root)));
        }
    };
    if pages.is_empty() {
        return Err(problem(code::NO_DIAGRAM, "the file has no page".to_owned(), place(root)));
    }
    Ok(pages)
}

/// Why a page cannot be read.
#[derive(Debug, thiserror::Error)]
enum PageError {
    #[error("it is not base64")]
    Base64,
    #[error("it is cut off or was not compressed by draw.io")]
    Deflate(#[from] std::io::Error),
    #[error("its text is not UTF-8")]
    Text,
    #[error("its XML is broken: {0}")]
    Xml(#[from] roxmltree::Error),
    #[error("it is a `<{0}>`")]
    Other(String),
}

fn page_of_diagram(
    node: Node<'_, '_>,
    text: &str,
    variables: Option<&str>,
) -> Result<DrawioPage, PageError> {
    let name = node.attribute("name").unwrap_or_default();
    if let Some(model) = node.children().find(Node::is_element) {
        // It has to stand alone: a prefix that the file declares further out is none in the page.
        let model = &text[model.range()];
        return checked(name, model, Document::parse(model)?.root_element(), variables);
    }
    let content: String = node.text().unwrap_or_default().split_whitespace().collect();
    if content.is_empty() {
        let model = r#"<mxGraphModel><root><mxCell id="0"/><mxCell id="1" parent="0"/></root></mxGraphModel>"#;
        return checked(name, model, Document::parse(model)?.root_element(), variables);
    }
    let model = decompress(&content)?;
    checked(name, &model, Document::parse(&model)?.root_element(), variables)
}

fn checked(
    name: &str,
    text: &str,
    model: Node<'_, '_>,
    variables: Option<&str>,
) -> Result<DrawioPage, PageError> {
    match model.tag_name().name() {
        "mxGraphModel" => Ok(page_of_model(name, text, model, variables)),
        other => Err(PageError::Other(other.to_owned())),
    }
}

fn page_of_model(
    name: &str,
    text: &str,
    model: Node<'_, '_>,
    variables: Option<&str>,
) -> DrawioPage {
    let is_drawn = |node: Node<'_, '_>| {
        ["vertex", "edge"].iter().any(|kind| node.attribute(*kind) == Some("1"))
    };
    DrawioPage {
        name: name.to_owned(),
        model: text.to_owned(),
        has_content: model.attribute("backgroundImage").is_some()
            || model.descendants().any(is_drawn),
        variables: variables.map(str::to_owned),
    }
}

/// Undoes what draw.io does: percent-encoding, deflate, base64.
fn decompress(content: &str) -> Result<String, PageError> {
    let deflated = STANDARD.decode(content).map_err(|_| PageError::Base64)?;
    let mut encoded = Vec::new();
    DeflateDecoder::new(&*deflated).take(MAX_MODEL_BYTES).read_to_end(&mut encoded)?;
    String::from_utf8(percent_decoded(&encoded)).map_err(|_| PageError::Text)
}

fn percent_decoded(encoded: &[u8]) -> Vec<u8> {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let mut decoded = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        let digits = (digit(after.first()), digit(after.get(1)));
        if let (b'%', (Some(high), Some(low))) = (first, digits) {
            decoded.extend(u8::try_from(high * 16 + low));
            rest = &after[2..];
        } else {
            decoded.push(first);
        }
    }
    decoded
}

/// Returns where a text is broken: of one that was cut off, its end.
fn place_of(error: &roxmltree::Error, text: &str) -> TextPos {
    use roxmltree::Error::{UnclosedRootNode, UnexpectedEndOfStream};
    if !matches!(error, UnexpectedEndOfStream | UnclosedRootNode) {
        return error.pos();
    }
    let last = text.rsplit('\n').next().unwrap_or_default();
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    TextPos::new(number(text.matches('\n').count() + 1), number(last.chars().count() + 1))
}

/// Returns the words of an error, which end with its place.
fn without_place(error: &roxmltree::Error) -> String {
    let text = error.to_string();
    let place = format!(" at {}", error.pos());
    text.strip_suffix(&place).unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const MODEL: &str = "<mxGraphModel><root><mxCell id=\"0\"/>\
        <mxCell id=\"a\" value=\"Grüße 100%\" vertex=\"1\"/></root></mxGraphModel>";

    fn compressed(model: &str) -> String {
        let encoded: String = model.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let mut deflate = flate2::write::DeflateEncoder::new(Vec::new(), Default::default());
        deflate.write_all(encoded.as_bytes()).unwrap();
        STANDARD.encode(deflate.finish().unwrap())
    }

    fn read(source: &str) -> Result<Vec<DrawioPage>, String> {
        pages(Path::new("a.drawio"), source.as_bytes()).map_err(|problem| problem.to_string())
    }

    #[track_caller]
    fn check_error(source: &str, expected: &str) {
        assert_eq!(read(source).unwrap_err(), expected);
    }

    #[test]
    fn plain_and_compressed_pages_are_read_in_order() {
        let packed = compressed(MODEL);
        let source = format!(
            "<mxfile vars='{{\"a\":\"1\"}}'><diagram name='Eins &amp; zwei'>{MODEL}</diagram>\
             <diagram name='packed'>\n {packed} \n</diagram><diagram/></mxfile>"
        );
        let pages = read(&source).unwrap();
        let names: Vec<_> = pages.iter().map(|page| page.name.as_str()).collect();
        assert_eq!(names, ["Eins & zwei", "packed", ""]);
        assert!(pages[..2].iter().all(|page| page.model == MODEL && page.has_content));
        assert!(!pages[2].has_content && pages[2].model.starts_with("<mxGraphModel>"));
        assert_eq!(pages[0].variables.as_deref(), Some("{\"a\":\"1\"}"));
    }

    #[test]
    fn model_alone_is_one_page_without_name() {
        let pages = read(&format!("\u{feff}<?xml version=\"1.0\"?>\n{MODEL}")).unwrap();
        assert_eq!((pages.len(), pages[0].name.as_str(), pages[0].model.as_str()), (1, "", MODEL));
    }

    #[test]
    fn file_without_diagram_is_told() {
        check_error(" \n", "a.drawio: error[CLX0820]: the file is empty");
        check_error("<mxfile/>", "a.drawio:1:1: error[CLX0820]: the file has no page");
        check_error(
            "\n<svg/>",
            "a.drawio:2:1: error[CLX0820]: the file is no draw.io diagram: it begins with `<svg>`",
        );
    }

    #[test]
    fn broken_xml_is_told_with_its_place() {
        check_error(
            "<mxfile>\n  <diagram name=\"a\">\n    <mxGraphModel></wrong>",
            "a.drawio:3:19: error[CLX0821]: the file is broken: expected 'mxGraphModel' tag, not 'wrong'",
        );
        let end = "error[CLX0821]: the file is broken:";
        for (cut, place) in [("<mxfile>\n<diagram na", "2:12"), ("<mxfile>\n<diagram>\n", "3:1")] {
            let error = read(cut).unwrap_err();
            assert!(error.starts_with(&format!("a.drawio:{place}: {end}")), "{error}");
        }
    }

    #[test]
    fn depth_and_entities_do_no_harm() {
        let deep = "<a>".repeat(200_000);
        assert!(read(&format!("<mxfile>{deep}")).is_err());
        let bomb = "<!DOCTYPE m [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><mxfile>&b;</mxfile>";
        assert!(read(bomb).unwrap_err().contains("CLX0821"));
    }

    #[test]
    fn page_must_declare_its_own_prefixes() {
        let file = |outer: &str, inner: &str| {
            format!("<mxfile{outer}><diagram><mxGraphModel{inner} x:a='1'/></diagram></mxfile>")
        };
        let error = read(&file(" xmlns:x='urn:x'", "")).unwrap_err();
        assert!(error.contains("CLX0822") && error.contains("unknown namespace prefix"), "{error}");
        assert_eq!(read(&file("", " xmlns:x='urn:x'")).unwrap().len(), 1);
    }

    #[test]
    fn broken_page_is_told_with_its_name() {
        let check = |content: &str, reason: &str| {
            let source = format!("<mxfile>\n <diagram name='p'>{content}</diagram></mxfile>");
            let error = read(&source).unwrap_err();
            let begin = "a.drawio:2:2: error[CLX0822]: the page `p` cannot be read: ";
            assert_eq!(error.strip_prefix(begin), Some(reason), "{error}");
        };
        let packed = compressed(MODEL);
        check(&packed[..packed.len() / 8 * 4], "it is cut off or was not compressed by draw.io");
        check("äöü", "it is not base64");
        check("<svg/>", "it is a `<svg>`");

        check(&compressed("<a>"), "its XML is broken: the root node was opened but never closed");
    }
}
