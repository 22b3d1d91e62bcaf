//! Finds the line of a cell at which it failed, in what its kernel says. Principal type:
//! [`CellError`].
//!
//! | kernel | says |
//! |---|---|
//! | ipykernel | `Cell In[3], line 2`, outermost frame first; a caret below the line for syntax errors |
//! | JJava | the rejected snippet, its faulty part on a red ground |
//! | clang | `input_line_7:2:5: error: …` |
//! | Deno | nothing of use: its lines are those of the generated JavaScript |

use clx_core::ProgLang;

/// The error that a kernel reported for a cell.
pub(crate) struct CellError<'a> {
    pub(crate) prog_lang: ProgLang,
    /// The code of the cell.
    pub(crate) source: &'a str,
    /// The number of the cell in the kernel's own count, if it told.
    pub(crate) execution_count: Option<u64>,
    pub(crate) ename: &'a str,
    pub(crate) evalue: &'a str,
    pub(crate) traceback: &'a [String],
}

/// A place in a cell: line and column, both from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CellPlace {
    pub(crate) line: usize,
    pub(crate) column: Option<usize>,
}

impl CellError<'_> {
    /// Returns where the cell failed, if the kernel tells.
    pub(crate) fn place(&self) -> Option<CellPlace> {
        let place = match self.prog_lang {
            ProgLang::Python => self.python_place(),
            ProgLang::Java => self.java_place(),
            ProgLang::Cpp => self.clang_place(),
            ProgLang::TypeScript => self.undefined_name(),
            ProgLang::CSharp => None,
        };
        place.filter(|place| place.line < self.source.lines().count())
    }

    /// Returns class and message on one line.
    pub(crate) fn message(&self) -> String {
        let message = if self.ename == "CompilationException" {
            // JJava's message repeats the code; the compiler's words end the traceback.
            let lines: Vec<_> = self.traceback.iter().map(|line| plain(line)).collect();
            let words = lines.iter().map(|line| line.trim());
            words
                .filter(|line| !line.is_empty() && !line.starts_with('|'))
                .collect::<Vec<_>>()
                .join(" ")
        } else {
            let own_place = self.evalue.rfind(" (").filter(|_| is_python_syntax_error(self.ename));
            plain(&self.evalue[..own_place.unwrap_or(self.evalue.len())])
        };
        let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
        match (self.ename.is_empty(), message.is_empty()) {
            (false, false) => format!("{}: {message}", self.ename),
            (false, true) => self.ename.to_owned(),
            (true, false) => message,
            (true, true) => "the cell failed".to_owned(),
        }
    }

    /// Returns the traceback without escapes, its end if it is long.
    pub(crate) fn traceback(&self) -> Vec<String> {
        const KEPT: usize = 24;
        let text = plain(&self.traceback.join("\n"));
        let is_rule = |line: &str| line.len() > 20 && line.chars().all(|char| char == '-');
        let lines: Vec<String> = text
            .lines()
            .map(str::trim_end)
            .filter(|line| !is_rule(line))
            .map(str::to_owned)
            .collect();
        let skipped = lines.len().saturating_sub(KEPT);
        let note = (skipped > 0).then(|| format!("… {skipped} lines left out"));
        note.into_iter().chain(lines.into_iter().skip(skipped)).collect()
    }

    fn python_place(&self) -> Option<CellPlace> {
        let text = plain(&self.traceback.join("\n"));
        let marker = match self.execution_count {
            Some(count) => format!("Cell In[{count}], line "),
            None => "Cell In[".to_owned(),
        };
        let after = &text[text.find(&marker)?..];
        let after = &after[after.find("line ")? + "line ".len()..];
        let digits = after.find(|char: char| !char.is_ascii_digit()).unwrap_or(after.len());
        let number: usize = after[..digits].parse().ok()?;
        // IPython drops blank lines at the beginning before it counts.
        let blank = self.source.lines().take_while(|line| line.trim().is_empty()).count();
        let line = (number + blank).checked_sub(1)?;
        let column = is_python_syntax_error(self.ename).then(|| self.caret(after, line)).flatten();
        Some(CellPlace { line, column })
    }

    /// Returns the column of the caret below the printed line, which stands indented by four blanks
    /// and without its own indentation.
    fn caret(&self, printed: &str, line: usize) -> Option<usize> {
        let caret = printed.lines().find(|line| {
            line.contains('^') && line.chars().all(|char| char == ' ' || char == '^')
        })?;
        let source = self.source.lines().nth(line)?;
        let indentation = source.chars().take_while(|char| char.is_whitespace()).count();
        Some(caret.find('^')?.checked_sub(4)? + indentation)
    }

    fn java_place(&self) -> Option<CellPlace> {
        const RED_GROUND: &str = "\u{1b}[41m";
        let marked = self.traceback.iter().flat_map(|text| text.split('\n'));
        let marked = marked.filter(|line| line.contains(RED_GROUND)).find_map(|line| {
            let at = line.find(RED_GROUND)?;
            Some((code_of(&line[..at]), code_of(line)))
        });
        let (before, code) = marked?;
        let line = self.source.lines().position(|line| line.trim() == code.trim())?;
        let source = self.source.lines().nth(line)?;
        let indentation = source.chars().take_while(|char| char.is_whitespace()).count();
        Some(CellPlace { line, column: Some(indentation + before.trim_start().chars().count()) })
    }

    fn clang_place(&self) -> Option<CellPlace> {
        let text = plain(&format!("{}\n{}", self.evalue, self.traceback.join("\n")));
        text.lines().find_map(|line| {
            let (place, _) = line.split_once(": error:")?;
            let mut numbers = place.rsplit(':');
            let column: usize = numbers.next()?.parse().ok()?;
            let line: usize = numbers.next()?.parse().ok()?;
            Some(CellPlace { line: line.checked_sub(1)?, column: column.checked_sub(1) })
        })
    }

    /// Returns where the name stands that `… is not defined`.
    fn undefined_name(&self) -> Option<CellPlace> {
        let name = self.evalue.strip_suffix(" is not defined")?;
        let is_part = |char: char| char.is_alphanumeric() || char == '_' || char == '$';
        self.source.lines().enumerate().find_map(|(number, line)| {
            let (at, _) = line.match_indices(name).find(|(at, _)| {
                let after = &line[at + name.len()..];
                !line[..*at].ends_with(is_part) && !after.starts_with(is_part)
            })?;
            Some(CellPlace { line: number, column: Some(line[..at].chars().count()) })
        })
    }
}

