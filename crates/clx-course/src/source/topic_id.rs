//! From the name of an entry below a module to its topic id.

/// Returns the topic id of an entry's name: cut at the last dot, without the first two of the parts
/// between underscores. Nothing if no part is left.
///
/// ```
/// assert_eq!(clx_course::topic_id("topic_100_a_b").as_deref(), Some("a_b"));
/// assert_eq!(clx_course::topic_id("include_me.py"), None);
/// ```
#[must_use]
pub fn topic_id(entry: &str) -> Option<String> {
    let stem = entry.rsplit_once('.').map_or(entry, |(stem, _)| stem);
    let mut parts = stem.splitn(3, '_');
    parts.nth(2).filter(|id| !id.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefix_and_number_are_dropped() {
        let check = |entry: &str, expected: Option<&str>| {
            assert_eq!(topic_id(entry).as_deref(), expected, "{entry}");
        };
        check("topic_100_a_b", Some("a_b"));
        check("exercise_foo_bar_baz", Some("bar_baz"));
        check("topic_110_x.py", Some("x"));
        check("a_b_c.d.py", Some("c.d"));
        check("topic_100", None);
        check("include_me.py", None);
        check("topic_100_", None);
        check(".gitignore", None);
        check("topic_100_größe 1", Some("größe 1"));
    }
}
