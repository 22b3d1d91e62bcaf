//! The YAML block at the start of a script.

use super::{is_rule, without_token};
use crate::code;
use crate::finding::Finding;
use crate::percent::jupytext;
use crate::python_text::{is_blank, is_space, strip_end};
use crate::value::{Metadata, Value};
use crate::yaml;

/// The lines of the block, divided by key.
#[derive(Default)]
pub(super) struct Block {
    /// Lines of the `jupyter:` section with their positions in the text.
    pub(super) jupyter: Vec<(usize, String)>,
    /// All other lines.
    pub(super) other: Vec<String>,
    /// Position of the closing `---`; `None` if the block never closes.
    pub(super) end: Option<usize>,
}

/// What the `jupyter:` section says.
pub(super) struct Section {
    pub(super) metadata: Metadata,
    /// Its keys in source order.
    pub(super) keys: Vec<String>,
    pub(super) is_hydrogen: bool,
}

impl Block {
    /// Reads the commented lines of a block that begins at line `start`.
    pub(super) fn read(lines: &[&str], start: usize, token: &str) -> Self {
        let mut block = Self::default();
        // An encoding line may stand inside the block, behind its first rule.
        let mut started = start == 2 && is_rule(without_token(lines[0], token));
        let mut in_jupyter = false;
        for (at, line) in lines.iter().enumerate().skip(start) {
            if !line.starts_with(token) {
                break;
            }
            let text = without_token(line, token);
            if is_rule(text) {
                if started {
                    block.end = Some(at);
                    break;
                }
                started = true;
                continue;
            }
            if !started && !is_blank(text) {
                break;
            }
            let continues = text.is_empty() || text.starts_with(is_space);
            in_jupyter = is_jupyter_key(text) || (in_jupyter && continues);
            if in_jupyter {
                block.jupyter.push((at, text.to_owned()));
            } else {
                block.other.push(text.to_owned());
            }
        }
        block
    }

    /// Reads the `jupyter:` section.
    pub(super) fn section(&self) -> Result<Section, Finding> {
        let lines: Vec<&str> = self.jupyter.iter().map(|(_, text)| text.as_str()).collect();
        let document = yaml::parse(&lines.join("\n"))
            .map_err(|error| self.broken(error.line, &error.message))?;
        let no_object = || self.broken(1, "`jupyter:` must hold an object");
        let Value::Map(mut entries) = document.value else { return Err(no_object()) };
        let Some(Value::Map(mut metadata)) = entries.remove("jupyter") else {
            return Err(no_object());
        };
        metadata.remove("kernelspec");
        metadata.remove("language_info");
        if metadata.get("jupytext").is_some_and(|section| section.as_map().is_none()) {
            return Err(self.broken(1, "`jupytext:` must hold an object"));
        }
        let is_hydrogen = take_format(&mut metadata);
        Ok(Section { metadata, keys: document.inner_keys, is_hydrogen })
    }

    /// Describes a fault in line `line` of the section, from 1.
    fn broken(&self, line: usize, why: &str) -> Finding {
        let line = line.clamp(1, self.jupyter.len()) - 1;
        let message = format!("the YAML head is broken: {why}");
        Finding::error(code::BROKEN_HEAD, self.jupyter[line].0, message)
            .with_hint("lines between `---` and `---` at the start of a source are YAML")
    }
}

fn is_jupyter_key(text: &str) -> bool {
    strip_end(text).strip_suffix(':').is_some_and(|key| strip_end(key) == "jupyter")
}

/// Removes the description of the text format; tells whether it is `hydrogen`, in which magics
/// stand uncommented.
fn take_format(metadata: &mut Metadata) -> bool {
    if !metadata.contains_key("jupytext") {
        return false;
    }
    let format = jupytext(metadata).remove("text_representation");
    let name = format.as_ref().and_then(Value::as_map).and_then(|map| map.get("format_name"));
    name.and_then(Value::as_text) == Some("hydrogen")
}
