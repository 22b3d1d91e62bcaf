//! `clx decks`: the slides of a course.

use clx_course::{Deck, Selection};

use crate::args::{ListArgs, ListFormat};
use crate::display::{course_name, plural, stderr_line, stdout_line, stdout_text, table};
use crate::exit::Exit;

pub(super) fn run(args: &ListArgs) -> Exit {
    let course = match super::load_for_reading(&args.spec.spec, args.spec.data_dir.as_deref()) {
        Ok(course) => course,
        Err(exit) => return exit,
    };
    let plan = match clx_course::outputs(&course, &Selection::default()) {
        Ok((plan, _)) => plan,
        Err(problems) => {
            problems.iter().for_each(|problem| stderr_line(&problem.to_string()));
            return Exit::Spec;
        }
    };
    let decks = clx_course::decks(&course, &plan);
    match args.format {
        ListFormat::Json => {
            let json = serde_json::json!({ "course_name": course_name(&course), "decks": decks });
            stdout_text(&format!("{json:#}\n"));
        }
        ListFormat::Table if decks.is_empty() => {
            stdout_line("The course has no slides yet. `clx new topic NAME` makes some.");
        }
        ListFormat::Table => {
            let rows: Vec<_> = decks.iter().map(row).collect();
            stdout_text(&table(["SECTION", "TOPIC", "NO", "OUTPUTS", "FILE"], &rows));
            let n_outputs = decks.iter().map(|deck| deck.outputs).sum();
            let (decks, outputs) = (plural(decks.len(), "deck"), plural(n_outputs, "output"));
            stdout_line(&format!("\n{}: {decks}, {outputs}.", course_name(&course)));
        }
    }
    Exit::Built
}

fn row(deck: &Deck) -> [String; 5] {
    [
        format!("{} {}", deck.section, deck.section_name),
        deck.topic.clone(),
        deck.number.map(|number| format!("{number:02}")).unwrap_or_default(),
        deck.outputs.to_string(),
        deck.file.display().to_string(),
    ]
}
