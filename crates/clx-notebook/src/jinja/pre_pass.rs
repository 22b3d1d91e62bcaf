//! Prepares Jinja text for the engine.
//!
//! The engine knows neither line statements that swallow the blank lines behind them nor the
//! colon that may end the head of a block. Both are rewritten here: `# j2 if x:` becomes
//! `{% if x %}`, and the line ends it swallows move inside the tag, so that every line keeps its
//! number. Principal functions: [`prepare`], [`mark_lines`].

use crate::python_text::is_space;

use super::line_map;

mod depth;
mod percent_operator;
mod scan;
mod statement;

use scan::{Piece, Scanner};

/// Returns the template text for the engine.
pub(super) fn prepare(source: &str, prefix: &str) -> String {
    rewrite(source, prefix, str::to_owned)
}

/// Returns the template text with the number of its line before the first word of each line of
/// plain text, for [`line_map::LineMap::from_marks`].
pub(super) fn mark_lines(source: &str, prefix: &str) -> String {
    let mut line = 0;
    let mut counted = 0;
    // Pieces are slices of the source, in order, so that an address tells the line.
    rewrite(source, prefix, |text| {
        let start = text.as_ptr().addr() - source.as_ptr().addr();
        line += source[counted..start].matches('\n').count();
        counted = start;
        mark_text(text, line, start == 0 || source[..start].ends_with('\n'))
    })
}

/// How deep operators may be nested, a quarter of what the stack of a thread holds. Nobody writes a tenth.
pub(super) const MAX_DEPTH: usize = 1000;

/// Returns the line, from 0, of the first expression or statement that is deeper than [`MAX_DEPTH`].
pub(super) fn too_deep(source: &str, prefix: &str) -> Option<usize> {
    let mut branches = depth::Branches::default();
    let deep = Scanner::new(source, prefix).find_map(|piece| match piece {
        Piece::Expression(tag) => (depth::depth(tag) > MAX_DEPTH).then_some(tag),
        Piece::Tag(tag) | Piece::Line(tag) => {
            let depth = depth::depth(tag).max(branches.depth(tag));
            (depth > MAX_DEPTH).then_some(tag)
        }
        Piece::Text(_) | Piece::Verbatim(_) => None,
    })?;
    let start = deep.as_ptr().addr() - source.as_ptr().addr();
    Some(source[..start].matches('\n').count())
}

fn mark_text(text: &str, first_line: usize, at_line_start: bool) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for (n, line) in text.split_inclusive('\n').enumerate() {
        let word = line.find(|c| !is_space(c)).filter(|_| n > 0 || at_line_start);
        match word {
            Some(word) => {
                out.push_str(&line[..word]);
                line_map::push_mark(&mut out, first_line + n);
                out.push_str(&line[word..]);
            }
            None => out.push_str(line),
        }
    }
    out
}

fn rewrite(source: &str, prefix: &str, mut text: impl FnMut(&str) -> String) -> String {
    let mut out = String::with_capacity(source.len() + source.len() / 8);
    for piece in Scanner::new(source, prefix) {
        match piece {
            Piece::Text(plain) => out.push_str(&text(plain)),
            Piece::Verbatim(tag) => out.push_str(tag),
            Piece::Expression(tag) => out.push_str(&percent_operator::rewrite(tag)),
            Piece::Tag(tag) => statement::push_tag(&mut out, tag),
            Piece::Line(line) => statement::push_line(&mut out, line),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: &str) {
        let prepared = prepare(source, "# j2");
        assert_eq!(prepared, expected, "{source}");
        assert_eq!(prepared.matches('\n').count(), source.matches('\n').count());
    }

    #[test]
    fn line_statements_become_tags_of_the_same_lines() {
        check("a\n  # j2 set x = 1\nb", "a\n{% set x = 1\n%}b");
        check("# j2 set x = 1\n\n \n  b", "{% set x = 1\n\n\n%}  b");
        check("# j2 set x = [1,\n 2]\nb", "{% set x = [1,\n 2]\n%}b");
        check("x = 1  # j2 set\n#j2 set", "x = 1  # j2 set\n#j2 set");
    }

    #[test]
    fn trimmed_indentation_makes_a_line_plain_text() {
        check("{% set a = 1 -%}\n  # j2 set b = 2", "{% set a = 1 -%}\n  # j2 set b = 2");
        check("{% set a = 1 -%}\n# j2 set b = 2", "{% set a = 1 -%}\n{% set b = 2%}");
    }

    #[test]
    fn colons_end_the_heads_of_blocks_only() {
        check("# j2 if x:\n# j2 else :\n# j2 endif", "{% if x \n%}{% else  \n%}{% endif%}");
        check("{% for x in y: %}", "{% for x in ( y)|list   %}");
        check("{% for x in [z if 1] if x %}", "{% for x in ( [z if 1] )|list if x %}");
        check("# j2 set x = 1:\n", "{% set x = 1:\n%}");
        check("# j2 set x:\n", "{% set x \n%}");
        check("# j2 endif:\n", "{% endif:\n%}");
    }

    #[test]
    fn raw_text_comments_and_expressions_stay() {
        for text in [
            "{% raw %}\n# j2 set x\n{% endraw %}",
            "{#\n# j2 set x\n#}",
            "{{ \"}}\" }}\n",
            "{{ {\n'a': 1} }}",
        ] {
            check(text, text);
        }
    }
}
