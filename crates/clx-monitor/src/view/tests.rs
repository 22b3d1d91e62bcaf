//! Whole screens as text, compared with the files in `screens/`.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};

use crate::model::{Cancel, Model, Pane, Prompt, Source};
use crate::page::{Page, Subject};
use crate::snapshot::{Target, Tone};
use crate::stage;
use crate::theme::Theme;

fn drawn(model: &Model, is_coloured: bool) -> Buffer {
    let (columns, lines) = model.size;
    let mut terminal = Terminal::new(TestBackend::new(columns, lines)).unwrap();
    terminal.draw(|frame| super::draw(frame, model, Theme { is_coloured })).unwrap();
    terminal.backend().buffer().clone()
}

/// Returns what is on the screen, without blanks at the ends of lines.
fn text(model: &Model) -> String {
    let buffer = drawn(model, true);
    let mut lines = Vec::new();
    for y in 0..buffer.area.height {
        let line: String = (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect();
        lines.push(line.trim_end().to_owned());
    }
    lines.join("\n") + "\n"
}

#[track_caller]
fn check(model: &Model, expected: &str) {
    let found = text(model);
    assert!(found == expected, "the screen is:\n{found}\nexpected:\n{expected}");
}

#[test]
fn two_builds_at_80_by_24() {
    check(&stage::model(80, 24), include_str!("screens/busy-80x24.txt"));
}

#[test]
fn two_builds_at_120_by_40() {
    check(&stage::model(120, 40), include_str!("screens/busy-120x40.txt"));
}

#[test]
fn narrow_and_low_terminal_shows_one_pane() {
    let mut model = stage::model(40, 10);
    model.focus = Pane::Workers;
    check(&model, include_str!("screens/busy-40x10.txt"));
}

#[test]
fn queue_in_which_nothing_has_happened() {
    check(&stage::showing(stage::empty(), 80, 24), include_str!("screens/empty-80x24.txt"));
}

#[test]
fn queue_that_is_not_there_yet() {
    let mut model = stage::model(80, 24);
    model.read(Source::Waits(
        "no builds yet here; run `clx build SPEC` in another terminal".to_owned(),
    ));
    check(&model, include_str!("screens/waits-80x24.txt"));
}

#[test]
fn failing_build_warns_and_lists_what_failed() {
    let mut snapshot = stage::busy();
    snapshot.overview.status = clx_status::Health::Warning;
    snapshot.overview.warnings =
        vec!["40 of 100 jobs failed in the last hour".to_owned(), "another one".to_owned()];
    snapshot.overview.queue.failed_last_hour = 40;
    snapshot.builds[0].failed = 40;
    snapshot.failures = (0..40)
        .map(|n| stage::failure(200 - n, "line 3: ModuleNotFoundError: no module named `numpy`"))
        .collect();
    let mut model = stage::showing(snapshot, 80, 24);
    model.focus = Pane::Failures;
    check(&model, include_str!("screens/failing-80x24.txt"));
}

/// A page as that of a failed job.
fn page() -> Page {
    let job = Target::Job(clx_queue::JobId(101));
    let mut page = Page::new(Subject::Line(job), "Job 101".to_owned());
    page.say(0, Tone::Strong, "slides/module_200/topic_210_sums/slides_sums.py");
    page.say(0, Tone::Bad, "failed");
    page.gap();
    page.say(0, Tone::Strong, "slides/module_200/topic_210_sums/slides_sums.py:14");
    page.say(0, Tone::Bad, "error[CLX0501]: NameError: name `totl` is not defined");
    page.say(4, Tone::Plain, "13 | total = 0\n14 | print(totl)\n   |       ^^^^");
    page.say(2, Tone::Plain, "hint: run the cell by itself, and look for a misspelt name in it");
    page
}

#[test]
fn page_is_wrapped_and_tells_where_one_is() {
    let mut model = stage::model(40, 10);
    model.opened(page());
    check(&model, include_str!("screens/page-40x10.txt"));
}

#[test]
fn help_lists_all_keys() {
    let mut model = stage::model(80, 24);
    model.opened(crate::help::page());
    check(&model, include_str!("screens/help-80x24.txt"));
}

/// Returns the last line of the screen.
fn last_line(model: &Model) -> String {
    text(model).lines().last().unwrap().to_owned()
}

#[test]
fn last_line_asks_tells_or_lists_keys() {
    let mut model = stage::model(80, 24);
    model.prompt = Some(Prompt::Cancel(Cancel::Job(clx_queue::JobId(117))));
    assert_eq!(
        last_line(&model),
        " cancel job 117, slides/module_100/topic_110_loops/slides_loops.py? y/n"
    );
    model.size.0 = 40;
    assert_eq!(last_line(&model), " cancel job 117, …/slides_loops.py? y/n");
    model.prompt = Some(Prompt::Cancel(Cancel::Build(clx_queue::SessionId(4))));
    assert_eq!(last_line(&model), " cancel all jobs of build 4? y/n");
    model.prompt = Some(Prompt::Filter);
    model.filter = "loops".to_owned();
    assert_eq!(last_line(&model), " filter: loops_");
    model.prompt = None;
    model.notice = Some("job 101 runs again, as job 119".to_owned());
    assert_eq!(last_line(&model), " job 101 runs again, as job 119");
    model.notice = None;
    assert_eq!(last_line(&model), " Tab pane  ? help  q quit");
}

#[test]
fn filter_and_pause_are_told() {
    let mut model = stage::model(80, 24);
    model.filter = "lists".to_owned();
    model.is_paused = true;
    let screen = text(&model);
    assert!(screen.lines().next().unwrap().ends_with("  filter `lists`  PAUSED"), "{screen}");
    assert!(screen.contains("slides_lists.py") && !screen.contains("slides_loops.py"), "{screen}");
    assert!(screen.contains("no line with `lists`; Esc shows all"), "{screen}");
}

#[test]
fn too_small_a_terminal_is_told_what_is_needed() {
    for size in [(39, 24), (80, 9), (1, 1)] {
        let screen = text(&stage::model(size.0, size.1));
        assert!(!screen.contains("Builds"), "{screen}");
    }
    assert_eq!(
        text(&stage::model(38, 3)),
        "clx monitor needs 40 columns and 10\nlines; this terminal has 38 and 3\n\n"
    );
}

#[test]
fn every_size_can_be_drawn() {
    let mut on_page = page();
    on_page.scroll = usize::MAX;
    for columns in (1..130).step_by(3) {
        for lines in 1..45 {
            let mut model = stage::model(columns, lines);
            let _panes = drawn(&model, true);
            model.opened(on_page.clone());
            let _page = drawn(&model, true);
        }
    }
}

#[test]
fn without_colours_the_selected_line_and_the_pane_are_still_marked() {
    let model = stage::model(80, 24);
    let buffer = drawn(&model, false);
    let plain = |cell: &ratatui::buffer::Cell| cell.fg == Color::Reset && cell.bg == Color::Reset;
    assert!(buffer.content.iter().all(plain));
    let selected = (0..24).find(|y| buffer[(3, *y)].modifier.contains(Modifier::REVERSED)).unwrap();
    assert_eq!(buffer[(0, selected)].symbol(), ">");
    assert!(drawn(&model, true).content.iter().any(|cell| cell.fg == Color::Green));
}
