//! The text of a new configuration file. Principal function: [`template`].

use crate::edit::may_set;
use crate::key::{Key, Preset};
use crate::origin::Layer;
use crate::setting::KEYS;

/// Characters of a comment's line at most.
const WIDTH: usize = 98;

/// Returns a file with all keys that it may set, each as a comment with its default.
pub(crate) fn template(layer: Layer) -> String {
    let mut text = wrapped(match layer {
        Layer::Project => {
            "Configuration of clx for this course. A key without `#` before it counts. The file of a \
             course can choose no program and no path outside the course; keys for that are missing \
             here."
        }
        Layer::User => "Configuration of clx for you. A key without `#` before it counts.",
        Layer::System => {
            "Configuration of clx for all users of this machine. A key without `#` before it counts."
        }
    });
    let mut section = "";
    for key in KEYS.iter().filter(|key| may_set(layer, key)) {
        if key.section() != section {
            section = key.section();
            text.push_str(&["\n[", section, "]\n"].concat());
        }
        text.push('\n');
        text.push_str(&entry(key));
    }
    text
}

fn entry(key: &Key) -> String {
    let wanted = key.kind.wanted().replace('`', "");
    let (example, default) = match key.default {
        Preset::Value(default) => {
            let value = key.kind.parse(default).map(|value| key.kind.toml(&value).to_string());
            (value.unwrap_or_default(), String::new())
        }
        Preset::Otherwise(words) => (String::new(), format!(" Default: {words}.")),
    };
    let about = wrapped(&format!("{} Takes {wanted}.{default}", key.about()));
    let blank = if example.is_empty() { "" } else { " " };
    format!("{about}#{} ={blank}{example}\n", key.short_name())
}

/// Breaks a paragraph into the lines of a comment.
fn wrapped(paragraph: &str) -> String {
    let mut lines = vec!["#".to_owned()];
    for word in paragraph.split_whitespace() {
        let line = lines.last_mut().map(|line| (line.chars().count(), line));
        match line {
            Some((length, line)) if length + 1 + word.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("# {word}")),
        }
    }
    lines.join("\n") + "\n"
}
