//! Elements and texts in the form of the golden files, from JSON and from HTML.

use std::collections::BTreeMap;

use clx_core::ContentHash;
use html5ever::tendril::TendrilSink;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use serde_json::Value;

/// Attributes that matter: those of the golden files, and `display` of formulas.
const ATTRIBUTES: [&str; 11] =
    ["class", "id", "href", "src", "width", "height", "start", "type", "style", "alt", "display"];

/// Elements that a blank of text stands around.
const INLINE: [&str; 19] = [
    "a", "b", "i", "em", "strong", "code", "span", "del", "s", "u", "sup", "sub", "img", "input",
    "math", "script", "small", "summary", "iframe",
];

/// A text or an element.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Text(String),
    Element(Element),
}

/// An element of a page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Element {
    pub(crate) tag: String,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) children: Vec<Node>,
}

/// Reads a node of a golden file.
pub(crate) fn from_json(json: &Value) -> Node {
    match json {
        Value::String(text) => Node::Text(text.clone()),
        _ => Node::Element(Element {
            tag: json[0].as_str().expect("a tag").to_owned(),
            attributes: serde_json::from_value(json[1].clone()).expect("attributes"),
            children: json[2].as_array().expect("children").iter().map(from_json).collect(),
        }),
    }
}

/// Reads the contents of `#notebook-container` of a page.
pub(crate) fn parse(html: &str) -> Vec<Node> {
    let page = parse_document(RcDom::default(), ParseOpts::default()).one(html);
    let container = find(&page.document).expect("the page has a container");
    children(&container, false)
}

fn find(handle: &Handle) -> Option<Handle> {
    if attributes(handle).get("id").is_some_and(|id| id == "notebook-container") {
        return Some(handle.clone());
    }
    handle.children.borrow().iter().find_map(find)
}

/// Returns the contents of an element; spans in highlighted code count as their texts.
fn children(handle: &Handle, is_code: bool) -> Vec<Node> {
    let mut found = Vec::new();
    for child in handle.children.borrow().iter() {
        match &child.data {
            NodeData::Text { contents } => {
                push(&mut found, Node::Text(contents.borrow().to_string()));
            }
            NodeData::Element { name, .. } if is_code && &*name.local == "span" => {
                children(child, true).into_iter().for_each(|node| push(&mut found, node));
            }
            NodeData::Element { name, .. } => {
                push(&mut found, element(child, name.local.to_string(), is_code));
            }
            _ => {}
        }
    }
    found
}

fn push(nodes: &mut Vec<Node>, node: Node) {
    match (nodes.last_mut(), node) {
        (Some(Node::Text(last)), Node::Text(text)) => last.push_str(&text),
        (_, node) => nodes.push(node),
    }
}

fn element(handle: &Handle, tag: String, is_code: bool) -> Node {
    let mut attributes = attributes(handle);
    if let Some(source) = attributes.get_mut("src").filter(|source| source.starts_with("data:")) {
        *source = format!("data:{}", &ContentHash::of(&source).to_hex()[..16]);
    }
    let is_highlighted = attributes.get("class").is_some_and(|class| class.contains("highlight"));
    let children = children(handle, is_code || is_highlighted);
    Node::Element(Element { tag, attributes, children })
}

fn attributes(handle: &Handle) -> BTreeMap<String, String> {
    let NodeData::Element { attrs, .. } = &handle.data else { return BTreeMap::new() };
    let attributes = attrs.borrow();
    let known = attributes.iter().filter(|attribute| ATTRIBUTES.contains(&&*attribute.name.local));
    known.map(|attribute| (attribute.name.local.to_string(), attribute.value.to_string())).collect()
}

impl Node {
    /// Returns the text, if it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Element(_) => None,
        }
    }

    /// Returns the element, if it is one.
    pub(crate) fn element(&self) -> Option<&Element> {
        match self {
            Self::Text(_) => None,
            Self::Element(element) => Some(element),
        }
    }
}

impl Element {
    /// Tells whether the element has a class.
    pub(crate) fn has_class(&self, class: &str) -> bool {
        self.attributes
            .get("class")
            .is_some_and(|all| all.split_whitespace().any(|own| own == class))
    }
}

/// Splits the contents of the page: each cell is one, and so is what stands between two.
pub(crate) fn cells(nodes: &[Node]) -> Vec<Vec<Node>> {
    let is_cell = |node: &Node| node.element().is_some_and(|element| element.has_class("cell"));
    let groups = nodes.chunk_by(|a, b| !is_cell(a) && !is_cell(b));
    groups
        .filter(|group| !shape(group).is_empty() || !text(group).is_empty())
        .map(<[_]>::to_vec)
        .collect()
}

/// Returns the text with its blanks folded; blocks are apart by one.
pub(crate) fn text(nodes: &[Node]) -> String {
    fn collect(out: &mut String, nodes: &[Node]) {
        for node in nodes {
            match node {
                Node::Text(text) => out.push_str(text),
                Node::Element(element) => {
                    let gap = if INLINE.contains(&element.tag.as_str()) { "" } else { " " };
                    out.push_str(gap);
                    collect(out, &element.children);
                    out.push_str(gap);
                }
            }
        }
    }
    let mut out = String::new();
    collect(&mut out, nodes);
    let is_blank = |c: char| c.is_ascii_whitespace();
    out.split(is_blank).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Returns the elements with their attributes, classes in order of their names.
pub(crate) fn shape(nodes: &[Node]) -> String {
    let elements = nodes.iter().filter_map(Node::element).map(|element| {
        let mut out = element.tag.clone();
        for (name, value) in &element.attributes {
            let mut words: Vec<&str> = value.split_whitespace().collect();
            if name == "class" {
                words.sort_unstable();
            }
            out.push_str(&["[", name, "=", &words.join(" "), "]"].concat());
        }
        let inner = shape(&element.children);
        if inner.is_empty() { out } else { [&out, "(", &inner, ")"].concat() }
    });
    elements.collect::<Vec<_>>().join(" ")
}
