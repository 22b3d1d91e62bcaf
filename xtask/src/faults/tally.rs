//! How tests went, summed up over rounds. Principal type: [`Tally`].

use std::collections::BTreeMap;
use std::path::Path;

use roxmltree::{Document, Node};

use crate::error::TaskError;

/// What a test prints where it cannot do its work, at the beginning of a line.
const SKIPPED: &str = "SKIPPED";

/// How often tests passed, failed, and were skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counts {
    pub(super) passed: u32,
    pub(super) failed: u32,
    /// Said that this machine lacks what they need.
    pub(super) skipped: u32,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// Counts of all tests, by binary and name.
#[derive(Debug, Default)]
pub(super) struct Tally(BTreeMap<(String, String), Counts>);

impl Tally {
    /// Adds a round, as nextest reported it in `file`.
    pub(super) fn add(&mut self, report: &str, file: &Path) -> Result<(), TaskError> {
        let broken = |source| TaskError::Report { file: file.to_owned(), source };
        let document = Document::parse(report).map_err(broken)?;
        for case in document.descendants().filter(|node| node.has_tag_name("testcase")) {
            let text = |name| case.attribute(name).unwrap_or_default().to_owned();
            *self.0.entry((text("classname"), text("name"))).or_default() += outcome(case);
        }
        Ok(())
    }

    /// Returns the counts of a test; zeros if it was never run.
    pub(super) fn of(&self, (binary, test): (&str, &str)) -> Counts {
        self.0.get(&(binary.to_owned(), test.to_owned())).copied().unwrap_or_default()
    }
}

fn outcome(case: Node<'_, '_>) -> Counts {
    let has = |name| case.children().any(|node| node.has_tag_name(name));
    let says = |name: &str| {
        let printed = case.children().filter(|node| node.has_tag_name(name));
        let mut lines = printed.filter_map(|node| node.text()).flat_map(str::lines);
        lines.any(|line| line.starts_with(SKIPPED))
    };
    let mut counts = Counts::default();
    if has("failure") || has("error") {
        counts.failed = 1;
    } else if says("system-out") || says("system-err") {
        counts.skipped = 1;
    } else {
        counts.passed = 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = r#"<testsuites><testsuite name="clx-a::b">
        <testcase name="fine" classname="clx-a::b"><system-out>
running 1 test
</system-out></testcase>
        <testcase name="broken" classname="clx-a::b"><failure type="test failure"/></testcase>
        <testcase name="absent" classname="clx-a::b"><system-err>
SKIPPED: no engine
</system-err></testcase>
        </testsuite></testsuites>"#;

    #[test]
    fn rounds_are_summed_up() {
        let mut tally = Tally::default();
        tally.add(REPORT, Path::new("junit.xml")).unwrap();
        tally.add(REPORT, Path::new("junit.xml")).unwrap();
        let of = |test| {
            let Counts { passed, failed, skipped } = tally.of(("clx-a::b", test));
            (passed, failed, skipped)
        };
        assert_eq!(of("fine"), (2, 0, 0));
        assert_eq!(of("broken"), (0, 2, 0));
        assert_eq!(of("absent"), (0, 0, 2));
        assert_eq!(of("unknown"), (0, 0, 0));
    }

    #[test]
    fn broken_report_is_named() {
        let error = Tally::default().add("<a>", Path::new("junit.xml")).unwrap_err().to_string();
        assert!(error.starts_with("junit.xml: "), "{error}");
    }
}
