//! Says what is wrong with a diagram, and where. Principal type: [`Explainer`].

use std::path::Path;

use clx_core::{Diagnostic, Severity};

use crate::CATEGORY;
use crate::block::Block;
use crate::code;
use crate::command::SIZE_LIMIT;
use crate::fault::Fault;

/// How many lines a frame shows, and how much of what PlantUML said.
const FRAME_LINES: usize = 7;
const SAID_LINES: usize = 12;
const SAID_CHARACTERS: usize = 160;

/// Explains what came of one block.
#[derive(Debug, Clone, Copy)]
pub struct Explainer<'a> {
    /// The source.
    pub file: &'a Path,
    /// The block.
    pub block: &'a Block,
}

impl Explainer<'_> {
    /// PlantUML refused the block. `line` is counted from that of `@start…`, which is 1.
    #[must_use]
    pub fn refused(&self, line: Option<u32>, reason: &str) -> Diagnostic {
        let problem = Diagnostic::error(code::SYNTAX, CATEGORY, message(reason));
        let line = line.map(|line| within(line, &self.block.text));
        let frame = frame(&self.block.text, self.block.line, line);
        let line = line.map_or(self.block.line, |line| self.block.line + line - 1);
        with_hint(problem.at(self.file, Some(line), None).with_frame(frame), reason)
    }

    /// PlantUML refused a line of a file that the block includes.
    #[must_use]
    pub fn refused_in(&self, file: &Path, text: &str, line: u32, reason: &str) -> Diagnostic {
        let message = format!("{}, included by {}", message(reason), self.file.display());
        let problem = Diagnostic::error(code::SYNTAX, CATEGORY, message);
        let line = within(line, text);
        let problem = problem.at(file, Some(line), None).with_frame(frame(text, 1, Some(line)));
        with_hint(problem, reason)
    }

    /// There is nothing between `@start…` and `@end…`.
    pub(crate) fn empty(&self) -> Diagnostic {
        self.located(Diagnostic::error(code::BLOCK_EMPTY, CATEGORY, "the diagram is empty"))
    }

    /// No JVM gave an answer.
    pub(crate) fn fault(&self, fault: &Fault) -> Diagnostic {
        let problem = match fault {
            Fault::TimeLimit { limit } => {
                let message =
                    format!("the diagram took longer than {} s, twice", limit.as_secs_f64());
                Diagnostic::error(code::TIME_LIMIT, CATEGORY, message)
                    .with_hint("split it, or look for an endless loop")
            }
            Fault::Start { .. } => {
                Diagnostic::error(code::TOOL_MISSING, CATEGORY, format!("PlantUML: {fault}"))
                    .with_hint("run `clx setup plantuml`")
            }
            Fault::Ended { .. }
            | Fault::OutOfStep
            | Fault::TooLarge { .. }
            | Fault::Stream { .. } => return self.broken(&fault.to_string(), fault.report()),
        };
        self.located(problem)
    }

    /// PlantUML failed, also when it was started afresh.
    pub(crate) fn broken(&self, reason: &str, report: &str) -> Diagnostic {
        let message = format!("PlantUML failed, twice: {reason}");
        let problem = self.located(Diagnostic::error(code::RENDERER_FAILED, CATEGORY, message));
        let said = said(report);
        if said.is_empty() { problem } else { problem.with_frame(said) }
    }

    /// PlantUML drew the picture and said something.
    pub(crate) fn notice(&self, notice: &str) -> Diagnostic {
        let message = "PlantUML has something to say about the picture";
        let problem = Diagnostic::new(Severity::Low, code::RENDERER_NOTICE, CATEGORY, message);
        self.located(problem).with_frame(said(notice))
    }

    /// The picture is as large as it may be.
    pub(crate) fn cut(&self) -> Diagnostic {
        let message = format!("the picture is cut off at {SIZE_LIMIT} pixels");
        let problem = Diagnostic::new(Severity::High, code::PICTURE_CUT, CATEGORY, message);
        self.located(problem).with_hint("split it, scale it by `scale 0.5`, or make it an SVG")
    }

    fn located(&self, problem: Diagnostic) -> Diagnostic {
        problem.at(self.file, Some(self.block.line), None)
    }
}

