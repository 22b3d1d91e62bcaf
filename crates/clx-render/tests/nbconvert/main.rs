//! The contract of pages: cell by cell the same text and the same elements, classes and ids as
//! nbconvert's template "classic" writes, but for the named differences of `difference`.
//!
//! The golden pages are made by `tests/golden/regenerate.py`.

mod difference;
mod dom;
mod fixture;

use difference::{ALL, Difference};
use fixture::Fixture;

/// Returns what differs in a fixture once the given differences are evened out.
fn disagreements(fixture: &Fixture, evened: &[&Difference]) -> Vec<String> {
    let [mut theirs, mut ours] = [fixture.golden(), fixture.rendered()];
    for difference in evened {
        (difference.even_out)(&mut theirs);
        (difference.even_out)(&mut ours);
    }
    let [theirs, ours] = [dom::cells(&theirs), dom::cells(&ours)];
    let mut found = Vec::new();
    if theirs.len() != ours.len() {
        found.push(format!("{}: {} cells, clx has {}", fixture.name, theirs.len(), ours.len()));
    }
    for (n, (theirs, ours)) in theirs.iter().zip(&ours).enumerate() {
        for show in [dom::text, dom::shape] {
            let (theirs, ours) = (show(theirs), show(ours));
            if theirs != ours {
                found.push(format!(
                    "{} {n}:\n  nbconvert {theirs}\n  clx       {ours}",
                    fixture.name
                ));
            }
        }
    }
    found
}

#[test]
fn cells_are_those_of_nbconvert_but_for_the_named_differences() {
    let all: Vec<&Difference> = ALL.iter().collect();
    let found: Vec<String> =
        fixture::all().iter().flat_map(|fixture| disagreements(fixture, &all)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn each_named_difference_is_needed() {
    let fixtures = fixture::all();
    for left_out in ALL {
        let others: Vec<&Difference> =
            ALL.iter().filter(|difference| difference.name != left_out.name).collect();
        let is_needed = fixtures.iter().any(|fixture| !disagreements(fixture, &others).is_empty());
        assert!(is_needed, "`{}` can go", left_out.name);
    }
}
