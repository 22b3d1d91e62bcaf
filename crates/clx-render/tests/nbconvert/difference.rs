//! What clx shows otherwise than nbconvert, on purpose. Principal type: [`Difference`].

use crate::dom::{self, Element, Node};

/// A named difference and how two pages are made equal in it. Each has a case in the corpus.
pub(crate) struct Difference {
    pub(crate) name: &'static str,
    pub(crate) even_out: fn(&mut Vec<Node>),
}

/// All differences; `each_named_difference_is_needed` keeps the list short.
pub(crate) const ALL: &[Difference] = &[
    Difference { name: "formulas are MathML with the source as annotation", even_out: math },
    Difference { name: "formulas that cannot be shown are marked as code", even_out: math_error },
    Difference { name: "the language of an unknown fence is a class, not text", even_out: fence },
    Difference { name: "a table may have a bar in code", even_out: bar_in_code },
    Difference { name: "columns are aligned by `align`, not by a style", even_out: alignment },
    Difference { name: "the list around tasks has a class, too", even_out: task_list },
    Difference { name: "headings with HTML have ids and anchors, too", even_out: heading },
    Difference { name: "pictures without a text have an empty one", even_out: picture },
    Difference { name: "isolated outputs get their size from the stylesheet", even_out: isolated },
    Difference { name: "notes and voiceover are rendered inside their box", even_out: boxes },
    Difference { name: "the HTML of raw cells is not cleaned", even_out: raw },
    Difference { name: "a carriage return begins its line anew", even_out: carriage_return },
    Difference { name: "scripts and widgets do not run, Mermaid is shown", even_out: script },
];

/// Calls `change` on each list of nodes, inner ones first.
fn everywhere(nodes: &mut Vec<Node>, change: &mut impl FnMut(&mut Vec<Node>)) {
    for node in nodes.iter_mut() {
        if let Node::Element(element) = node {
            everywhere(&mut element.children, change);
        }
    }
    change(nodes);
}

fn each_element(nodes: &mut Vec<Node>, mut change: impl FnMut(&mut Element)) {
    everywhere(nodes, &mut |nodes| {
        nodes.iter_mut().for_each(|node| {
            if let Node::Element(element) = node {
                change(element);
            }
        });
    });
}

fn replace(nodes: &mut Vec<Node>, text: impl Fn(&Element) -> Option<String>) {
    everywhere(nodes, &mut |nodes| {
        for node in nodes {
            if let Some(text) = node.element().and_then(&text) {
                *node = Node::Text(text);
            }
        }
    });
}

fn remove(nodes: &mut Vec<Node>, is_meant: impl Fn(&Element) -> bool) {
    everywhere(nodes, &mut |nodes| nodes.retain(|node| !node.element().is_some_and(&is_meant)));
}

fn is(element: &Element, name: &str, value: &str) -> bool {
    element.attributes.get(name).is_some_and(|own| own == value)
}

/// Puts the annotation between dollars; an environment stands without in one form of the source.
fn math(nodes: &mut Vec<Node>) {
    replace(nodes, |element| {
        let source = (element.tag == "math").then(|| annotation(&element.children))??;
        let dollars = if is(element, "display", "block") { "$$" } else { "$" };
        Some([dollars, &source, dollars].concat())
    });
    everywhere(nodes, &mut |nodes| {
        for node in nodes {
            if let Node::Text(text) = node {
                *text = text.replace("$$\\begin{", "\\begin{").replace("}$$", "}");
            }
        }
    });
}

fn annotation(nodes: &[Node]) -> Option<String> {
    nodes.iter().filter_map(Node::element).find_map(|element| match element.tag.as_str() {
        "annotation" => element.children.first().and_then(Node::text).map(str::to_owned),
        _ => annotation(&element.children),
    })
}

fn math_error(nodes: &mut Vec<Node>) {
    replace(nodes, |element| element.has_class("math-error").then(|| dom::text(&element.children)));
}

fn fence(nodes: &mut Vec<Node>) {
    each_element(nodes, |element| {
        let class = element.attributes.get("class").map(String::as_str).unwrap_or_default();
        if let (Some(language), [Node::Text(text)]) =
            (class.strip_prefix("language-"), element.children.as_mut_slice())
        {
            *text = text.strip_prefix(language).unwrap_or(text).to_owned();
        }
    });
}

fn bar_in_code(nodes: &mut Vec<Node>) {
    remove(nodes, |element| {
        let text = dom::text(&element.children);
        element.tag == "p" && text.starts_with("| a |")
            || element.tag == "table" && text.contains('`')
    });
}

fn alignment(nodes: &mut Vec<Node>) {
    each_element(nodes, |element| {
        element
            .attributes
            .retain(|name, value| name != "style" || !value.starts_with("text-align:"));
    });
}

fn task_list(nodes: &mut Vec<Node>) {
    each_element(nodes, |element| {
        element.attributes.retain(|_, value| value != "contains-task-list");
    });
}

fn heading(nodes: &mut Vec<Node>) {
    each_element(nodes, |element| {
        let has_html =
            element.children.iter().filter_map(Node::element).any(|child| child.tag == "br");
        if element.tag.starts_with('h') && has_html {
            element.attributes.remove("id");
            remove(&mut element.children, |child| child.has_class("anchor-link"));
        }
    });
}

fn picture(nodes: &mut Vec<Node>) {
    each_element(nodes, |element| {
        if is(element, "alt", "No description has been provided for this image") {
            element.attributes.insert("alt".to_owned(), String::new());
        }
    });
}

fn isolated(nodes: &mut Vec<Node>) {
    each_element(nodes, |element| {
        if element.tag == "iframe" {
            element.attributes.remove("style");
        }
    });
}

/// Empties boxes; with nbconvert, text after a list ends up behind the box.
fn boxes(nodes: &mut Vec<Node>) {
    everywhere(nodes, &mut |nodes| {
        let is_box = |element: &Element| {
            element.attributes.get("style").is_some_and(|style| style.starts_with("background: "))
        };
        if let Some(at) = nodes.iter().position(|node| node.element().is_some_and(is_box)) {
            nodes.truncate(at);
        }
    });
}

fn raw(nodes: &mut Vec<Node>) {
    remove(nodes, |element| element.tag == "video");
    everywhere(nodes, &mut |nodes| {
        nodes.retain(|node| !matches!(node, Node::Text(text) if text.contains("<video")));
    });
}

fn carriage_return(nodes: &mut Vec<Node>) {
    everywhere(nodes, &mut |nodes| {
        for node in nodes {
            if let Node::Text(text) = node {
                // HTML parsers turn carriage returns into line feeds.
                *text = text.replace("10%\n20%\n", "");
            }
        }
    });
}

fn script(nodes: &mut Vec<Node>) {
    const KINDS: [&str; 3] = ["output_javascript", "output_widget_view", "output_mermaid"];
    remove(nodes, |element| {
        KINDS.into_iter().any(|kind| element.has_class(kind))
            || element.has_class("output_text") && dom::text(&element.children) == "widget"
    });
}
