//! Keys and fresh data change the model. What they ask of the queue is returned as an [`Effect`].

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::geometry::page_room;
use crate::help;
use crate::model::{Cancel, Model, Pane, Prompt, Screen, Source};
use crate::page::{Page, Subject};
use crate::snapshot::Target;

/// Lines that the keys for pages move by.
const LEAP: isize = 10;

/// What the model cannot do itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// End as the user wants.
    Quit,
    /// End as if interrupted.
    Interrupt,
    /// Read what a page shows.
    Open(Subject),
    /// Cancel a job or a build.
    Cancel(Cancel),
    /// Run a job again.
    Retry(clx_queue::JobId),
}

impl Model {
    /// Takes what was read; while the display is held, it waits.
    pub(crate) fn read(&mut self, source: Source) {
        if self.is_paused {
            self.held = Some(source);
        } else {
            self.source = source;
        }
    }

    /// Takes a page. One that is shown already keeps its place.
    pub(crate) fn opened(&mut self, mut page: Page) {
        if let Screen::Page(shown) = &self.screen
            && shown.subject == page.subject
        {
            page.scroll = shown.scroll;
        }
        self.screen = Screen::Page(page);
    }

    /// Returns what the page on the screen is about, if it changes with the queue.
    pub(crate) fn open_subject(&self) -> Option<&Subject> {
        match &self.screen {
            Screen::Page(page) if page.subject != Subject::Help && !self.is_paused => {
                Some(&page.subject)
            }
            Screen::Page(_) | Screen::Panes => None,
        }
    }

    /// Takes a key.
    pub(crate) fn key(&mut self, key: KeyEvent) -> Option<Effect> {
        if key.kind == KeyEventKind::Release {
            return None;
        }
        if key.modifiers.contains(KeyModifiers::ALT) {
            // Terminals send the same for Alt and a letter as for Esc and then the letter.
            let _nothing = self.key(KeyCode::Esc.into());
            return self.key(KeyEvent { modifiers: key.modifiers - KeyModifiers::ALT, ..key });
        }
        self.notice = None;
        let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('c') if is_control => return Some(Effect::Interrupt),
            KeyCode::Char(_) if is_control => return None,
            _ => {}
        }
        match self.prompt.take() {
            Some(Prompt::Cancel(cancel)) => answer(key.code, cancel),
            Some(Prompt::Filter) => {
                self.filter_key(key.code);
                None
            }
            None => match self.screen {
                Screen::Panes => self.panes_key(key.code),
                Screen::Page(_) => self.page_key(key.code),
            },
        }
    }

    fn filter_key(&mut self, key: KeyCode) {
        match key {
            KeyCode::Enter => return,
            KeyCode::Esc => {
                self.filter.clear();
                return;
            }
            KeyCode::Backspace => drop(self.filter.pop()),
            KeyCode::Char(letter) => self.filter.push(letter),
            _ => {}
        }
        self.prompt = Some(Prompt::Filter);
    }

    fn panes_key(&mut self, key: KeyCode) -> Option<Effect> {
        match key {
            KeyCode::Tab | KeyCode::Right => self.focus = self.focus.step(1),
            KeyCode::BackTab | KeyCode::Left => self.focus = self.focus.step(-1),
            KeyCode::Char(digit @ '1'..='5') => {
                let n = digit as usize - '1' as usize;
                self.focus = Pane::ALL[n];
            }
            KeyCode::Esc => self.filter.clear(),
            KeyCode::Char('/') => self.prompt = Some(Prompt::Filter),
            KeyCode::Enter => {
                return self.target().map(|target| Effect::Open(Subject::Line(target)));
            }
            key => match steps(key) {
                Some(by) => self.select(by),
                None => return self.common_key(key),
            },
        }
        None
    }

    fn page_key(&mut self, key: KeyCode) -> Option<Effect> {
        match key {
            KeyCode::Esc | KeyCode::Backspace => self.screen = Screen::Panes,
            key => match steps(key) {
                Some(by) => self.scroll(by),
                None => return self.common_key(key),
            },
        }
        None
    }

    /// Keys that do the same in the panes and on pages.
    fn common_key(&mut self, key: KeyCode) -> Option<Effect> {
        match key {
            KeyCode::Char('q') => return Some(Effect::Quit),
            KeyCode::Char('?') => self.opened(help::page()),
            KeyCode::Char('w') => return Some(Effect::Open(Subject::Warnings)),
            KeyCode::Char('l') => return Some(Effect::Open(Subject::WorkerLogs)),
            KeyCode::Char('p') => self.pause(),
            KeyCode::Char('c') => self.ask_to_cancel(),
            KeyCode::Char('r') => return self.retry(),
            _ => {}
        }
        None
    }

    fn pause(&mut self) {
        self.is_paused = !self.is_paused;
        if let Some(held) = self.held.take() {
            self.source = held;
        }
    }

    /// Returns what keys are about: the page, or the selected line.
    fn current(&self) -> Option<Target> {
        match &self.screen {
            Screen::Page(Page { subject: Subject::Line(target), .. }) => Some(target.clone()),
            Screen::Page(_) => None,
            Screen::Panes => self.target(),
        }
    }

    fn ask_to_cancel(&mut self) {
        match self.current() {
            Some(Target::Job(job)) => self.prompt = Some(Prompt::Cancel(Cancel::Job(job))),
            Some(Target::Build(build)) => self.prompt = Some(Prompt::Cancel(Cancel::Build(build))),
            Some(Target::Kind(_) | Target::Event(_)) | None => {
                self.notice = Some("select a job or a build to cancel it".to_owned());
            }
        }
    }

    fn retry(&mut self) -> Option<Effect> {
        if let Some(Target::Job(job)) = self.current() {
            return Some(Effect::Retry(job));
        }
        self.notice = Some("select a job to run it again".to_owned());
        None
    }

    fn select(&mut self, by: isize) {
        let mut rows = self.rows(self.focus);
        let Some(last) = rows.len().checked_sub(1) else { return };
        let to = self.position(self.focus, &rows).saturating_add_signed(by).min(last);
        self.selected.insert(self.focus, (to, rows.swap_remove(to).target));
    }

    fn scroll(&mut self, by: isize) {
        let (columns, lines) = page_room(self.size);
        if let Screen::Page(page) = &mut self.screen {
            let end = page.wrapped(columns).len().saturating_sub(lines);
            let to = page.scroll.min(end).saturating_add_signed(by);
            // At the end it stays at the end, also when the page grows.
            page.scroll = if to >= end && by > 0 && end > 0 { usize::MAX } else { to.min(end) };
        }
    }
}

fn answer(key: KeyCode, cancel: Cancel) -> Option<Effect> {
    matches!(key, KeyCode::Char('y' | 'Y')).then_some(Effect::Cancel(cancel))
}

/// Returns by how many lines a key moves.
fn steps(key: KeyCode) -> Option<isize> {
    Some(match key {
        KeyCode::Down | KeyCode::Char('j') => 1,
        KeyCode::Up | KeyCode::Char('k') => -1,
        KeyCode::PageDown | KeyCode::Char(' ') => LEAP,
        KeyCode::PageUp => -LEAP,
        KeyCode::Home | KeyCode::Char('g') => isize::MIN,
        KeyCode::End | KeyCode::Char('G') => isize::MAX,
        _ => return None,
    })
}
