//! Time zones: what is kept is in UTC, whatever the clock on the wall shows.

use std::collections::BTreeMap;

use clx_tests::e2e::{Run, TestCourse, finish};
use serde_json::Value;

use super::{CLX, course, kernels};

/// The first and the last place on earth where a day begins, in either way of writing a zone.
const ZONES: [&str; 4] = ["UTC0", "EAST-14", "WEST+12", "Pacific/Kiritimati"];

fn run(course: &TestCourse, zone: &str, args: &[&str]) -> Run {
    let command = CLX.command(args).current_dir(course.root()).env("TZ", zone);
    finish(command.start().unwrap())
}

/// Returns all moments of a document, by their place in it; ages, which change all the time, are none.
fn moments(value: &Value, place: &str, found: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                moments(value, &format!("{place}.{name}"), found);
            }
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                moments(value, &format!("{place}[{index}]"), found);
            }
        }
        // Seconds since 1970 of this century.
        Value::Number(number) if number.as_f64().is_some_and(|n| n > 1e9) => {
            found.insert(place.to_owned(), value.clone());
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Returns all moments that lists of builds and jobs show in a zone.
fn view(course: &TestCourse, zone: &str) -> BTreeMap<String, Value> {
    let status = run(course, zone, &["status"]).expect(0);
    assert!(!status.stdout.contains("stale"), "{}", status.stdout);
    let mut found = BTreeMap::new();
    for list in ["builds", "jobs"] {
        let shown = run(course, zone, &[list, "list", "--format", "json"]).expect(0);
        moments(&shown.json(), list, &mut found);
    }
    found
}

#[test]
fn builds_and_views_agree_east_and_west_of_utc() {
    let kernels = kernels();
    let mut trees = Vec::new();
    for built_in in ZONES {
        let course = course(3);
        let build = || {
            let command = CLX.executing(&course, kernels.path(), &["--workers", "direct"]);
            finish(command.env("TZ", built_in).start().unwrap()).expect(0)
        };
        let _built = course.until_traced(build);
        trees.push(course.files("output"));
        let views = ZONES.map(|seen_in| view(&course, seen_in));
        assert!(!views[0].is_empty(), "no view has a moment");
        assert!(views.iter().all(|view| *view == views[0]), "{views:?}");
        // Nothing to do: no input seems newer than it is.
        for seen_in in ZONES {
            let command = CLX.executing(&course, kernels.path(), &["-O", "json"]);
            let again = finish(command.env("TZ", seen_in).start().unwrap()).expect(0).json();
            assert_eq!((&again["outputs_made"], &again["code_runs"]), (&0.into(), &0.into()));
        }
    }
    assert!(trees.iter().all(|tree| *tree == trees[0]), "trees differ between zones");
}
