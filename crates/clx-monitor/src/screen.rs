//! The terminal: raw mode and alternate screen while it is ours, as it was before in any case after.
//! Principal type: [`Terminal`].

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossterm::event::{self, Event, KeyEvent};
use ratatui::{DefaultTerminal, Frame};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::{SigId, flag, low_level};

/// How soon a signal is noticed while no key is pressed.
const SIGNAL_CHECK: Duration = Duration::from_millis(250);

/// What ends a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Awaited {
    /// A key was pressed.
    Key(KeyEvent),
    /// The terminal has another size now.
    Resized,
    /// The time is over.
    Nothing,
    /// A signal asks to end, or the terminal is gone.
    Stop,
}

/// The terminal of this process while the monitor has it.
///
/// When dropped it is as before: also after an error, and while a panic unwinds. A panic's message is
/// printed after that, where it can be read.
pub(crate) struct Terminal {
    terminal: DefaultTerminal,
    signals: Signals,
    _restore: Restore,
}

impl Terminal {
    /// Takes the terminal.
    pub(crate) fn enter() -> io::Result<Self> {
        let signals = Signals::register()?;
        // Made first: what was begun is undone even if the rest fails.
        let restore = Restore;
        let terminal = ratatui::try_init()?;
        Ok(Self { terminal, signals, _restore: restore })
    }

    /// Returns columns and lines.
    pub(crate) fn size(&self) -> io::Result<(u16, u16)> {
        let size = self.terminal.size()?;
        Ok((size.width, size.height))
    }

    /// Draws a frame; only what changed is written.
    pub(crate) fn draw(&mut self, view: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(view).map(|_| ())
    }

    /// Waits for a key, a new size or a signal, at most for some time.
    pub(crate) fn wait(&self, limit: Duration) -> io::Result<Awaited> {
        let deadline = std::time::Instant::now() + limit;
        loop {
            if self.signals.has_come() {
                return Ok(Awaited::Stop);
            }
            let left = deadline.saturating_duration_since(std::time::Instant::now());
            if left.is_zero() {
                return Ok(Awaited::Nothing);
            }
            if event::poll(left.min(SIGNAL_CHECK))? {
                match event::read()? {
                    Event::Key(key) => return Ok(Awaited::Key(key)),
                    Event::Resize(_, _) => return Ok(Awaited::Resized),
                    Event::FocusGained | Event::FocusLost | Event::Mouse(_) | Event::Paste(_) => {}
                }
            }
        }
    }
}

/// Leaves the alternate screen and the raw mode when dropped.
struct Restore;

impl Drop for Restore {
    fn drop(&mut self) {
        // The hook of `try_init` has restored before it printed the panic's message; to leave the
        // alternate screen twice would put the cursor before the message.
        if !std::thread::panicking() {
            // A terminal that is gone needs nothing.
            let _gone = ratatui::try_restore();
        }
    }
}

/// Notes the signals that end a program.
struct Signals {
    came: Arc<AtomicBool>,
    ids: Vec<SigId>,
}

impl Signals {
    fn register() -> io::Result<Self> {
        let mut this = Self { came: Arc::default(), ids: Vec::new() };
        for signal in [SIGTERM, SIGHUP, SIGINT] {
            this.ids.push(flag::register(signal, Arc::clone(&this.came))?);
        }
        Ok(this)
    }

    fn has_come(&self) -> bool {
        self.came.load(Ordering::SeqCst)
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        for id in self.ids.drain(..) {
            low_level::unregister(id);
        }
    }
}
