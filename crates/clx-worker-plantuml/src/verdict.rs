//! Whether an answer is the picture that was wanted. Principal type: [`Verdict`].

use clx_core::PictureFormat;

use crate::answer::Answer;
use crate::command::{GRAPHVIZ_FAILED, SIZE_LIMIT};
use crate::form;

/// What an answer is worth. Neither exit statuses nor the presence of bytes tell: PlantUML draws its
/// error messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is the picture.
    Drawn {
        /// What PlantUML had to say nevertheless; may be empty.
        notice: String,
        /// It is as large as is allowed, so something probably lacks.
        is_cut: bool,
    },
    /// The diagram is wrong.
    Refused {
        /// The line, counted from that of `@start…`, which is 1.
        line: Option<u32>,
        /// What PlantUML says about it.
        reason: String,
    },
    /// PlantUML is.
    Broken {
        /// What went wrong.
        reason: String,
    },
}

impl Verdict {
    /// Reckons away lines that were added after the first one.
    pub(crate) fn without_lines(self, n_added: u32) -> Self {
        match self {
            Self::Refused { line: Some(line @ 2..), reason } => {
                Self::Refused { line: Some(line.saturating_sub(n_added).max(1)), reason }
            }
            other => other,
        }
    }
}

/// The colour of the letters in which PlantUML draws errors.
const ERROR_COLOUR: &str = "#33FF02";

/// What a picture of a crash says.
const CRASHED: &str = ") has crashed.";

/// Marks the root of an SVG of a diagram, since 1.2026; pictures of errors have none.
const DIAGRAM_MARK: &str = "data-diagram-type=";

/// What is drawn, and nowhere reported, when the lines are no JSON, YAML or HCL.
const NO_DATA: &str = "Your data does not sound like";
const DATA_KINDS: [&str; 3] = ["JSON", "YAML", "HCL"];

/// Judges an answer.
#[must_use]
pub fn judge(format: PictureFormat, answer: &Answer) -> Verdict {
    let svg = match format {
        PictureFormat::Svg => String::from_utf8_lossy(&answer.picture).replace("&#160;", " "),
        PictureFormat::Png | PictureFormat::Pdf => String::new(),
    };
    if let Some(refused) = reported(&answer.report).or_else(|| no_data(&svg)) {
        return refused;
    }
    if let Some(reason) = failure(&answer.report) {
        return Verdict::Broken { reason: reason.trim().to_owned() };
    }
    let Some((width, height)) = form::size(format, &answer.picture) else {
        let reason = if answer.picture.is_empty() { "it is empty" } else { "it is broken" };
        return Verdict::Broken { reason: format!("what it returned is no picture: {reason}") };
    };
    drawn_error(&svg).unwrap_or_else(|| Verdict::Drawn {
        notice: answer.report.trim().to_owned(),
        is_cut: format == PictureFormat::Png && width.max(height) >= SIZE_LIMIT,
    })
}

/// Finds what `-stdrpt:1` reports: lines of names and values.
fn reported(report: &str) -> Option<Verdict> {
    let value = |name: &str| {
        report.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('=')).map(str::trim)
    };
    match value("status")? {
        "ERROR" => Some(Verdict::Refused {
            line: value("lineNumber").and_then(|line| line.parse().ok()),
            reason: value("label").unwrap_or("PlantUML does not say why").to_owned(),
        }),
        "NO_DATA" => Some(Verdict::Refused {
            line: Some(1),
            reason: "this PlantUML draws no diagrams of this kind".to_owned(),
        }),
        _ => None,
    }
}

/// Finds the words of a failed Graphviz, or the first ones before a stack trace.
fn failure(report: &str) -> Option<&str> {
    let graphviz = report.lines().find(|line| line.starts_with(GRAPHVIZ_FAILED));
    graphviz.or_else(|| {
        let has_trace = report.lines().any(|line| line.starts_with("\tat "));
        report.lines().find(|line| has_trace && !line.trim().is_empty())
    })
}

