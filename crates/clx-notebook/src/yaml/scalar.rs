//! Plain scalars of YAML 1.1.

use crate::value::Value;

/// Returns the value of a plain scalar; text if nothing else fits.
pub(super) fn resolve(text: String) -> Value {
    if let Some(value) = word(&text).or_else(|| integer(&text)).or_else(|| float(&text)) {
        return value;
    }
    Value::Text(text)
}

fn word(text: &str) -> Option<Value> {
    const TRUE: [&str; 3] = ["yes", "true", "on"];
    const FALSE: [&str; 3] = ["no", "false", "off"];
    if matches!(text, "" | "~" | "null" | "Null" | "NULL") {
        return Some(Value::Null);
    }
    let lower = text.to_ascii_lowercase();
    let one_case = text == lower || text == lower.to_ascii_uppercase() || is_capitalised(text);
    match lower.as_str() {
        lower if one_case && TRUE.contains(&lower) => Some(Value::Bool(true)),
        lower if one_case && FALSE.contains(&lower) => Some(Value::Bool(false)),
        _ => None,
    }
}

fn is_capitalised(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_ascii_uppercase()) && chars.all(|c| c.is_ascii_lowercase())
}

fn signed(text: &str) -> (bool, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    }
}

fn integer(text: &str) -> Option<Value> {
    let (negative, digits) = signed(text);
    let magnitude = if let Some(digits) = digits.strip_prefix("0b") {
        radix(digits, 2)
    } else if let Some(digits) = digits.strip_prefix("0x") {
        radix(digits, 16)
    } else if digits == "0" {
        Some(0)
    } else if let Some(digits) = digits.strip_prefix('0') {
        radix(digits, 8)
    } else if digits.contains(':') {
        sexagesimal(digits)
    } else {
        radix(digits, 10)
    }?;
    Some(Value::Int(if negative { -magnitude } else { magnitude }))
}

fn radix(digits: &str, radix: u32) -> Option<i128> {
    let bare = digits.replace('_', "");
    let fits = bare.chars().all(|c| c.is_digit(radix)) && !digits.starts_with('_');
    fits.then(|| i128::from_str_radix(&bare, radix).ok()).flatten()
}

/// `1:30` is one hour and a half in minutes.
fn sexagesimal(digits: &str) -> Option<i128> {
    let mut parts = digits.split(':');
    let mut number = radix(parts.next()?, 10)?;
    for part in parts {
        let below_sixty = matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']);
        number = number.checked_mul(60)? + below_sixty.then(|| radix(part, 10)).flatten()?;
    }
    Some(number)
}

/// A number with a point; an exponent needs a sign.
fn float(text: &str) -> Option<Value> {
    let (negative, number) = signed(text);
    let magnitude = match number {
        ".inf" | ".Inf" | ".INF" => f64::INFINITY,
        ".nan" | ".NaN" | ".NAN" if number.len() == text.len() => f64::NAN,
        _ => decimal(number)?,
    };
    Some(Value::Float(if negative { -magnitude } else { magnitude }))
}

fn decimal(number: &str) -> Option<f64> {
    let bare = number.replace('_', "");
    let (mantissa, exponent) = match bare.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (bare.as_str(), None),
    };
    let (whole, fraction) = mantissa.split_once('.')?;
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let signed = exponent.is_none_or(|exponent| {
        exponent.strip_prefix(['+', '-']).is_some_and(|rest| !rest.is_empty() && digits(rest))
    });
    let filled = !whole.is_empty() || (!fraction.is_empty() && exponent.is_none());
    (digits(whole) && digits(fraction) && signed && filled).then(|| bare.parse().ok()).flatten()
}
