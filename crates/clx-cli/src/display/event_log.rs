//! Where events of builds are written as JSON lines, as documented in `docs/reference/events.md`.
//! Principal types: [`EventLog`], [`BuildLog`].

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Instant;

use serde::Serialize;

use super::events::{self, Ending, Event};
use crate::args::build::OutputMode;
use crate::exit::Exit;
use crate::settings::DisplaySettings;

/// Stands for standard output.
const STDOUT: &str = "-";

/// Takes the events of all builds of this process, if they are wanted.
pub(crate) struct EventLog {
    sink: Option<Rc<Sink>>,
}

/// Writes the events of one build. If nobody else has ended it, it does so itself.
pub(crate) struct BuildLog {
    sink: Option<Rc<Sink>>,
    begin: Instant,
    has_ended: Cell<bool>,
}

struct Sink {
    /// Where events go, as people see it.
    target: String,
    /// `None` once it has failed.
    writer: RefCell<Option<Box<dyn Write>>>,
}

/// One line: an event and when it was.
#[derive(Serialize)]
struct Line {
    #[serde(flatten)]
    event: Event,
    elapsed_seconds: f64,
}

/// Why events cannot be written at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EventLogError {
    /// Two things would be printed on standard output.
    #[error(
        "`--events -` and this output mode both print on standard output\n  \
         hint: write the events to a file, such as `--events build.jsonl`"
    )]
    Shared,
    /// The file cannot be made.
    #[error("no events can be written to {}", path.display())]
    Open { path: PathBuf, source: io::Error },
}

/// Events cannot be written any more.
#[derive(Debug, thiserror::Error)]
#[error("{target} gets no more events, but the build goes on: {reason}")]
pub(crate) struct EventsLost {
    target: String,
    reason: io::Error,
}

impl EventLogError {
    /// Returns the exit status of a command that is refused because of it.
    pub(crate) const fn exit(&self) -> Exit {
        match self {
            Self::Shared => Exit::Usage,
            Self::Open { .. } => Exit::Environment,
        }
    }
}

impl EventLog {
    /// Begins the file anew, if one is wanted.
    pub(crate) fn open(args: &DisplaySettings) -> Result<Self, EventLogError> {
        let Some(path) = args.events.clone() else { return Ok(Self { sink: None }) };
        let (target, writer): (String, Box<dyn Write>) = if path == Path::new(STDOUT) {
            if matches!(args.output_mode, OutputMode::Json | OutputMode::Github) {
                return Err(EventLogError::Shared);
            }
            ("standard output".to_owned(), Box::new(io::stdout()))
        } else {
            match File::create(&path) {
                Ok(file) => (path.display().to_string(), Box::new(file)),
                Err(source) => return Err(EventLogError::Open { path, source }),
            }
        };
        let writer = RefCell::new(Some(writer));
        Ok(Self { sink: Some(Rc::new(Sink { target, writer })) })
    }

    /// Takes the events of a build that begins now.
    pub(super) fn of_build(&self) -> BuildLog {
        let has_ended = Cell::new(false);
        BuildLog { sink: self.sink.clone(), begin: Instant::now(), has_ended }
    }
}

impl BuildLog {
    /// Writes the line of an event. Fails once; after that there is nothing to write to.
    pub(super) fn write(&self, event: impl FnOnce() -> Event) -> Result<(), EventsLost> {
        let Some(sink) = &self.sink else { return Ok(()) };
        let mut writer = sink.writer.borrow_mut();
        let Some(open) = writer.as_mut() else { return Ok(()) };
        let line = Line { event: event(), elapsed_seconds: self.begin.elapsed().as_secs_f64() };
        self.has_ended.set(self.has_ended.get() || line.event.name == events::END);
        let mut text = serde_json::to_vec(&line).expect("texts and numbers are always JSON");
        text.push(b'\n');
        let Err(reason) = open.write_all(&text).and_then(|()| open.flush()) else {
            return Ok(());
        };
        *writer = None;
        Err(EventsLost { target: sink.target.clone(), reason })
    }
}

impl Drop for BuildLog {
    fn drop(&mut self) {
        if !self.has_ended.get() {
            let message = "the build ended early; standard error tells why";
            let ending = Ending::Fatal { message, found: &[], exit: Exit::Bug };
            // There is nobody left who could be told.
            let _lost = self.write(|| events::end(&ending));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was written, and how much more can be.
    #[derive(Clone, Default)]
    struct Page(Rc<RefCell<Vec<u8>>>, usize);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut page = self.0.borrow_mut();
            let n_bytes = bytes.len().min(self.1 - page.len());
            page.extend(&bytes[..n_bytes]);
            if n_bytes == 0 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(n_bytes) }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn log_on(page: &Page) -> EventLog {
        let writer: Box<dyn Write> = Box::new(page.clone());
        let sink = Sink { target: "page".to_owned(), writer: RefCell::new(Some(writer)) };
        EventLog { sink: Some(Rc::new(sink)) }
    }

    fn names(page: &Page) -> Vec<String> {
        let text = String::from_utf8(page.0.borrow().clone()).unwrap();
        let name = |line| serde_json::from_str::<serde_json::Value>(line).unwrap()["event"].clone();
        text.lines().map(|line| name(line).as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn build_that_nobody_ends_ends_itself() {
        let page = Page(Rc::default(), 10_000);
        let log = log_on(&page);
        let build = log.of_build();
        build.write(|| events::course("Kurs")).unwrap();
        drop(build);
        assert_eq!(names(&page), ["course", "end"]);
        let build = log.of_build();
        build.write(|| events::end(&Ending::Outdated)).unwrap();
        drop(build);
        assert_eq!(names(&page), ["course", "end", "end"]);
    }

    #[test]
    fn failure_is_told_once() {
        let page = Page(Rc::default(), 10);
        let build = log_on(&page).of_build();
        let lost = build.write(|| events::course("Kurs")).unwrap_err();
        assert!(lost.to_string().starts_with("page gets no more events, but the build goes on: "));
        build.write(|| events::course("Kurs")).unwrap();
        assert_eq!(page.0.borrow().len(), 10, "nothing more is tried");
    }
}
