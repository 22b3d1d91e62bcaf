//! What an engine tells line by line while it works. Principal type: [`Lines`].

use std::collections::VecDeque;

/// Lines of a log that are shown when a build fails.
const N_LAST: usize = 20;

/// Puts lines together from pieces, and keeps the last ones.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    open: String,
    last: VecDeque<String>,
}

impl Lines {
    /// Takes a piece; `tell` gets each line that it completes.
    pub(crate) fn push(&mut self, piece: &str, mut tell: impl FnMut(&str)) {
        self.open.push_str(piece);
        while let Some(end) = self.open.find('\n') {
            let line: String = self.open.drain(..=end).collect();
            // A bar of progress overwrites its line: what it came to counts.
            let line = uncoloured(line.trim_end().rsplit('\r').next().unwrap_or_default());
            if line.is_empty() {
                continue;
            }
            tell(&line);
            self.last.push_back(line);
            if self.last.len() > N_LAST {
                self.last.pop_front();
            }
        }
    }

    /// Returns the last lines.
    pub(crate) fn last(mut self) -> String {
        self.push("\n", |_| {});
        Vec::from(self.last).join("\n")
    }
}

/// Removes what sets colours: the engine colours what comes from standard error.
fn uncoloured(line: &str) -> String {
    let mut pieces = line.split("\x1b[");
    let first = pieces.next().unwrap_or_default().to_owned();
    let text = |piece: &'_ str| piece.split_once('m').map_or("", |(_, text)| text).to_owned();
    pieces.map(text).fold(first, |line, piece| line + &piece)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_put_together_from_pieces() {
        let mut lines = Lines::default();
        let mut told = Vec::new();
        for piece in ["Step 1", "/2 : FROM a\n\n", "10 %\r20 %\nend"] {
            lines.push(piece, |line| told.push(line.to_owned()));
        }
        assert_eq!(told, ["Step 1/2 : FROM a", "20 %"]);
        assert_eq!(lines.last(), "Step 1/2 : FROM a\n20 %\nend");
    }

    #[test]
    fn colours_are_removed() {
        assert_eq!(uncoloured("\x1b[91mE\x1b[0m: gone"), "E: gone");
        assert_eq!(uncoloured("as it is"), "as it is");
    }

    #[test]
    fn last_lines_are_kept() {
        let mut lines = Lines::default();
        (0..100).for_each(|number| lines.push(&format!("{number}\n"), |_| {}));
        assert_eq!(lines.last().lines().next(), Some("80"));
    }
}
