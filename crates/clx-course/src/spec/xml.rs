//! Small questions to XML elements.

use roxmltree::Node;

/// Returns the children of `node` with this tag.
pub(super) fn children<'a, 'i>(
    node: Node<'a, 'i>,
    tag: &'static str,
) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| child.has_tag_name(tag))
}

/// Returns the first child of `node` with this tag.
pub(super) fn child<'a, 'i>(node: Node<'a, 'i>, tag: &'static str) -> Option<Node<'a, 'i>> {
    children(node, tag).next()
}

/// Returns the children of `node` that are elements.
pub(super) fn elements<'a, 'i>(node: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(Node::is_element)
}

/// Returns the text of `node` before its first child element, without comments and outer blanks.
pub(super) fn text(node: Node<'_, '_>) -> String {
    let before = node.children().take_while(|child| !child.is_element());
    let text: String = before.filter(Node::is_text).filter_map(|child| child.text()).collect();
    text.trim().to_owned()
}

/// Returns the text of the first child with this tag, if it is there and not empty.
pub(super) fn child_text(node: Node<'_, '_>, tag: &'static str) -> Option<String> {
    child(node, tag).map(text).filter(|text| !text.is_empty())
}

/// Returns the value of a switch: `yes`, `true`, `on`, `1` or `no`, `false`, `off`, `0`.
pub(super) fn switch(word: &str) -> Option<bool> {
    match word.trim().to_ascii_lowercase().as_str() {
        "yes" | "true" | "on" | "1" => Some(true),
        "no" | "false" | "off" | "0" => Some(false),
        _ => None,
    }
}
