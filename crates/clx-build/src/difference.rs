//! Where two contents differ, in words. Principal function: [`first_difference`].

/// Characters of a line that are shown.
const SHOWN: usize = 60;

/// Tells where two different contents differ first: the lines of texts, the position in others.
pub(crate) fn first_difference(known: &[u8], fresh: &[u8]) -> String {
    match (std::str::from_utf8(known), std::str::from_utf8(fresh)) {
        (Ok(known), Ok(fresh)) => of_texts(known, fresh),
        _ => {
            let same = known.iter().zip(fresh).take_while(|(a, b)| a == b).count();
            format!("from byte {same} on, {} and {} bytes long", known.len(), fresh.len())
        }
    }
}

fn of_texts(known: &str, fresh: &str) -> String {
    let (mut known, mut fresh) = (known.lines(), fresh.lines());
    let mut line = 1;
    loop {
        match (known.next(), fresh.next()) {
            (None, None) => return "in the ends of lines".to_owned(),
            (Some(a), Some(b)) if a == b => line += 1,
            (a, b) => return format!("in line {line}: {} became {}", shown(a, b), shown(b, a)),
        }
    }
}

/// Shows a line around the place where it differs from another one.
fn shown(line: Option<&str>, other: Option<&str>) -> String {
    let Some(line) = line else { return "nothing".to_owned() };
    let same = line.chars().zip(other.unwrap_or_default().chars()).take_while(|(a, b)| a == b);
    let begin = same.count().saturating_sub(SHOWN / 2);
    let n = line.chars().count();
    let middle: String = line.chars().skip(begin).take(SHOWN).collect();
    let (before, after) =
        (if begin > 0 { "…" } else { "" }, if n > begin + SHOWN { "…" } else { "" });
    format!("`{before}{}{after}`", middle.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_different_line_is_told() {
        let check = |known: &str, fresh: &str, expected: &str| {
            assert_eq!(first_difference(known.as_bytes(), fresh.as_bytes()), expected);
        };
        check("a\nb\n", "a\nc\n", "in line 2: `b` became `c`");
        check("a\n", "a\nc\n", "in line 2: nothing became `c`");
        check("a\r\n", "a\n", "in the ends of lines");
        let long = format!("{}x{}", "a".repeat(100), "b".repeat(100));
        let other = long.replace('x', "y");
        let shown = |middle| format!("`…{}{middle}{}…`", "a".repeat(30), "b".repeat(29));
        check(&long, &other, &format!("in line 1: {} became {}", shown('x'), shown('y')));
    }

    #[test]
    fn of_pictures_the_position_is_told() {
        assert_eq!(
            first_difference(b"\xff\x00ab", b"\xff\x00abc"),
            "from byte 4 on, 4 and 5 bytes long"
        );
    }
}
