//! The loop of the monitor. Principal function: [`run`].

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clx_core::{Clock, SystemClock};
use clx_queue::Place;
use clx_status::IsDead;

use crate::act;
use crate::model::{Model, Source};
use crate::page::Subject;
use crate::pages::{self, Sources};
use crate::screen::{Awaited, Terminal};
use crate::theme::Theme;
use crate::update::Effect;
use crate::view;
use crate::watched::{Open, Watched};

/// How often clocks on the screen move.
const TICK: Duration = Duration::from_secs(1);

/// What to look at and how.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the queue is.
    pub queue: Place,
    /// The directory of the log files of worker processes; it need not exist.
    pub logs: PathBuf,
    /// How often to look whether the queue changed.
    pub refresh: Duration,
    /// Whether to use colours.
    pub is_coloured: bool,
}

/// Why the monitor ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The user wanted it.
    Quit,
    /// Ctrl+C or a signal.
    Interrupted,
}

/// Why the monitor cannot work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MonitorError {
    /// The terminal cannot be used.
    #[error("the terminal cannot be used")]
    Terminal(#[from] std::io::Error),
}

/// Shows the queue that `open` opens until the user ends it. `is_dead` tells whether the owner of a build has died. Takes the
/// terminal of this process, and leaves it as it was whatever happens.
///
/// # Errors
/// [`MonitorError::Terminal`]. A queue that cannot be read is shown as such, and tried again.
pub fn run(settings: &Settings, open: Open<'_>, is_dead: IsDead<'_>) -> Result<End, MonitorError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let mut terminal = Terminal::enter()?;
    let model = Model::new(name(&settings.queue), clock.now(), terminal.size()?);
    let watched = Watched::new(open, settings.logs.clone(), Arc::clone(&clock), is_dead);
    let theme = Theme { is_coloured: settings.is_coloured };
    let next_look = Instant::now();
    Monitor { model, watched, clock, is_dead, theme, next_look }
        .run(&mut terminal, settings.refresh)
}

/// Returns what people call a queue: the course whose it is, or else its file.
fn name(place: &Place) -> String {
    let Place::File(queue) = place else { return place.to_string() };
    let course = queue.parent().filter(|directory| directory.file_name() == Some(".clx".as_ref()));
    course.and_then(Path::parent).unwrap_or(queue).display().to_string()
}

struct Monitor<'a> {
    model: Model,
    watched: Watched<'a>,
    clock: Arc<dyn Clock>,
    is_dead: IsDead<'a>,
    theme: Theme,
    next_look: Instant,
}

impl Monitor<'_> {
    fn run(mut self, terminal: &mut Terminal, refresh: Duration) -> Result<End, MonitorError> {
        let mut is_stale = true;
        loop {
            let now = Instant::now();
            if now >= self.next_look {
                is_stale |= self.look();
                self.next_look = now + refresh;
            }
            self.model.now = self.clock.now();
            if is_stale || self.model.ticks() {
                self.model.size = terminal.size()?;
                terminal.draw(|frame| view::draw(frame, &self.model, self.theme))?;
            }
            let left = self.next_look.saturating_duration_since(Instant::now());
            let limit = if self.model.ticks() { left.min(TICK) } else { left };
            is_stale = true;
            match terminal.wait(limit)? {
                Awaited::Key(key) => match self.model.key(key) {
                    Some(Effect::Quit) => return Ok(End::Quit),
                    Some(Effect::Interrupt) => return Ok(End::Interrupted),
                    Some(effect) => self.perform(&effect),
                    None => {}
                },
                Awaited::Resized => {}
                Awaited::Nothing => is_stale = false,
                Awaited::Stop => return Ok(End::Interrupted),
            }
        }
    }

    /// Takes what changed in the queue; false if nothing did.
    fn look(&mut self) -> bool {
        let Some(source) = self.watched.look() else {
            // Log files are no part of the queue.
            return match self.model.open_subject() {
                Some(Subject::WorkerLogs) => {
                    self.open(&Subject::WorkerLogs);
                    true
                }
                Some(_) | None => false,
            };
        };
        self.model.read(source);
        if let Some(subject) = self.model.open_subject().cloned() {
            self.open(&subject);
        }
        true
    }

    /// Does what the model asks of the queue.
    fn perform(&mut self, effect: &Effect) {
        let Some(queue) = self.watched.queue() else { return };
        let said = match effect {
            Effect::Quit | Effect::Interrupt => return,
            Effect::Open(subject) => return self.open(subject),
            Effect::Cancel(cancel) => act::cancel(queue, *cancel),
            Effect::Retry(job) => act::retry(queue, *job, self.clock.now(), self.is_dead),
        };
        self.model.notice = Some(said.unwrap_or_else(|error| error.to_string()));
        self.next_look = Instant::now();
    }

    /// Reads a page and shows it, or why it cannot be read.
    fn open(&mut self, subject: &Subject) {
        let (Some(queue), Source::Open(snapshot)) = (self.watched.queue(), &self.model.source)
        else {
            return;
        };
        let (now, is_dead) = (self.clock.now(), self.is_dead);
        let sources = Sources { queue, snapshot, logs: self.watched.reader.logs(), now, is_dead };
        match pages::read(subject, &sources) {
            Ok(page) => self.model.opened(page),
            Err(error) => self.model.notice = Some(error.to_string()),
        }
    }
}
