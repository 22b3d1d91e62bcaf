//! Documented codes in a crate's `code.rs`. Principal type: [`Code`].

/// A code of a diagnostic.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Code {
    /// Such as `CLX0107`.
    code: String,
    /// Name of the constant, in words: `topic not found`.
    name: String,
    /// Documentation, line by line.
    text: Vec<String>,
}

impl Code {
    /// Returns the section of the page.
    pub(super) fn to_markdown(&self) -> String {
        format!("### {} {}\n\n{}", self.code, self.name, self.text.join("\n"))
    }
}

/// Reads the constants of a `code.rs`, ordered by code.
pub(super) fn parse(source: &str) -> Vec<Code> {
    let mut codes = Vec::new();
    let mut text = Vec::new();
    for line in source.lines() {
        if let Some(rest) = line.strip_prefix("///") {
            text.push(rest.strip_prefix(' ').unwrap_or(rest).to_owned());
        } else {
            let text = std::mem::take(&mut text);
            codes.extend(constant(line).map(|(name, code)| Code { code, name, text }));
        }
    }
    codes.sort_by(|a, b| a.code.cmp(&b.code));
    codes
}

/// Reads name and value of `pub const NAME: &str = "VALUE";`.
fn constant(line: &str) -> Option<(String, String)> {
    let (name, rest) = line.strip_prefix("pub const ")?.split_once(':')?;
    let (_, code) = rest.split_once('"')?;
    let (code, _) = code.split_once('"')?;
    Some((name.to_lowercase().replace('_', " "), code.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: &str) {
        let sections: Vec<_> = parse(source).iter().map(Code::to_markdown).collect();
        assert_eq!(sections.join("\n\n"), expected);
    }

    #[test]
    fn constants_become_sections_in_the_order_of_their_codes() {
        check(
            "//! Page.\n\n/// Second.\npub const B: &str = \"CLX0902\";\n\
             /// First.\n///\n/// Do this.\npub const A_ONE: &str = \"CLX0901\";\n",
            "### CLX0901 a one\n\nFirst.\n\nDo this.\n\n### CLX0902 b\n\nSecond.",
        );
    }

    #[test]
    fn other_items_are_left_out() {
        check("/// Words.\nfn f() {}\n/// More.\nconst PRIVATE: &str = \"CLX0903\";\n", "");
    }
}
