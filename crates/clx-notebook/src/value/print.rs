//! Writes values as Python's `json.dumps` does.

use std::fmt::Write as _;

use super::Value;

/// Writes `value` in one line, with everything beyond ASCII escaped.
pub(crate) fn compact(value: &Value) -> String {
    let mut out = String::new();
    write_compact(&mut out, value);
    out
}

fn write_compact(out: &mut String, value: &Value) {
    match value {
        Value::List(items) => {
            out.push('[');
            for (n, item) in items.iter().enumerate() {
                out.push_str(if n > 0 { ", " } else { "" });
                write_compact(out, item);
            }
            out.push(']');
        }
        Value::Map(entries) => {
            out.push('{');
            for (n, (key, item)) in entries.iter().enumerate() {
                out.push_str(if n > 0 { ", " } else { "" });
                write_text(out, key, true);
                out.push_str(": ");
                write_compact(out, item);
            }
            out.push('}');
        }
        Value::Text(text) => write_text(out, text, true),
        scalar => write_scalar(out, scalar),
    }
}

/// Writes `value` over several lines, one blank of indentation a level, beginning at `level`.
pub(crate) fn indented(out: &mut String, value: &Value, level: usize) {
    match value {
        Value::List(items) if !items.is_empty() => {
            out.push('[');
            for (n, item) in items.iter().enumerate() {
                new_line(out, n, level + 1);
                indented(out, item, level + 1);
            }
            close(out, ']', level);
        }
        Value::Map(entries) if !entries.is_empty() => {
            out.push('{');
            for (n, (key, item)) in entries.iter().enumerate() {
                new_line(out, n, level + 1);
                write_text(out, key, false);
                out.push_str(": ");
                indented(out, item, level + 1);
            }
            close(out, '}', level);
        }
        Value::List(_) => out.push_str("[]"),
        Value::Map(_) => out.push_str("{}"),
        Value::Text(text) => write_text(out, text, false),
        scalar => write_scalar(out, scalar),
    }
}

/// Begins the line of item `n`.
pub(crate) fn new_line(out: &mut String, n: usize, level: usize) {
    out.push_str(if n > 0 { ",\n" } else { "\n" });
    out.extend(std::iter::repeat_n(' ', level));
}

/// Ends a list or object on a line of its own.
pub(crate) fn close(out: &mut String, bracket: char, level: usize) {
    new_line(out, 0, level);
    out.push(bracket);
}

fn write_scalar(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(value) => out.push_str(&value.to_string()),
        Value::Float(value) => out.push_str(&float(*value)),
        Value::Foreign(name) => write_text(out, name, true),
        Value::Text(_) | Value::List(_) | Value::Map(_) => {}
    }
}

/// Writes `text` in quotation marks.
pub(crate) fn write_text(out: &mut String, text: &str, ascii: bool) {
    let is_special = |c: char| matches!(c, '"' | '\\') || c < ' ' || (ascii && !c.is_ascii());
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(is_special) {
        let (plain, special) = rest.split_at(at);
        out.push_str(plain);
        let mut chars = special.chars();
        match chars.next().unwrap_or_default() {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c => push_escaped(out, c),
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

fn push_escaped(out: &mut String, c: char) {
    for unit in c.encode_utf16(&mut [0; 2]) {
        write!(out, "\\u{unit:04x}").expect("a string takes everything");
    }
}

/// Writes a number as Python's `repr`: the shortest digits that read back, scientific below 1e-4
/// and from 1e16 on.
pub(crate) fn float(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if value == 0.0 || (-4..16).contains(&exponent) {
        let plain = format!("{value}");
        if plain.contains('.') { plain } else { plain + ".0" }
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{digits}e{sign}{:02}", exponent.abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_have_the_spelling_of_repr() {
        for (value, expected) in [
            (1.0, "1.0"),
            (-0.0, "-0.0"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (0.0001, "0.0001"),
            (1.5e-7, "1.5e-07"),
        ] {
            assert_eq!(float(value), expected);
        }
    }
}
