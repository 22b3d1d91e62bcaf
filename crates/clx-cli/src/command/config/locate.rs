//! `clx config locate`: the files that are looked at.

use clx_config::{Place, PlaceState, Sources};
use serde_json::{Value, json};

use crate::args::ListFormat;
use crate::args::config::LocateArgs;
use crate::display::{stdout_line, stdout_text, table};
use crate::exit::Exit;

pub(super) fn run(args: &LocateArgs, sources: &Sources) -> Exit {
    let places = sources.places();
    match args.format {
        ListFormat::Json => {
            let places: Vec<Value> = places.iter().map(object).collect();
            stdout_text(&format!("{:#}\n", json!({ "places": places })));
        }
        ListFormat::Table => {
            let rows: Vec<_> = places.iter().map(row).collect();
            stdout_text(&table(["LOCATION", "FILE", "STATE"], &rows));
            if let Some(line) = closing_line(&places, sources) {
                stdout_line(&format!("\n{line}"));
            }
        }
    }
    Exit::Built
}

fn row(place: &Place) -> [String; 3] {
    let state = match place.state {
        PlaceState::Used => "used",
        PlaceState::Hidden => "not used: the one above is",
        PlaceState::OutsideCourse => "not used: it leads out of the course",
        PlaceState::Missing => "not there",
    };
    [place.layer.name().to_owned(), place.path.display().to_string(), state.to_owned()]
}

fn object(place: &Place) -> Value {
    let state = match place.state {
        PlaceState::Used => "used",
        PlaceState::Hidden => "hidden",
        PlaceState::OutsideCourse => "outside_course",
        PlaceState::Missing => "missing",
    };
    json!({ "location": place.layer.name(), "path": place.path, "state": state })
}

/// Says what may be done where little is there.
fn closing_line(places: &[Place], sources: &Sources) -> Option<&'static str> {
    if places.iter().all(|place| place.state == PlaceState::Missing) {
        return Some("No file is there, so the defaults hold. `clx config init` writes one.");
    }
    let is_outside = sources.course.is_none();
    is_outside.then_some("This is no course; `--data-dir` names the root of one.")
}
