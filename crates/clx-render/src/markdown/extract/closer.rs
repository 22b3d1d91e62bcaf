//! Where formulas end. Each delimiter is searched once from front to back.

use std::collections::BTreeMap;

/// Finds the places of one closing delimiter, each at most once.
pub(super) struct Closer {
    pattern: &'static str,
    next: Option<usize>,
    from: usize,
}

impl Closer {
    pub(super) const fn new(pattern: &'static str) -> Self {
        Self { pattern, next: None, from: 0 }
    }

    /// Returns the first place at or after `begin`, if no backslash stands before it.
    pub(super) fn after(&mut self, text: &str, begin: usize) -> Option<usize> {
        if self.next.is_none_or(|next| next < begin) && self.from <= text.len() {
            let mut at = begin.max(self.from);
            self.next = loop {
                let Some(found) = text.get(at..).and_then(|rest| rest.find(self.pattern)) else {
                    self.from = text.len() + 1;
                    break None;
                };
                at += found;
                if at == begin || text.as_bytes()[at - 1] != b'\\' {
                    self.from = at;
                    break Some(at);
                }
                at += 1;
            };
        }
        self.next
    }
}

/// Returns begin and end of all environments that are closed; names are lower-case letters.
pub(super) fn environments(text: &str) -> BTreeMap<usize, usize> {
    let mut found = BTreeMap::new();
    let mut open: Vec<(usize, &str)> = Vec::new();
    for (at, _) in text.match_indices('\\') {
        let rest = &text[at + 1..];
        if let Some(name) = rest.strip_prefix("begin{").and_then(name) {
            open.push((at, name));
        } else if let Some(name) = rest.strip_prefix("end{").and_then(name) {
            // Real formulas nest a few levels; the limit keeps the search short.
            let depth = open.iter().rev().take(64).position(|(_, own)| *own == name);
            if let Some(depth) = depth {
                open.truncate(open.len() - depth);
                found.extend(
                    open.pop().map(|(begin, _)| (begin, at + "\\end{}".len() + name.len())),
                );
            }
        }
    }
    found
}

/// Returns the name of an environment in front of a brace.
fn name(text: &str) -> Option<&str> {
    let (name, _) = text.get(..text.len().min(40)).unwrap_or(text).split_once('}')?;
    let letters = name.strip_suffix('*').unwrap_or(name);
    let is_name = !letters.is_empty() && letters.bytes().all(|byte| byte.is_ascii_lowercase());
    is_name.then_some(name)
}
