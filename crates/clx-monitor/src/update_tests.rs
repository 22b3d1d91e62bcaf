//! Keys and fresh data, without a queue or a terminal.

use clx_queue::{JobId, SessionId};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::model::{Cancel, Model, Pane, Prompt, Screen, Source};
use crate::page::{Page, Subject};
use crate::snapshot::{Target, Tone};
use crate::stage;
use crate::update::Effect;

/// Presses keys; returns what the last one asks for.
fn press(model: &mut Model, keys: &[KeyCode]) -> Option<Effect> {
    let mut effect = None;
    for key in keys {
        effect = model.key(KeyEvent::new(*key, KeyModifiers::NONE));
    }
    effect
}

const fn letter(letter: char) -> KeyCode {
    KeyCode::Char(letter)
}

fn shown(model: &Model) -> Option<&Page> {
    match &model.screen {
        Screen::Page(page) => Some(page),
        Screen::Panes => None,
    }
}

#[test]
fn keys_move_between_panes_round_the_end() {
    let mut model = stage::model(80, 24);
    for (key, pane) in [
        (KeyCode::Tab, Pane::Queue),
        (KeyCode::Right, Pane::Workers),
        (KeyCode::Left, Pane::Queue),
        (KeyCode::BackTab, Pane::Builds),
        (KeyCode::BackTab, Pane::Log),
        (KeyCode::Tab, Pane::Builds),
        (letter('4'), Pane::Failures),
    ] {
        assert_eq!(press(&mut model, &[key]), None);
        assert_eq!(model.focus, pane, "{key:?}");
    }
}

#[test]
fn lines_are_selected_within_the_pane() {
    let mut model = stage::model(80, 24);
    for (key, build) in [
        (KeyCode::Up, 4),
        (KeyCode::Down, 3),
        (letter('j'), 2),
        (KeyCode::Down, 2),
        (KeyCode::Home, 4),
        (KeyCode::End, 2),
        (KeyCode::PageUp, 4),
    ] {
        press(&mut model, &[key]);
        assert_eq!(model.target(), Some(Target::Build(SessionId(build))), "{key:?}");
    }
}

#[test]
fn selection_follows_its_line_and_keeps_its_place_when_that_is_gone() {
    let mut model = stage::model(80, 24);
    press(&mut model, &[letter('3'), KeyCode::Down]);
    assert_eq!(model.target(), Some(Target::Job(JobId(118))));
    let mut moved = stage::busy();
    moved.overview.kinds[1].busy_workers.reverse();
    model.read(Source::Open(Box::new(moved)));
    assert_eq!(model.target(), Some(Target::Job(JobId(118))), "it moved up");
    let mut gone = stage::busy();
    gone.overview.kinds[1].busy_workers.pop();
    model.read(Source::Open(Box::new(gone)));
    assert_eq!(model.target(), Some(Target::Job(JobId(117))));
    model.read(Source::Open(Box::new(stage::empty())));
    assert_eq!(model.target(), None);
    assert_eq!(press(&mut model, &[KeyCode::Enter]), None);
}

#[test]
fn cancelling_asks_before() {
    let mut model = stage::model(80, 24);
    assert_eq!(press(&mut model, &[letter('c')]), None);
    assert_eq!(model.prompt, Some(Prompt::Cancel(Cancel::Build(SessionId(4)))));
    assert_eq!(press(&mut model, &[letter('n')]), None);
    assert_eq!(model.prompt, None);
    assert_eq!(press(&mut model, &[letter('3'), letter('c'), KeyCode::Enter]), None, "no answer");
    let cancel = Effect::Cancel(Cancel::Job(JobId(117)));
    assert_eq!(press(&mut model, &[letter('c'), letter('y')]), Some(cancel));
    assert_eq!(press(&mut model, &[letter('2'), letter('c')]), None);
    assert_eq!(model.notice.as_deref(), Some("select a job or a build to cancel it"));
    assert_eq!(press(&mut model, &[letter('y')]), None, "nothing was asked");
}

#[test]
fn question_stays_about_what_was_selected_when_it_was_asked() {
    let mut model = stage::model(80, 24);
    press(&mut model, &[letter('3'), letter('c')]);
    let mut moved = stage::busy();
    moved.overview.kinds[1].busy_workers.remove(0);
    model.read(Source::Open(Box::new(moved)));
    let cancel = Effect::Cancel(Cancel::Job(JobId(117)));
    assert_eq!(press(&mut model, &[letter('y')]), Some(cancel));
}

#[test]
fn retry_is_for_jobs() {
    let mut model = stage::model(80, 24);
    assert_eq!(press(&mut model, &[letter('r')]), None);
    assert_eq!(model.notice.as_deref(), Some("select a job to run it again"));
    let retry = Effect::Retry(JobId(101));
    assert_eq!(press(&mut model, &[letter('4'), letter('r')]), Some(retry));
}