/// Returns the beginning of what PlantUML said.
fn said(report: &str) -> String {
    let lines = report.lines().take(SAID_LINES);
    let lines = lines.map(|line| line.trim_end().chars().take(SAID_CHARACTERS).collect());
    lines.collect::<Vec<String>>().join("\n")
}

fn message(reason: &str) -> String {
    format!("PlantUML does not understand the diagram: {reason}")
}

fn with_hint(problem: Diagnostic, reason: &str) -> Diagnostic {
    let reason = reason.to_ascii_lowercase();
    let hint = if reason.starts_with("cannot include") || reason.starts_with("cannot open url") {
        "clx finds files of the course that are included by a literal, relative path"
    } else if reason.contains("syntax error") {
        "the cause may be a line above"
    } else {
        return problem;
    };
    problem.with_hint(hint)
}

/// Returns the line of `text`, from 1, that is nearest to what PlantUML says: it counts lines that it makes
/// itself, and an included file may have changed meanwhile.
fn within(line: u32, text: &str) -> u32 {
    let last = u32::try_from(text.lines().count()).unwrap_or(u32::MAX);
    line.clamp(1, last.max(1))
}

/// Returns lines with their numbers, the failing one marked. `first` is the number of the first line;
/// `line` counts from 1.
fn frame(text: &str, first: u32, line: Option<u32>) -> String {
    let failed = line.map_or(0, |line| usize::try_from(line - 1).unwrap_or(usize::MAX));
    let begin = failed.saturating_sub(FRAME_LINES / 2);
    let lines = text.lines().enumerate().skip(begin).take(FRAME_LINES);
    let lines = lines.map(|(index, text)| {
        let number = usize::try_from(first).unwrap_or(usize::MAX).saturating_add(index);
        let mark = if line.is_some() && index == failed { '>' } else { ' ' };
        format!("{mark}{number:>5} | {text}").trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refused_line_is_named_and_shown() {
        let text = "@startuml\nA -> B\nclass\nC -> D\n@enduml\n".to_owned();
        let block = Block { keyword: "uml".to_owned(), name: None, line: 11, text };
        let explainer = Explainer { file: Path::new("pu/x.pu"), block: &block };
        let problem = explainer.refused(Some(3), "Syntax Error?");
        let expected = [
            "pu/x.pu:13: error[CLX0804]: PlantUML does not understand the diagram: Syntax Error?",
            "        11 | @startuml",
            "        12 | A -> B",
            "    >   13 | class",
            "        14 | C -> D",
            "        15 | @enduml",
            "  hint: the cause may be a line above",
        ];
        assert_eq!(problem.to_string(), expected.join("\n"));
    }

    #[test]
    fn line_that_does_not_exist_is_told_as_the_nearest() {
        let text = "@startuml\nclass\n@enduml\n".to_owned();
        let block = Block { keyword: "uml".to_owned(), name: None, line: 11, text };
        let explainer = Explainer { file: Path::new("pu/x.pu"), block: &block };
        let check = |problem: Diagnostic, expected: u32| {
            assert_eq!(problem.location.unwrap().line, Some(expected));
            assert!(problem.frame.unwrap().contains('>'));
        };
        check(explainer.refused(Some(u32::MAX), "Error"), 13);
        check(explainer.refused(Some(0), "Error"), 11);
        check(explainer.refused_in(Path::new("pu/a.iuml"), "A\nB\n", 0, "Error"), 1);
        check(explainer.refused_in(Path::new("pu/a.iuml"), "A\nB\n", 7, "Error"), 2);
    }
}
