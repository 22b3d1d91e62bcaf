//! Names of output files and directories, made from titles of all sorts.
//! Principal functions: [`sanitize`], [`sanitize_stem`].

/// Returns `title` as a name for a file or directory.
///
/// The result contains no separator and no dot. It is `None` if nothing but blanks would be left.
///
/// ```
/// assert_eq!(clx_course::sanitize(r#"C# / .NET: "Hi"?"#).as_deref(), Some("CSharp _ NET Hi"));
/// assert_eq!(clx_course::sanitize("..."), None);
/// ```
#[must_use]
pub fn sanitize(title: &str) -> Option<String> {
    usable(replaced(title).filter(|&c| c != '.').collect())
}

/// Returns the stem of a diagram as a name for its picture: like [`sanitize`], but dots stay.
///
/// The caller appends an extension, which is what keeps `..` from being a directory.
pub(crate) fn sanitize_stem(stem: &str) -> Option<String> {
    usable(replaced(stem).collect())
}

fn usable(name: String) -> Option<String> {
    (!name.trim().is_empty()).then_some(name)
}

/// Replaces and removes characters, all but the dot.
fn replaced(text: &str) -> impl Iterator<Item = char> {
    let text = text.replace("C#", "CSharp");
    let characters: Vec<char> = text.trim().chars().collect();
    characters.into_iter().filter_map(|c| match c {
        '{' | '[' => Some('('),
        '}' | ']' => Some(')'),
        '/' | '\\' | '$' | '#' | '%' | '&' | '<' | '>' | '*' | '=' | '^' | '€' | '|' => Some('_'),
        ';' | '!' | '?' | '"' | '\'' | '`' | ':' | '\0' => None,
        other => Some(other),
    })
}

#[cfg(test)]
mod tests {
    use std::path::{Component, Path};

    use proptest::prelude::*;

    use super::*;

    /// Titles of what is special here, and of anything.
    fn titles() -> impl Strategy<Value = String> {
        let special = prop::sample::select(vec![
            "C#", "..", ".", "/", "\\", "\0", " ", "\t", "\u{a0}", "C", "#", ";", ":", "a", "ä",
            "\n",
        ]);
        let other = any::<char>().prop_map(String::from);
        let parts = prop_oneof![3 => special.prop_map(str::to_owned), 1 => other];
        prop::collection::vec(parts, 0..12).prop_map(|parts| parts.concat())
    }

    fn is_one_component(name: &str) -> bool {
        let mut components = Path::new(name).components();
        let first = components.next();
        matches!(first, Some(Component::Normal(own)) if own == name) && components.next().is_none()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn any_title_becomes_one_name_or_none(title in titles()) {
            let Some(name) = sanitize(&title) else { return Ok(()) };
            prop_assert!(is_one_component(&name), "{name:?}");
            prop_assert!(!name.contains(['.', '\\', ':', '\0']), "{name:?}");
            // Blanks at the ends may come to light when what stood before them is removed.
            let again = sanitize(&name);
            prop_assert_eq!(again.as_deref(), Some(name.trim()));
        }

        #[test]
        fn any_stem_becomes_one_name_of_a_picture(stem in titles()) {
            let Some(name) = sanitize_stem(&stem) else { return Ok(()) };
            let picture = format!("{name}.png");
            prop_assert!(is_one_component(&picture), "{picture:?}");
            prop_assert_eq!(Path::new(&picture).extension(), Some("png".as_ref()));
        }
    }

    fn check(title: &str, expected: &str) {
        assert_eq!(sanitize(title).as_deref(), Some(expected), "{title}");
    }

    #[test]
    fn characters_are_replaced_removed_or_kept() {
        check("C# / .NET: \"Hi\"?", "CSharp _ NET Hi");
        check(" a.b ", "ab");
        check("Kurs: X/Y", "Kurs X_Y");
        check("First: Topic! {2} a.b", "First Topic (2) ab");
        check("Erstes: Thema? [1] C# / x", "Erstes Thema (1) CSharp _ x");
        check("Größe – ä\tö  ü", "Größe – ä\tö  ü");
        check("\\$#%&<>*=^€|", "____________");
        check("a;!?\"'`.:b", "ab");
        check("../../etc", "__etc");
    }

    #[test]
    fn nothing_left_is_no_name() {
        for title in ["", "  ", ".", "..", "?!", " . ", ". ."] {
            assert_eq!(sanitize(title), None, "{title}");
        }
    }

    #[test]
    fn stems_keep_inner_dots() {
        assert_eq!(sanitize_stem("a.de").as_deref(), Some("a.de"));
        assert_eq!(sanitize_stem("x: [1]").as_deref(), Some("x (1)"));
        assert_eq!(sanitize_stem("?"), None);
    }
}
