//! Colours of terminals as classes, with the names that nbconvert uses.
//!
//! Colour sequences become `ansi-<colour>-fg`/`-bg` (`-intense` for the bright eight and for bold
//! text), `ansi-bold`, `ansi-underline` and `ansi-default-inverse-fg`/`-bg`; colours beyond the
//! sixteen become styles. Other sequences are left out.

use crate::html::escape;

const COLOURS: [&str; 8] = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

/// A colour by number (0 to 15) or by its red, green and blue parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Colour {
    Named(u8),
    Rgb(u8, u8, u8),
}

/// How text looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Style {
    foreground: Option<Colour>,
    background: Option<Colour>,
    bold: bool,
    underline: bool,
    inverse: bool,
}

/// Appends `text` with spans for its colours.
pub(super) fn write(out: &mut String, text: &str) {
    // A parser drops a line feed right after `<pre>`.
    if text.starts_with('\n') {
        out.push('\n');
    }
    let mut style = Style::default();
    let mut rest = text;
    while let Some(at) = rest.find("\x1b[") {
        style.span(out, &rest[..at]);
        let sequence = &rest[at + 2..];
        let Some(end) = sequence.find(|c| matches!(c, '@'..='~' | '\n')) else {
            rest = sequence;
            break;
        };
        if sequence[end..].starts_with('m') {
            style.apply(&sequence[..end]);
        }
        let length = usize::from(!sequence[end..].starts_with('\n'));
        rest = &sequence[end + length..];
    }
    style.span(out, rest);
}

impl Style {
    /// Appends `text` in this style.
    fn span(self, out: &mut String, text: &str) {
        if text.is_empty() {
            return;
        }
        if self == Self::default() {
            return escape(out, text);
        }
        let (classes, styles) = self.attributes();
        out.push_str("<span");
        for (name, values, separator) in [("class", classes, " "), ("style", styles, "; ")] {
            if !values.is_empty() {
                out.extend([" ", name, "=\"", &values.join(separator), "\""]);
            }
        }
        out.push('>');
        escape(out, text);
        out.push_str("</span>");
    }

    fn attributes(self) -> (Vec<String>, Vec<String>) {
        let (mut classes, mut styles) = (Vec::new(), Vec::new());
        let foreground = match self.foreground {
            Some(Colour::Named(number @ 0..8)) if self.bold => Some(Colour::Named(number + 8)),
            other => other,
        };
        let (foreground, background) = if self.inverse {
            (self.background, foreground)
        } else {
            (foreground, self.background)
        };
        for (colour, ground, property) in
            [(foreground, "fg", "color"), (background, "bg", "background-color")]
        {
            match colour {
                Some(Colour::Named(number)) => {
                    classes.push(format!("ansi-{}-{ground}", name(number)));
                }
                Some(Colour::Rgb(r, g, b)) => styles.push(format!("{property}: rgb({r},{g},{b})")),
                None if self.inverse => classes.push(format!("ansi-default-inverse-{ground}")),
                None => {}
            }
        }
        if self.bold {
            classes.push("ansi-bold".to_owned());
        }
        if self.underline {
            classes.push("ansi-underline".to_owned());
        }
        (classes, styles)
    }

    /// Takes over the numbers of a colour sequence; one that is no number makes all void.
    fn apply(&mut self, sequence: &str) {
        let number = |text: &str| if text.is_empty() { Ok(0) } else { text.parse::<u32>() };
        let Ok(numbers) = sequence.split(';').map(number).collect::<Result<Vec<u32>, _>>() else {
            return;
        };
        let mut numbers = numbers.into_iter();
        while let Some(number) = numbers.next() {
            match number {
                0 => *self = Self::default(),
                1 | 5 => self.bold = true,
                4 => self.underline = true,
                7 => self.inverse = true,
                21 | 22 => self.bold = false,
                24 => self.underline = false,
                27 => self.inverse = false,
                39 => self.foreground = None,
                49 => self.background = None,
                38 => match extended(&mut numbers) {
                    Some(colour) => self.foreground = Some(colour),
                    None => return,
                },
                48 => match extended(&mut numbers) {
                    Some(colour) => self.background = Some(colour),
                    None => return,
                },
                30..=37 | 90..=97 => self.foreground = basic(number),
                40..=47 | 100..=107 => self.background = basic(number - 10),
                _ => {}
            }
        }
    }
}

fn name(number: u8) -> String {
    let intense = if number < 8 { "" } else { "-intense" };
    format!("{}{intense}", COLOURS[usize::from(number % 8)])
}

/// Returns the colour of a foreground number, 30 to 37 or 90 to 97.
fn basic(number: u32) -> Option<Colour> {
    let number = if number < 90 { number - 30 } else { number - 90 + 8 };
    u8::try_from(number).ok().map(Colour::Named)
}

/// Returns the colour after 38 or 48: `5;n` of 256, or `2;r;g;b`.
fn extended(numbers: &mut impl Iterator<Item = u32>) -> Option<Colour> {
    let mut next = || numbers.next().and_then(|number| u8::try_from(number).ok());
    match next()? {
        2 => Some(Colour::Rgb(next()?, next()?, next()?)),
        5 => Some(match next()? {
            number @ 0..16 => Colour::Named(number),
            number @ 16..232 => {
                let level = |part: u8| if part == 0 { 0 } else { 55 + 40 * part };
                let cube = number - 16;
                Colour::Rgb(level(cube / 36), level(cube / 6 % 6), level(cube % 6))
            }
            number => {
                let grey = (number - 232) * 10 + 8;
                Colour::Rgb(grey, grey, grey)
            }
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let mut out = String::new();
        write(&mut out, text);
        assert_eq!(out, expected, "{text:?}");
    }

    #[test]
    fn colours_become_classes() {
        check("a\x1b[31mb\x1b[0mc", "a<span class=\"ansi-red-fg\">b</span>c");
        check("\x1b[1;32mb", "<span class=\"ansi-green-intense-fg ansi-bold\">b</span>");
        check("\x1b[94;4mb", "<span class=\"ansi-blue-intense-fg ansi-underline\">b</span>");
        check(
            "\x1b[7mb",
            "<span class=\"ansi-default-inverse-fg ansi-default-inverse-bg\">b</span>",
        );
        check("\x1b[31;7mb", "<span class=\"ansi-default-inverse-fg ansi-red-bg\">b</span>");
    }

    #[test]
    fn colours_beyond_sixteen_become_styles() {
        check("\x1b[38;5;208mb", "<span style=\"color: rgb(255,135,0)\">b</span>");
        check("\x1b[48;2;1;2;3mb", "<span style=\"background-color: rgb(1,2,3)\">b</span>");
        check("\x1b[38;5;240mb", "<span style=\"color: rgb(88,88,88)\">b</span>");
        check("\x1b[38;5;9mb", "<span class=\"ansi-red-intense-fg\">b</span>");
    }

    #[test]
    fn other_and_broken_sequences_vanish() {
        check("a\x1b[2Kb\x1b[1Ac", "abc");
        check("\x1b[38;5;999mb", "b");
        check("\x1b[?25lb", "b");
        check("\x1b[", "");
    }

    #[test]
    fn markup_is_escaped() {
        check("\x1b[31m<b>&", "<span class=\"ansi-red-fg\">&lt;b&gt;&amp;</span>");
    }
}
