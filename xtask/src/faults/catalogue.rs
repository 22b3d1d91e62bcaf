//! The failure cases and the tests that prove them, as `tests/faults.json` has them. Principal type:
//! [`Catalogue`].

use std::path::Path;

use serde::Deserialize;

use crate::error::TaskError;

const FILE: &str = "tests/faults.json";

/// What the cases are about: the letter of their ids, how many there are, and a title.
pub(super) const GROUPS: [(char, usize, &str); 7] = [
    ('S', 10, "Storage"),
    ('C', 14, "Claim, completion, recovery"),
    ('W', 12, "Worker processes"),
    ('D', 12, "Containers and gateway"),
    ('P', 12, "Pool, backend, cache"),
    ('U', 4, "What people are shown"),
    ('F', 12, "Sudden ends, disks and clocks"),
];

/// All cases, in the order of [`GROUPS`].
#[derive(Debug)]
pub(super) struct Catalogue {
    pub(super) cases: Vec<Case>,
}

/// A thing that goes wrong.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    /// Letter of the group and number.
    pub(super) id: String,
    /// What somebody would notice.
    pub(super) symptom: String,
    /// What nextest calls the tests: binary and name, with a blank between.
    pub(super) tests: Vec<String>,
}

impl Case {
    /// Returns binary and name of each test.
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.tests.iter().map(|test| parts(test))
    }
}

/// Tells whether there is a test, by binary and name.
pub(super) type Exists<'a> = dyn Fn((&str, &str)) -> bool + 'a;

/// Parts what nextest calls a test into binary and name.
pub(super) fn parts(test: &str) -> (&str, &str) {
    test.split_once(' ').unwrap_or((test, ""))
}

impl Catalogue {
    /// Reads the file of a repository.
    pub(super) fn read(root: &Path) -> Result<Self, TaskError> {
        Self::parse(&super::read(&root.join(FILE))?)
    }

    fn parse(text: &str) -> Result<Self, TaskError> {
        let cases: Vec<Case> = serde_json::from_str(text).map_err(problem)?;
        let ids = GROUPS
            .iter()
            .flat_map(|(letter, n, _)| (1..=*n).map(move |number| format!("{letter}{number}")));
        let found: Vec<_> = cases.iter().map(|case| &*case.id).collect();
        let expected: Vec<_> = ids.collect();
        if found != expected {
            let odd = expected.iter().zip(&found).find(|(expected, found)| expected != *found);
            let at = odd.map_or("the end".to_owned(), |(expected, _)| expected.clone());
            return Err(problem(format!("the ids are not {}, at {at}", expected.join(", "))));
        }
        match cases.iter().find(|case| case.tests.is_empty()) {
            Some(case) => Err(problem(format!("{} has no test", case.id))),
            None => Ok(Self { cases }),
        }
    }

    /// Fails if a test does not exist.
    pub(super) fn check(&self, exists: &Exists<'_>) -> Result<(), TaskError> {
        for case in &self.cases {
            if let Some((binary, test)) = case.names().find(|name| !exists(*name)) {
                return Err(problem(format!("{}: there is no test `{binary} {test}`", case.id)));
            }
        }
        Ok(())
    }

    /// Returns an expression of nextest that all these tests match and no others.
    pub(super) fn filter(&self) -> String {
        let names = self.cases.iter().flat_map(Case::names);
        let terms = names.map(|(binary, test)| format!("(binary_id(={binary}) & test(={test}))"));
        let mut terms: Vec<_> = terms.collect();
        terms.sort();
        terms.dedup();
        terms.join(" | ")
    }
}

fn problem(problem: impl ToString) -> TaskError {
    TaskError::Catalogue { file: FILE.into(), problem: problem.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = include_str!("../../../tests/faults.json");

    #[test]
    fn every_case_of_the_fixed_list_has_a_test() {
        let catalogue = Catalogue::parse(TEXT).unwrap();
        assert_eq!(catalogue.cases.len(), 76);
        for (binary, test) in catalogue.cases.iter().flat_map(Case::names) {
            assert!(!binary.is_empty() && !test.is_empty(), "`{binary} {test}`");
        }
    }

    #[test]
    fn missing_case_is_named() {
        let shorter = TEXT.replacen("\"S2\"", "\"S99\"", 1);
        let error = Catalogue::parse(&shorter).unwrap_err().to_string();
        assert!(error.ends_with("at S2"), "{error}");
    }

    #[test]
    fn test_that_does_not_exist_is_named() {
        let catalogue = Catalogue::parse(TEXT).unwrap();
        catalogue.check(&|_| true).unwrap();
        let (binary, test) = catalogue.cases[1].names().next().unwrap();
        let error = catalogue.check(&|name| name != (binary, test)).unwrap_err().to_string();
        assert!(error.ends_with(&format!("there is no test `{binary} {test}`")), "{error}");
    }

    #[test]
    fn filter_names_each_test_once() {
        let case = |id: &str| Case {
            id: id.to_owned(),
            symptom: String::new(),
            tests: vec!["clx-a::b x".to_owned()],
        };
        let catalogue = Catalogue { cases: vec![case("S1"), case("S2")] };
        assert_eq!(catalogue.filter(), "(binary_id(=clx-a::b) & test(=x))");
    }
}