fn is_python_syntax_error(ename: &str) -> bool {
    matches!(ename, "SyntaxError" | "IndentationError" | "TabError")
}

/// Returns the code of a line that `JJava` printed.
fn code_of(line: &str) -> String {
    let line = plain(line);
    line.strip_prefix("|   ").unwrap_or(&line).to_owned()
}

/// Returns a text without terminal escapes.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        out.push_str(before);
        // `[`, parameters, one letter; anything else is a sequence of two characters.
        rest = match after.strip_prefix('[') {
            Some(sequence) => {
                let end = sequence.find(|char: char| ('@'..='~').contains(&char));
                end.map_or("", |end| &sequence[end + 1..])
            }
            None => after.get(1..).unwrap_or(""),
        };
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error<'a>(
        prog_lang: ProgLang,
        source: &'a str,
        (ename, evalue): (&'a str, &'a str),
        traceback: &'a [String],
    ) -> CellError<'a> {
        CellError { prog_lang, source, execution_count: Some(3), ename, evalue, traceback }
    }

    fn check(error: &CellError<'_>, place: Option<(usize, Option<usize>)>, message: &str) {
        let expected = place.map(|(line, column)| CellPlace { line, column });
        assert_eq!((error.place(), error.message().as_str()), (expected, message));
    }

    #[test]
    fn python_tells_the_line_of_its_outermost_frame() {
        let traceback = [
            "\u{1b}[31m---------------------------\u{1b}[39m".to_owned(),
            "\u{1b}[36mCell\u{1b}[39m \u{1b}[32mIn[3]\u{1b}[39m\u{1b}[32m, line 1\u{1b}[39m\n"
                .to_owned(),
            "\u{1b}[36mCell\u{1b}[39m \u{1b}[32mIn[2]\u{1b}[39m\u{1b}[32m, line 7\u{1b}[39m\n"
                .to_owned(),
        ];
        let names = ("ZeroDivisionError", "division by zero");
        let error = error(ProgLang::Python, "\n\nf()", names, &traceback);
        check(&error, Some((2, None)), "ZeroDivisionError: division by zero");
        assert!(!error.traceback().concat().contains("---"), "the rule is left out");
    }

    #[test]
    fn python_shows_where_syntax_breaks() {
        let traceback =
            ["  Cell In[3], line 2\n    x = = 1\n        ^\nSyntaxError: invalid syntax\n"
                .to_owned()];
        let names = ("SyntaxError", "invalid syntax (184.py, line 2)");
        let error = error(ProgLang::Python, "if y:\n  x = = 1", names, &traceback);
        check(&error, Some((1, Some(6))), "SyntaxError: invalid syntax");
    }

    #[test]
    fn java_marks_the_faulty_part() {
        let traceback = [
            "\u{1b}[39m\u{1b}[1m|   \u{1b}[39m\u{1b}[1mint q = \u{1b}[0m\u{1b}[39m\u{1b}[1m\u{1b}[41m\"a\"\u{1b}[0m;"
                .to_owned(),
            "\u{1b}[1m\u{1b}[31mincompatible types: String\u{1b}[0m".to_owned(),
            String::new(),
        ];
        let names = ("CompilationException", "[snippet: [int q = \"a\";], status: REJECTED]");
        let error = error(ProgLang::Java, "int r = 1;\n  int q = \"a\";", names, &traceback);
        check(&error, Some((1, Some(10))), "CompilationException: incompatible types: String");
    }

    #[test]
    fn clang_tells_line_and_column() {
        let traceback = ["input_line_7:2:5: error: use of undeclared identifier 'x'".to_owned()];
        let error = error(ProgLang::Cpp, "int a;\na = x;", ("", "Failed to compile"), &traceback);
        check(&error, Some((1, Some(4))), "Failed to compile");
    }

    #[test]
    fn deno_names_what_is_not_defined() {
        let names = ("ReferenceError", "nope is not defined");
        let error = error(ProgLang::TypeScript, "let nopes = 1;\n  nope();", names, &[]);
        check(&error, Some((1, Some(2))), "ReferenceError: nope is not defined");
    }

    #[test]
    fn line_beyond_the_cell_is_no_place() {
        let traceback = ["Cell In[3], line 9".to_owned()];
        let error = error(ProgLang::Python, "x", ("E", ""), &traceback);
        check(&error, None, "E");
    }

    #[test]
    fn escapes_vanish() {
        assert_eq!(plain("a\u{1b}[1;31mb\u{1b}[0mc\u{1b}"), "abc");
        assert_eq!(plain("\u{1b}(Bx\u{1b}[9"), "Bx");
    }
}
