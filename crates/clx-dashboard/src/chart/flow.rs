//! What a source depended on and what came of it. Principal type: [`Flow`].

use serde::Serialize;

/// Height of a line.
const LINE: f64 = 30.0;

/// Lines on a side; the list below the picture has all.
const MOST: usize = 24;

/// Characters of a text that have room; of a path the end says more than the beginning.
const ROOM: usize = 37;

/// Three columns: what goes in, the source, what comes out.
#[derive(Debug, Serialize)]
pub(crate) struct Flow {
    pub(crate) inputs: Vec<Node>,
    pub(crate) outputs: Vec<Node>,
    pub(crate) height: f64,
    /// The middle of the source.
    pub(crate) middle: f64,
    /// Text of the source.
    pub(crate) source: String,
}

/// A box on a side.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Node {
    pub(crate) text: String,
    /// Its upper edge, and its middle, where its line begins or ends.
    pub(crate) y: f64,
    pub(crate) middle: f64,
}

impl Flow {
    pub(crate) fn of(inputs: &[String], source: &str, outputs: &[String]) -> Self {
        let (inputs, outputs) = (nodes(inputs), nodes(outputs));
        let height = |nodes: &[Node]| nodes.len().max(1) as f64 * LINE;
        Self {
            height: height(&inputs).max(height(&outputs)),
            // Beside the inputs, which are few: seen without scrolling, however many files there are.
            middle: height(&inputs) / 2.0,
            source: short(source),
            inputs,
            outputs,
        }
    }
}

/// Lays boxes below each other.
fn nodes(texts: &[String]) -> Vec<Node> {
    let mut shown: Vec<String> = texts.iter().map(|text| short(text)).collect();
    if shown.len() > MOST {
        shown.truncate(MOST - 1);
        shown.push(format!("and {} more", texts.len() - shown.len()));
    }
    let node = |(place, text): (usize, String)| {
        let y = place as f64 * LINE;
        Node { text, y: y + 3.0, middle: y + LINE / 2.0 }
    };
    shown.into_iter().enumerate().map(node).collect()
}

/// Leaves out the beginning of a text that is too long.
fn short(text: &str) -> String {
    let n = text.chars().count();
    if n <= ROOM {
        return text.to_owned();
    }
    let end: String = text.chars().skip(n - (ROOM - 1)).collect();
    format!("…{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(n: usize) -> Vec<String> {
        (0..n).map(|n| format!("file {n}")).collect()
    }

    #[test]
    fn source_stands_beside_its_inputs() {
        let flow = Flow::of(&texts(2), "a.py", &texts(3));
        assert_eq!((flow.height, flow.middle), (90.0, 30.0));
        assert_eq!(flow.inputs[0].middle, 15.0);
        let middles: Vec<_> = flow.outputs.iter().map(|node| node.middle).collect();
        assert_eq!(middles, [15.0, 45.0, 75.0]);
    }

    #[test]
    fn long_sides_and_long_texts_are_cut() {
        let flow = Flow::of(&texts(40), &"x".repeat(50), &[]);
        assert_eq!(flow.inputs.len(), MOST);
        assert_eq!(flow.inputs[MOST - 1].text, "and 17 more");
        assert_eq!(flow.source.chars().count(), ROOM);
        assert!(flow.outputs.is_empty());
    }
}
