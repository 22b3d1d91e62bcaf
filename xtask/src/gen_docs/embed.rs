//! Sources that pages show: the block below a mark is the file that it names. Principal function:
//! [`fill`].

use crate::error::TaskError;

/// Begins and ends the line above a block.
const MARK: (&str, &str) = ("<!-- file ", " -->");

/// Replaces the block below each line `<!-- file PATH -->` by the file at that path.
pub(super) fn fill(
    page: &str,
    read: impl Fn(&str) -> Result<String, TaskError>,
) -> Result<String, TaskError> {
    let mut text = String::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        text.push_str(line);
        text.push('\n');
        let path = line.strip_prefix(MARK.0).and_then(|rest| rest.strip_suffix(MARK.1));
        let Some(path) = path else { continue };
        let language = if path.ends_with(".rs") { "rust" } else { "text" };
        text.extend(["```", language, "\n", &read(path)?, "```\n"]);
        // The old block goes; whoever adds a mark writes an empty block below it.
        let mut old = lines.by_ref().skip_while(|line| !line.starts_with("```")).skip(1);
        old.find(|line| line.starts_with("```"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn block_below_a_mark_is_the_file() {
        let page = |block: &str| {
            format!("# Page\n\n<!-- file a.rs -->\n```rust\n{block}```\n\n```rust\nown();\n```\n")
        };
        let filled = fill(&page("old();\n"), |path| {
            assert_eq!(path, "a.rs");
            Ok("new();\n".to_owned())
        });
        assert_eq!(filled.unwrap(), page("new();\n"));
    }
}
