//! Numbers and texts as people read them.

use std::time::Duration;

/// Writes how long something takes or took: `7 s`, `12 min`, `3 h`, `4 days`.
pub(crate) fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// Writes how long ago something was, to a minute: `now`, `5 min`. So a display need not change every
/// second.
pub(crate) fn age(age: Duration) -> String {
    match age.as_secs() {
        0..60 => "now".to_owned(),
        60..120 => "1 min".to_owned(),
        _ => duration(age),
    }
}

/// Writes a text of a tool or a file for a terminal: no escape sequences, no control characters, tabs as
/// blanks.
pub(crate) fn printable(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(letter) = rest.next() {
        match letter {
            '\x1b' if rest.peek() == Some(&'[') => {
                let _bracket = rest.next();
                // A sequence ends with its first letter.
                let _end = rest.by_ref().find(|letter| ('@'..='~').contains(letter));
            }
            '\t' => plain.push_str("    "),
            letter if letter.is_control() => {}
            letter => plain.push(letter),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_one_unit() {
        for (seconds, text) in [
            (0, "0 s"),
            (119, "119 s"),
            (120, "2 min"),
            (7199, "119 min"),
            (7200, "2 h"),
            (172_800, "2 days"),
        ] {
            assert_eq!(duration(Duration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn ages_change_by_the_minute() {
        let ages = [0, 59, 60, 119, 120, 3600].map(|seconds| age(Duration::from_secs(seconds)));
        assert_eq!(ages, ["now", "now", "1 min", "1 min", "2 min", "60 min"]);
    }

    #[test]
    fn escape_sequences_never_reach_the_terminal() {
        assert_eq!(printable("a\x1b[1;31mred\x1b[0m\tb\r\x07"), "ared    b");
        assert_eq!(printable("\x1b]0;title\x07x"), "]0;titlex");
        assert_eq!(printable("\x1b["), "");
    }
}