/// Finds lines that are no data of their kind.
fn no_data(svg: &str) -> Option<Verdict> {
    let kind = svg.split(DIAGRAM_MARK).nth(1)?.split('"').nth(1)?;
    if !DATA_KINDS.contains(&kind) || !svg.contains(NO_DATA) {
        return None;
    }
    Some(Verdict::Refused { line: Some(1), reason: format!("the lines are no {kind}") })
}

/// Finds an error that was drawn and not reported.
fn drawn_error(svg: &str) -> Option<Verdict> {
    if svg.contains(DIAGRAM_MARK) {
        return None;
    }
    if svg.contains(CRASHED) {
        return Some(Verdict::Broken { reason: "it drew a report of its crash".to_owned() });
    }
    if !svg.contains(ERROR_COLOUR) {
        return None;
    }
    let line = svg.split("[From string (line ").nth(1).and_then(|rest| rest.split(')').next());
    // The reason is the last text.
    let texts = svg.split("</text>").filter_map(|text| text.rsplit('>').next());
    let reason = texts.filter(|text| !text.trim().is_empty()).last().unwrap_or_default();
    Some(Verdict::Refused {
        line: line.and_then(|line| line.parse().ok()),
        reason: reason.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str =
        r#"<svg data-diagram-type="CLASS" width="2px" height="3px"><text>A</text></svg>"#;

    #[track_caller]
    fn check(picture: &str, report: &str, expected: &Verdict) {
        let answer = Answer { picture: picture.into(), report: report.to_owned() };
        assert_eq!(judge(PictureFormat::Svg, &answer), *expected);
    }

    fn refused(line: u32, reason: &str) -> Verdict {
        Verdict::Refused { line: Some(line), reason: reason.to_owned() }
    }

    #[test]
    fn report_wins_over_the_picture() {
        let report = "protocolVersion=1\nstatus=ERROR\nlineNumber=3\nlabel=Syntax Error?\n";
        check(GOOD, report, &refused(3, "Syntax Error?"));
        let reason = "this PlantUML draws no diagrams of this kind";
        check(GOOD, "protocolVersion=1\nstatus=NO_DATA\n", &refused(1, reason));
    }

    #[test]
    fn trace_is_a_fault_of_plantuml() {
        let report = "\njava.io.IOException: no dot\n\tat java.lang.X(X.java:1)\n";
        check(GOOD, report, &Verdict::Broken { reason: "java.io.IOException: no dot".to_owned() });
        let reason = "Graphviz failed with exit status 1".to_owned();
        check(GOOD, &format!("{report}{reason}\n"), &Verdict::Broken { reason });
    }

    #[test]
    fn bytes_must_be_a_picture() {
        let broken = |reason: &str| Verdict::Broken {
            reason: format!("what it returned is no picture: {reason}"),
        };
        check("", "", &broken("it is empty"));
        check(&GOOD[..GOOD.len() - 3], "", &broken("it is broken"));
    }

    #[test]
    fn drawn_error_without_report_is_found() {
        let error = "<svg width=\"2px\" height=\"3px\"><text fill=\"#33FF02\">[From string (line 2) ]</text>\
                     <text>class</text><text>Syntax&#160;Error?</text><g></g></svg>";
        check(error, "", &refused(2, "Syntax Error?"));
        let crash = error.replace("class", "PlantUML (1.2026.2) has crashed.");
        check(&crash, "", &Verdict::Broken { reason: "it drew a report of its crash".to_owned() });
        let json = "<svg data-diagram-type=\"JSON\" width=\"2px\" height=\"3px\">\
                    <text>Your&#160;data&#160;does&#160;not&#160;sound&#160;like&#160;JSON&#160;data</text></svg>";
        let trace = "java.util.NoSuchElementException\n\tat java.X(X.java:1)\n";
        check(json, trace, &refused(1, "the lines are no JSON"));
    }

    #[test]
    fn other_words_are_a_notice() {
        let drawn = |notice: &str| Verdict::Drawn { notice: notice.to_owned(), is_cut: false };
        check(GOOD, "", &drawn(""));
        check(GOOD, "Warning: old font\n", &drawn("Warning: old font"));
        check(&GOOD.replace("CLASS", "#33FF02"), "", &drawn(""));
    }
}
