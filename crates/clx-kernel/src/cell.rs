//! One cell on its way: which messages are its own, what they mean, and when it has ended. Principal
//! type: [`CellState`].

use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use crate::channels::{Received, is_idle};
use crate::execution::LimitScope;
use crate::observer::RunObserver;
use crate::outputs::Outputs;
use crate::wire::Message;

/// How long after its reply a kernel is believed to be idle without saying so: it may have dropped
/// that message, as publishers do when a cell floods them.
const LOST_IDLE: Duration = Duration::from_secs(4);

/// How long output is waited for after the end, at most: a cell can leave something behind that
/// prints for ever.
const DRAIN_LIMIT: Duration = Duration::from_secs(2);

/// How long nothing may have arrived before a cell that wants input is given up.
const INPUT_DRAIN: Duration = Duration::from_millis(50);

/// How many characters of a line an observer is told.
const LINE_LENGTH: usize = 200;

/// When a cell must have ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Deadline {
    pub(crate) at: Instant,
    pub(crate) limit: Duration,
    pub(crate) scope: LimitScope,
}

impl Deadline {
    /// A limit beyond the clock's range is none.
    pub(crate) fn after(limit: Duration, scope: LimitScope) -> Option<Self> {
        Some(Self { at: Instant::now().checked_add(limit)?, limit, scope })
    }
}

/// An error of a cell's code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CellError {
    pub(crate) ename: String,
    pub(crate) evalue: String,
    pub(crate) traceback: Vec<String>,
}

impl CellError {
    /// Reads the content of an `error` or of a reply; what is missing is empty.
    fn of(content: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let lines = content["traceback"].as_array().map(Vec::as_slice).unwrap_or_default();
        Self {
            ename: text(&content["ename"]),
            evalue: text(&content["evalue"]),
            traceback: lines.iter().map(text).collect(),
        }
    }

    fn of_input(prompt: &str) -> Self {
        Self {
            ename: "InputNotAvailable".to_owned(),
            evalue: format!("the cell asks for input ({prompt:?}), but nobody types in a build"),
            traceback: Vec::new(),
        }
    }
}

/// The cell that runs.
#[derive(Debug)]
pub(crate) struct CellState {
    index: usize,
    /// The `msg_id` of its request.
    parent: String,
    /// How long nothing may have arrived before its output is complete.
    drain: Duration,
    pub(crate) deadline: Option<Deadline>,
    pub(crate) is_interrupted: bool,
    pub(crate) error: Option<CellError>,
    /// Wants input: it never ends by itself.
    pub(crate) wants_input: bool,
    is_idle: bool,
    has_reply: bool,
    last_message: Instant,
    /// When idle and reply had both been seen, or an input request.
    ended: Option<Instant>,
}

impl CellState {
    pub(crate) fn new(
        index: usize,
        parent: String,
        drain: Duration,
        deadline: Option<Deadline>,
    ) -> Self {
        Self {
            index,
            parent,
            drain,
            deadline,
            is_interrupted: false,
            error: None,
            wants_input: false,
            is_idle: false,
            has_reply: false,
            last_message: Instant::now(),
            ended: None,
        }
    }

    /// Tells whether all output has been seen, as far as one can know.
    pub(crate) fn is_complete(&self) -> bool {
        self.complete_at().is_some_and(|at| at <= Instant::now())
    }

    /// Returns when to look again although no message came.
    pub(crate) fn wake_at(&self) -> Option<Instant> {
        let deadline = self.deadline.map(|deadline| deadline.at);
        self.complete_at().into_iter().chain(deadline).min()
    }

    fn complete_at(&self) -> Option<Instant> {
        match self.ended {
            Some(ended) => Some((self.last_message + self.drain).min(ended + DRAIN_LIMIT)),
            None => self.has_reply.then(|| self.last_message + LOST_IDLE),
        }
    }

    /// Takes a message; those that answer other requests are ignored.
    pub(crate) fn take(
        &mut self,
        received: Received,
        outputs: &mut Outputs,
        observer: &mut dyn RunObserver,
    ) {
        let is_ours = |message: &Message| message.parent_id.as_ref() == Some(&self.parent);
        match received {
            Received::Shell(message) if is_ours(&message) => self.take_reply(&message, outputs),
            Received::Iopub(message) if is_ours(&message) => {
                self.take_output(message, outputs, observer);
            }
            Received::Stdin(message) if is_ours(&message) => self.take_input_request(&message),
            Received::Shell(_) | Received::Iopub(_) | Received::Stdin(_) => return,
        }
        self.last_message = Instant::now();
        if self.is_idle && self.has_reply {
            self.ended.get_or_insert(self.last_message);
        }
    }

    fn take_reply(&mut self, message: &Message, outputs: &mut Outputs) {
        if message.msg_type != "execute_reply" {
            return;
        }
        self.has_reply = true;
        outputs.count(&message.content["execution_count"]);
        let status = message.content["status"].as_str();
        if matches!(status, Some("error" | "aborted")) && self.error.is_none() {
            self.error = Some(CellError::of(&message.content));
        }
    }

    fn take_input_request(&mut self, message: &Message) {
        self.wants_input = true;
        // What was printed before may come after, through the other socket.
        self.drain = self.drain.max(INPUT_DRAIN);
        self.ended = Some(Instant::now());
        let prompt = message.content["prompt"].as_str().unwrap_or_default();
        self.error = Some(CellError::of_input(prompt));
    }

    fn take_output(
        &mut self,
        message: Message,
        outputs: &mut Outputs,
        observer: &mut dyn RunObserver,
    ) {
        self.is_idle |= is_idle(&message);
        let Message { msg_type, mut content, dropped_bytes, .. } = message;
        let content = &mut content;
        match msg_type.as_str() {
            "error" => {
                let error = CellError::of(content);
                outputs.error(&error.ename, &error.evalue, &error.traceback);
                self.error = Some(error);
            }
            "stream" => {
                let text = content["text"].as_str().unwrap_or_default();
                outputs.stream(content["name"].as_str().unwrap_or("stdout"), text);
                if let Some(line) = last_line(text) {
                    observer.output_line(self.index, line);
                }
                if dropped_bytes > 0 {
                    outputs.overflow();
                }
            }
            "display_data" | "execute_result" | "update_display_data" if dropped_bytes > 0 => {
                outputs.overflow();
            }
            "display_data" | "execute_result" => outputs.display(&msg_type, content),
            "update_display_data" => outputs.update(content),
            "clear_output" => outputs.clear(content["wait"].as_bool().unwrap_or_default()),
            "execute_input" => outputs.count(&content["execution_count"]),
            _ => {}
        }
    }
}

/// Returns the last line that is not blank, cut to [`LINE_LENGTH`].
fn last_line(text: &str) -> Option<&str> {
    let line = text.rsplit(['\n', '\r']).map(str::trim).find(|line| !line.is_empty())?;
    Some(line.char_indices().nth(LINE_LENGTH).map_or(line, |(end, _)| &line[..end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_line_is_not_blank_and_not_long() {
        let check = |text: &str, line: Option<&str>| assert_eq!(last_line(text), line);
        check("", None);
        check(" \n\n", None);
        check("one\ntwo\n", Some("two"));
        check("10 %\r20 %\r", Some("20 %"));
        check(&"ä".repeat(300), Some(&"ä".repeat(200)));
    }
}
