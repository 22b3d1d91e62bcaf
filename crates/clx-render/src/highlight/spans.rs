//! Writes a text in spans from front to back, so that no scanner can lose or change any of it.

use crate::html::escape;

/// A text that is being written: everything before [`Self::at`] is in the output.
pub(super) struct Spans<'a> {
    out: &'a mut String,
    text: &'a str,
    at: usize,
    open: Option<&'static str>,
}

impl<'a> Spans<'a> {
    pub(super) const fn new(out: &'a mut String, text: &'a str) -> Self {
        Self { out, text, at: 0, open: None }
    }

    /// Returns the whole text.
    pub(super) const fn text(&self) -> &'a str {
        self.text
    }

    /// Returns what is not yet written.
    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Returns how many bytes are written.
    pub(super) const fn at(&self) -> usize {
        self.at
    }

    /// Writes the next `length` bytes in a span of `class`, or plain if it is empty. Neighbours of
    /// the same class share a span.
    pub(super) fn push(&mut self, class: &'static str, length: usize) {
        if length == 0 {
            return;
        }
        let class = Some(class).filter(|class| !class.is_empty());
        if class != self.open {
            self.close();
            if let Some(class) = class {
                self.out.push_str("<span class=\"");
                self.out.push_str(class);
                self.out.push_str("\">");
            }
            self.open = class;
        }
        let end = self.at + length;
        escape(self.out, &self.text[self.at..end]);
        self.at = end;
    }

    /// Writes the rest plain.
    pub(super) fn finish(mut self) {
        self.push("", self.rest().len());
        self.close();
    }

    fn close(&mut self) {
        if self.open.take().is_some() {
            self.out.push_str("</span>");
        }
    }
}
