//! Faults and warnings in words for authors. Principal functions: [`error`], [`warnings`].

use std::collections::BTreeSet;
use std::path::Path;

use clx_browser::BrowserError;
use clx_core::{Diagnostic, PictureFormat, Severity, with_causes};

use crate::CATEGORY;
use crate::bundle::ORIGIN;
use crate::code;
use crate::draw::Drawn;
use crate::error::DrawioError;
use crate::source::DrawioPage;

/// Says that there is no page of this name.
pub(crate) fn page_unknown(file: &Path, name: &str, pages: &[DrawioPage]) -> Box<Diagnostic> {
    let names: Vec<_> = pages.iter().map(|page| format!("`{}`", page.name)).collect();
    let message = format!("there is no page `{name}`");
    let problem = Diagnostic::error(code::PAGE_UNKNOWN, CATEGORY, message).in_file(file);
    Box::new(problem.with_hint(format!("it has {}", names.join(", "))))
}

/// Says why a page could not be drawn.
pub(crate) fn error(
    file: &Path,
    page: &DrawioPage,
    error: &DrawioError,
    n_attempts: u32,
) -> Box<Diagnostic> {
    let cause = with_causes(error);
    let name = title(page);
    let (code, message) = match error {
        DrawioError::TimeLimit { .. } => (code::TIME_LIMIT, format!("{name}: {cause}")),
        DrawioError::Browser(BrowserError::Script { message }) => {
            (code::DRAWING_FAILED, format!("{name}: draw.io failed: {}", first_line(message)))
        }
        DrawioError::Bundle { .. }
        | DrawioError::Process(_)
        | DrawioError::Browser(BrowserError::Missing { .. } | BrowserError::Start { .. }) => {
            (code::TOOL_MISSING, cause)
        }
        DrawioError::Browser(_)
        | DrawioError::Answer { .. }
        | DrawioError::Desktop { .. }
        | DrawioError::File { .. }
        | DrawioError::Form { .. } => (code::RENDERER_FAILED, format!("{name}: {cause}")),
    };
    let times = if n_attempts > 1 { format!(", {n_attempts} times") } else { String::new() };
    let problem = Diagnostic::error(code, CATEGORY, message + &times).in_file(file);
    Box::new(match code {
        code::TOOL_MISSING => problem.with_hint("`clx setup drawio` installs what is needed"),
        code::TIME_LIMIT => problem.with_hint("split the page"),
        _ => problem,
    })
}

/// Says what an author should know of a picture that was made.
pub(crate) fn warnings(
    file: &Path,
    page: &DrawioPage,
    format: PictureFormat,
    drawn: Option<&Drawn>,
) -> Vec<Diagnostic> {
    let name = title(page);
    let warn = |code, message: String| {
        Diagnostic::new(Severity::Medium, code, CATEGORY, format!("{name} {message}")).in_file(file)
    };
    let mut warnings = Vec::new();
    if !page.has_content {
        warnings.push(warn(code::PAGE_EMPTY, "has nothing on it".to_owned()));
    }
    let Some(drawn) = drawn else { return warnings };
    let lost = drawn.refused.iter().chain(&drawn.web_fonts).chain(&drawn.lost_images);
    for address in lost.collect::<BTreeSet<_>>() {
        let warning = warn(code::REQUEST_BLOCKED, format!("lacks {}", thing(address)));
        warnings
            .push(warning.with_hint("embed it into the diagram: nothing is loaded from elsewhere"));
    }
    let missing = drawn.fonts.iter().filter(|font| font.is_missing);
    for family in missing.map(|font| &font.family).collect::<BTreeSet<_>>() {
        let message = format!("uses the font `{family}`, which is not installed");
        warnings.push(warn(code::FONT_MISSING, message));
    }
    for words in drawn.formula_errors.iter().collect::<BTreeSet<_>>() {
        warnings.push(warn(code::FORMULA_BROKEN, format!("has a formula that is wrong: {words}")));
    }
    if drawn.lacks_math {
        let warning =
            warn(code::MATH_MISSING, "has formulas, and MathJax is not set up".to_owned());
        warnings.push(warning.with_hint("`clx setup drawio` installs it"));
    }
    if format == PictureFormat::Png && drawn.is_reduced() {
        let message =
            format!("is large: its PNG has {:.2} instead of 3 pixels each", drawn.scale());
        warnings.push(warn(code::PICTURE_REDUCED, message));
    }
    warnings
}

fn title(page: &DrawioPage) -> String {
    if page.name.is_empty() { "the page".to_owned() } else { format!("the page `{}`", page.name) }
}

/// Names what was refused; draw.io refers to its own libraries of pictures without a host.
fn thing(address: &str) -> String {
    let shown = |address: &str| address.chars().take(200).collect::<String>();
    if address.starts_with("data:") {
        return "an embedded picture, which is broken".to_owned();
    }
    match address.strip_prefix(ORIGIN) {
        Some(path) => format!("`{}` of draw.io's web site", shown(path)),
        None => format!("`{}`", shown(address)),
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refused_things_are_named_shortly() {
        assert_eq!(thing("https://example.com/a.png"), "`https://example.com/a.png`");
        let own = format!("{ORIGIN}img/lib/azure2/vm.svg");
        assert_eq!(thing(&own), "`img/lib/azure2/vm.svg` of draw.io's web site");
        assert_eq!(thing("data:image/png;base64,AAAA"), "an embedded picture, which is broken");
        assert!(thing(&"x".repeat(10_000)).len() < 300);
    }
}
