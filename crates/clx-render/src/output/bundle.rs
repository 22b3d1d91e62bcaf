//! Results and displays: one object in several MIME types, of which the richest is shown.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::{ansi, text};
use crate::html::{escape, escaped};
use crate::markdown::{Finding, Markdown};

/// The types that a page can show, best first.
const TYPES: [&str; 10] = [
    WIDGET,
    SCRIPT,
    "text/html",
    "text/markdown",
    "image/svg+xml",
    "text/vnd.mermaid",
    "text/latex",
    "image/png",
    "image/jpeg",
    "text/plain",
];
const WIDGET: &str = "application/vnd.jupyter.widget-view+json";
const SCRIPT: &str = "application/javascript";

/// Tells whether the richest type of an output is a script.
pub(super) fn is_script(output: &Value) -> bool {
    best(output).is_some_and(|(mime, _)| [WIDGET, SCRIPT].contains(&mime))
}

/// Returns the richest type and its data.
fn best(output: &Value) -> Option<(&'static str, &Value)> {
    let data = output.get("data")?.as_object()?;
    TYPES.into_iter().find_map(|mime| Some((mime, data.get(mime)?)))
}

/// Appends the richest type of an output; nothing if there is none.
pub(super) fn write(
    out: &mut String,
    markdown: &mut Markdown,
    output: &Value,
    is_result: bool,
) -> Vec<Finding> {
    let Some((mime, data)) = best(output) else { return Vec::new() };
    let mut findings = Vec::new();
    out.push_str("<div class=\"");
    out.push_str(classes(mime));
    out.push_str(if is_result { " output_execute_result\">\n" } else { "\">\n" });
    match mime {
        WIDGET => script(out, WIDGET, &data.to_string()),
        // Jupyter gives such code an `element` and libraries; without them it would half run.
        SCRIPT => script(out, "text/plain", &text(Some(data))),
        "text/html" => html(out, output, &text(Some(data))),
        "text/markdown" => findings = markdown.write(out, &text(Some(data))),
        "text/latex" => findings = markdown.write_latex(out, &text(Some(data))),
        "image/svg+xml" => image(out, output, mime, &STANDARD.encode(text(Some(data)).as_bytes())),
        "image/png" | "image/jpeg" => image(out, output, mime, &text(Some(data))),
        "text/vnd.mermaid" => {
            out.push_str("<pre class=\"mermaid\">");
            escape(out, text(Some(data)).trim());
            out.push_str("</pre>");
        }
        _ => {
            out.push_str("<pre>");
            ansi::write(out, &text(Some(data)));
            out.push_str("</pre>");
        }
    }
    out.push_str("\n</div>\n");
    findings
}

fn classes(mime: &str) -> &'static str {
    match mime {
        WIDGET => "output_subarea output_widget_view",
        SCRIPT => "output_subarea output_javascript",
        "text/html" => "output_html rendered_html output_subarea",
        "text/markdown" => "output_markdown rendered_html output_subarea",
        "text/latex" => "output_latex output_subarea",
        "image/svg+xml" => "output_svg output_subarea",
        "image/png" => "output_png output_subarea",
        "image/jpeg" => "output_jpeg output_subarea",
        "text/vnd.mermaid" => "output_mermaid output_subarea",
        _ => "output_text output_subarea",
    }
}

/// Appends a script element that browsers do not run. A backslash, harmless in JSON and JavaScript
/// strings, keeps the text from ending the element.
fn script(out: &mut String, mime: &str, text: &str) {
    out.push_str("<script type=\"");
    out.push_str(mime);
    out.push_str("\">\n");
    out.push_str(&text.replace("</", "<\\/").replace("<!--", "<\\!--"));
    out.push_str("\n</script>");
}

fn html(out: &mut String, output: &Value, text: &str) {
    let isolated = metadata(output, "text/html", "isolated").is_some_and(|flag| *flag == true);
    if isolated {
        out.push_str("<iframe class=\"isolated-iframe\" src=\"data:text/html;base64,");
        STANDARD.encode_string(text, out);
        out.push_str("\"></iframe>");
    } else {
        out.push_str(text);
    }
}

fn image(out: &mut String, output: &Value, mime: &str, base64: &str) {
    out.push_str("<img src=\"data:");
    out.push_str(mime);
    out.push_str(";base64,");
    // Kernels break the text into lines.
    base64.lines().for_each(|line| escape(out, line));
    out.push('"');
    for key in ["width", "height"] {
        if let Some(value) = metadata(output, mime, key) {
            out.extend([" ", key, "=\"", &escaped(&plain(value)), "\""]);
        }
    }
    if metadata(output, mime, "unconfined").is_some_and(|flag| *flag == true) {
        out.push_str(" class=\"unconfined\"");
    }
    let alt = metadata(output, mime, "alt").map(plain).unwrap_or_default();
    out.extend([" alt=\"", &escaped(&alt), "\">"]);
}

/// Returns an entry of the metadata of a type, else of the output.
fn metadata<'a>(output: &'a Value, mime: &str, key: &str) -> Option<&'a Value> {
    let all = output.get("metadata")?;
    all.get(mime).and_then(|own| own.get(key)).or_else(|| all.get(key))
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