#[test]
fn filter_narrows_with_each_letter_and_escape_shows_all() {
    let mut model = stage::model(80, 24);
    press(&mut model, &[letter('/'), letter('L'), letter('i'), letter('q')]);
    assert_eq!(model.rows(Pane::Workers).len(), 0);
    press(&mut model, &[KeyCode::Backspace, letter('s'), KeyCode::Enter]);
    assert_eq!((model.filter.as_str(), &model.prompt), ("Lis", &None));
    assert_eq!(model.rows(Pane::Workers).len(), 1);
    assert_eq!(press(&mut model, &[letter('q')]), Some(Effect::Quit), "keys are keys again");
    press(&mut model, &[KeyCode::Esc]);
    assert_eq!(model.rows(Pane::Workers).len(), 2);
}

#[test]
fn pause_holds_the_display_and_then_shows_what_came() {
    let mut model = stage::model(80, 24);
    press(&mut model, &[letter('p')]);
    model.read(Source::Open(Box::new(stage::empty())));
    assert_eq!(model.rows(Pane::Builds).len(), 3);
    assert!(!model.ticks());
    press(&mut model, &[letter('p')]);
    assert_eq!(model.rows(Pane::Builds).len(), 0);
}

#[test]
fn clocks_tick_only_while_something_runs_and_is_shown() {
    let mut model = stage::model(80, 24);
    assert!(model.ticks());
    press(&mut model, &[letter('?')]);
    assert!(!model.ticks());
    assert!(!stage::showing(stage::empty(), 80, 24).ticks());
}

/// A page of lines with numbers.
fn numbered(n: usize) -> Page {
    let mut page = Page::new(Subject::Line(Target::Job(JobId(101))), "Job 101".to_owned());
    (0..n).for_each(|n| page.say(0, Tone::Plain, &n.to_string()));
    page
}

#[test]
fn page_is_opened_scrolled_and_left() {
    let mut model = stage::model(80, 24);
    let open = Effect::Open(Subject::Line(Target::Job(JobId(101))));
    assert_eq!(press(&mut model, &[letter('4'), KeyCode::Enter]), Some(open));
    model.opened(numbered(100));
    let scroll = |model: &Model| shown(model).unwrap().scroll;
    press(&mut model, &[KeyCode::Up]);
    assert_eq!(scroll(&model), 0);
    press(&mut model, &[KeyCode::PageDown, KeyCode::Down]);
    assert_eq!(scroll(&model), 11);
    model.opened(numbered(101));
    assert_eq!(scroll(&model), 11, "read again, it stays where it was");
    press(&mut model, &[KeyCode::End, KeyCode::Up]);
    assert_eq!(scroll(&model), 101 - 22 - 1);
    assert_eq!(press(&mut model, &[letter('r')]), Some(Effect::Retry(JobId(101))));
    press(&mut model, &[KeyCode::Esc]);
    assert_eq!((&model.screen, model.focus), (&Screen::Panes, Pane::Failures));
}

#[test]
fn page_at_its_end_stays_at_the_end() {
    let mut model = stage::model(80, 24);
    model.opened(numbered(100));
    press(&mut model, &[KeyCode::End]);
    model.opened(numbered(200));
    press(&mut model, &[KeyCode::Up]);
    assert_eq!(shown(&model).unwrap().scroll, 200 - 22 - 1);
}

#[test]
fn letters_open_warnings_logs_and_help() {
    let mut model = stage::model(80, 24);
    assert_eq!(press(&mut model, &[letter('w')]), Some(Effect::Open(Subject::Warnings)));
    assert_eq!(press(&mut model, &[letter('l')]), Some(Effect::Open(Subject::WorkerLogs)));
    assert_eq!(press(&mut model, &[letter('?')]), None);
    assert_eq!(shown(&model).unwrap().title, "Keys");
    assert_eq!(model.open_subject(), None, "it never changes");
}

#[test]
fn control_c_ends_everywhere_and_other_control_letters_do_nothing() {
    let mut model = stage::model(80, 24);
    let control = |letter| KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL);
    assert_eq!(model.key(control('q')), None);
    press(&mut model, &[letter('/')]);
    assert_eq!(model.key(control('c')), Some(Effect::Interrupt));
}

#[test]
fn escape_and_a_letter_are_two_keys_also_when_they_come_as_one() {
    let mut model = stage::model(80, 24);
    model.opened(numbered(3));
    let alt = KeyEvent::new(letter('3'), KeyModifiers::ALT);
    assert_eq!(model.key(alt), None);
    assert_eq!((&model.screen, model.focus), (&Screen::Panes, Pane::Workers));
    press(&mut model, &[letter('c')]);
    assert_eq!(model.key(KeyEvent::new(letter('y'), KeyModifiers::ALT)), None, "Esc was no yes");
    assert_eq!(model.prompt, None);
}
