//! Who listens, and what they have been told. Principal type: [`Hub`].

use std::collections::VecDeque;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

use hyper::body::Bytes;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::broadcast::{Broadcast, event};

/// Changes that are kept for those who come back.
const KEPT: usize = 256;

/// Takes announcements and passes them on.
#[derive(Debug)]
pub(crate) struct Hub {
    /// Tells this server from one that had the same port before.
    name: String,
    state: Mutex<State>,
    listeners: Broadcast,
}

#[derive(Debug)]
struct State {
    /// The number of the last change.
    last: u64,
    /// The changes before and with it.
    changes: VecDeque<Vec<String>>,
    problems: Value,
}

impl Hub {
    pub(crate) fn new() -> Self {
        let state = State { last: 0, changes: VecDeque::new(), problems: json!([]) };
        // Keys of hash maps are random, and differ from one to the next.
        let name = format!("{:x}", RandomState::new().build_hasher().finish());
        Self { name, state: Mutex::new(state), listeners: Broadcast::default() }
    }

    /// Returns the name of what a page that is read now has seen.
    pub(crate) fn version(&self) -> String {
        format!("{}-{}", self.name, self.lock().last)
    }

    /// Tells everybody that there is something new at these paths.
    pub(crate) fn changed(&self, paths: Vec<String>) {
        if paths.is_empty() {
            return;
        }
        let mut state = self.lock();
        state.last += 1;
        let message = self.reload(state.last, &json!(paths));
        state.changes.push_back(paths);
        if state.changes.len() > KEPT {
            state.changes.pop_front();
        }
        self.listeners.tell(&message);
    }

    /// Tells everybody which problems there are now.
    pub(crate) fn problems(&self, problems: Value) {
        let mut state = self.lock();
        if state.problems != problems {
            let message = event("problems", None, &problems);
            state.problems = problems;
            self.listeners.tell(&message);
        }
    }

    /// Adds a listener that has seen everything up to a version.
    pub(crate) fn listen(&self, seen: Option<&str>) -> mpsc::Receiver<Bytes> {
        // Locked until it listens: it misses nothing and gets nothing twice.
        let state = self.lock();
        let missed = self.missed(&state, seen).map(|missed| self.reload(state.last, &missed));
        let problems = event("problems", None, &state.problems);
        self.listeners.listen(&missed.into_iter().chain([problems]).collect::<Vec<_>>())
    }

    /// Returns the paths that changed after a version; null, which stands for all, if that is not known.
    fn missed(&self, state: &State, seen: Option<&str>) -> Option<Value> {
        let number = seen?.rsplit_once('-').filter(|(name, _)| *name == self.name);
        let number = number.and_then(|(_, number)| number.parse::<u64>().ok());
        let missed = number.and_then(|number| state.last.checked_sub(number));
        let Some(missed) = missed.and_then(|n| usize::try_from(n).ok()) else {
            return Some(Value::Null);
        };
        match state.changes.len().checked_sub(missed) {
            _ if missed == 0 => None,
            Some(known) => Some(state.changes.iter().skip(known).flatten().cloned().collect()),
            None => Some(Value::Null),
        }
    }

    fn reload(&self, number: u64, paths: &Value) -> Bytes {
        event("reload", Some(&format!("{}-{number}", self.name)), paths)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::broadcast::BEHIND;

    fn take(listener: &mut mpsc::Receiver<Bytes>) -> String {
        let mut text = String::new();
        while let Ok(bytes) = listener.try_recv() {
            text.push_str(std::str::from_utf8(&bytes).unwrap());
        }
        text
    }

    fn path(text: &str) -> Vec<String> {
        vec![text.to_owned()]
    }

    const NO_PROBLEMS: &str = "retry: 500\n\nevent: problems\ndata: []\n\n";

    #[test]
    fn listener_is_told_what_comes() {
        let hub = Hub::new();
        let mut listener = hub.listen(Some(&hub.version()));
        assert_eq!(take(&mut listener), NO_PROBLEMS);
        hub.changed(path("/a"));
        let id = hub.version();
        assert_eq!(take(&mut listener), format!("event: reload\nid: {id}\ndata: [\"/a\"]\n\n"));
        hub.problems(json!([{"message": "no"}]));
        hub.problems(json!([{"message": "no"}]));
        assert_eq!(take(&mut listener), "event: problems\ndata: [{\"message\":\"no\"}]\n\n");
    }

    #[test]
    fn who_comes_back_is_told_what_was_missed() {
        let hub = Hub::new();
        let seen = hub.version();
        hub.changed(path("/a"));
        hub.changed(path("/b"));
        assert!(take(&mut hub.listen(Some(&seen))).contains("data: [\"/a\",\"/b\"]\n"));
        assert_eq!(take(&mut hub.listen(Some(&hub.version()))), NO_PROBLEMS);
        assert_eq!(take(&mut hub.listen(None)), NO_PROBLEMS, "nothing is known of this one");
    }

    #[test]
    fn who_was_away_too_long_is_told_that_anything_may_be_new() {
        let hub = Hub::new();
        let seen = hub.version();
        (0..=KEPT).for_each(|_| hub.changed(path("/a")));
        for version in [seen.as_str(), "other-3", "nonsense"] {
            assert!(take(&mut hub.listen(Some(version))).contains("data: null\n"), "{version}");
        }
    }

    #[test]
    fn who_does_not_read_is_given_up() {
        let hub = Hub::new();
        let listener = hub.listen(None);
        (0..=BEHIND).for_each(|_| hub.changed(path("/a")));
        assert!(listener.is_closed(), "its connection ends, and it comes back");
    }
}
