//! Samples of what commands print, whole, one file per command to read. Principal type: [`Sample`].
//!
//! `CLX_RENEW_SAMPLES=1 cargo nextest run -p clx-tests --test samples` writes them anew; read what
//! changed as its user would before you keep it.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::e2e::Run;

/// Set to write the files instead of comparing with them.
const RENEW: &str = "CLX_RENEW_SAMPLES";

/// What units of time follow.
const TIMES: [&str; 6] = ["ms", "s", "min", "h", "day", "days"];

/// What units of size follow.
const SIZES: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];

/// Keys of JSON whose numbers vary, and what stands for them.
const KEYS: [(&str, &str); 16] = [
    ("seconds", "TIME"),
    ("timestamp", "TIME"),
    ("start_time", "TIME"),
    ("end_time", "TIME"),
    ("started", "TIME"),
    ("created", "TIME"),
    ("finished", "TIME"),
    ("ended", "TIME"),
    ("last_used", "TIME"),
    ("last_modified", "TIME"),
    ("last_seen", "TIME"),
    ("bytes", "SIZE"),
    ("bytes_before", "SIZE"),
    ("bytes_after", "SIZE"),
    ("pid", "PID"),
    ("worker_id", "WORKER"),
];

/// What a command prints in some situations.
#[derive(Debug)]
pub struct Sample {
    /// The command's words, joined by `-`.
    name: String,
    text: String,
    /// Paths, and what stands for them; the longer first.
    places: Vec<(String, &'static str)>,
}

impl Sample {
    /// Begins the sample of a command, such as `cache-stats`.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), text: String::new(), places: Vec::new() }
    }

    /// Lets a word stand for a path.
    #[must_use]
    pub fn hide(mut self, path: &Path, word: &'static str) -> Self {
        self.places.push((path.display().to_string(), word));
        self
    }

    /// Adds what a command line printed.
    pub fn add(&mut self, line: &str, run: &Run) {
        let mut parts = vec![format!("$ {line}\n"), self.settled(&run.stdout)];
        if !run.stderr.is_empty() {
            parts.push(format!("--- standard error\n{}", self.settled(&run.stderr)));
        }
        if run.status != 0 {
            parts.push(format!("--- exit status {}\n", run.status));
        }
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(&parts.concat());
    }

    /// Compares with the file, or writes it.
    #[track_caller]
    pub fn check(self) {
        let path = directory().join(format!("{}.txt", self.name));
        if is_renewing() {
            std::fs::create_dir_all(directory()).expect("made");
            std::fs::write(&path, &self.text).expect("written");
        }
        let known = std::fs::read_to_string(&path).unwrap_or_default();
        let differs = known.lines().zip(self.text.lines()).position(|(old, new)| old != new);
        let line = differs.unwrap_or_else(|| known.lines().count().min(self.text.lines().count()));
        assert!(
            known == self.text,
            "the sample `{}` differs from line {} on; `{RENEW}=1` writes it anew. It is now:\n{}",
            self.name,
            line + 1,
            self.text
        );
    }

    /// Puts words where what stands there differs from run to run, and two blanks between columns, whose
    /// widths differ with it.
    fn settled(&self, text: &str) -> String {
        let text = self.places.iter().fold(text.replace("clx-e2e", "clx"), |text, (path, word)| {
            text.replace(path.as_str(), word)
        });
        if let Ok(mut json) = serde_json::from_str::<Value>(&text)
            && (json.is_object() || json.is_array())
        {
            settle_json("", &mut json);
            return format!("{json:#}\n");
        }
        text.lines().map(|line| format!("{}\n", settled_line(line))).collect()
    }
}

/// Tells whether the files are being written.
#[must_use]
pub fn is_renewing() -> bool {
    std::env::var_os(RENEW).is_some()
}

/// Returns where the samples are.
#[must_use]
pub fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

fn settle_json(key: &str, value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.iter_mut().for_each(|(key, value)| settle_json(key, value));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| settle_json(key, item)),
        Value::Number(_) => {
            let varies = |(name, _): &&(&str, &str)| {
                key.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('_'))
            };
            if let Some((_, word)) = KEYS.iter().find(varies) {
                *value = (*word).into();
            }
        }
        Value::String(text) => *text = settled_line(text),
        Value::Null | Value::Bool(_) => {}
    }
}

fn settled_line(line: &str) -> String {
    let content = line.trim_start();
    let indent = &line[..line.len() - content.len()];
    let columns = content.split("  ").map(str::trim).filter(|column| !column.is_empty());
    let columns: Vec<_> = columns.map(settled_column).collect();
    // Numbers that end in a column begin anywhere.
    let is_right = ["TIME", "SIZE"].iter().any(|word| columns.first().is_some_and(|c| c == word));
    let indent = if is_right && !indent.is_empty() { "  " } else { indent };
    format!("{indent}{}", columns.join("  "))
}

fn settled_column(column: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in column.split(' ') {
        let unit = word.trim_end_matches([',', '.', ')', ':', ';']);
        let mark = &word[unit.len()..];
        let word = match (amount(words.last()), stands_for(unit)) {
            (Some(opening), Some(stands)) => {
                words.pop();
                // `3 min 5 s` is one time.
                if words.last().is_some_and(|last| last == stands) {
                    words.pop();
                }
                format!("{opening}{stands}{mark}")
            }
            _ if is_version(unit) => format!("VERSION{mark}"),
            _ => match unit.rsplit_once('-') {
                Some((rest, hash)) if is_hash(hash) => format!("{rest}-HASH{mark}"),
                Some(_) | None if is_hash(unit) => format!("HASH{mark}"),
                Some(_) | None => word.to_owned(),
            },
        };
        words.push(word);
    }
    words.join(" ").replace("TIME ago", "just now")
}

/// Returns the parenthesis before a number, if a word is one.
fn amount(word: Option<&String>) -> Option<&'static str> {
    let word = word?;
    let number = word.trim_start_matches('(');
    number.parse::<f64>().ok()?;
    Some(if number.len() < word.len() { "(" } else { "" })
}

fn stands_for(unit: &str) -> Option<&'static str> {
    if TIMES.contains(&unit) {
        return Some("TIME");
    }
    SIZES.contains(&unit).then_some("SIZE")
}

fn is_version(word: &str) -> bool {
    word == env!("CARGO_PKG_VERSION")
}

fn is_hash(word: &str) -> bool {
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    word.len() >= 12 && word.bytes().all(is_hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &str) {
        assert_eq!(settled_line(line), expected);
    }

    #[test]
    fn what_varies_is_named() {
        check("  job 4 (26 s ago): wrong", "  job 4 (just now): wrong");
        check("Built 18 files in 3 min 5 s, but", "Built 18 files in TIME, but");
        check("0123456789ab  code      24 B     today", "HASH  code  SIZE  today");
        check("/tools/python-0123456789ab", "/tools/python-HASH");
        check("jobs.db (333.0 kB)", "jobs.db (SIZE)");
        check("     12 ms  slides/a.py", "  TIME  slides/a.py");
        check("2 jobs of 3 builds", "2 jobs of 3 builds");
    }

    #[test]
    fn numbers_of_json_are_named_by_their_keys() {
        let mut json = serde_json::json!({"pid": 7, "a": [{"expected_seconds": 0.5, "n": 3}]});
        settle_json("", &mut json);
        let expected =
            serde_json::json!({"pid": "PID", "a": [{"expected_seconds": "TIME", "n": 3}]});
        assert_eq!(json, expected);
    }
}
