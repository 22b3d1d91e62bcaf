//! What handles tell each other by NOTIFY: whom to wake. Principal type: [`Notices`].
//!
//! A message is the sender's name and words: `r7.3.2` two jobs of session 7 and type 3 became ready,
//! `f7` jobs of session 7 ended, `w9` worker 9 has something to know. It only makes its receiver look,
//! so a forged one costs a look and a lost one a safety poll.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use clx_queue::{SessionId, WorkerId};

use crate::hub::{JobType, Topic};

/// Bytes of a message at most; the server refuses 8,000.
const MOST: usize = 7_900;

/// Topics and for how many there is something, summed up until they are sent.
#[derive(Debug, Default)]
pub(crate) struct Notices {
    topics: BTreeMap<Topic, usize>,
}

impl Notices {
    pub(crate) fn add(&mut self, topic: Topic, n: usize) {
        let sum = self.topics.entry(topic).or_default();
        *sum = sum.saturating_add(n);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.topics.is_empty()
    }

    /// Writes them as messages of a sender.
    pub(crate) fn messages(&self, sender: &str) -> Vec<String> {
        let mut messages = Vec::new();
        let mut message = sender.to_owned();
        for (&topic, &n) in &self.topics {
            let word = word(topic, n);
            if message.len() + 1 + word.len() > MOST {
                messages.push(std::mem::replace(&mut message, sender.to_owned()));
            }
            message.push(' ');
            message.push_str(&word);
        }
        messages.push(message);
        messages
    }
}

fn word(topic: Topic, n: usize) -> String {
    let mut word = String::new();
    // Writing to a text cannot fail.
    let _written = match topic {
        Topic::Ready(session, job_type) => write!(word, "r{session}.{}.{n}", job_type.0),
        Topic::Finished(session) => write!(word, "f{session}"),
        Topic::Worker(worker) => write!(word, "w{worker}"),
    };
    word
}

/// Reads a message; nothing if this handle sent it. Words that it does not know are passed over, as a
/// newer program may send them.
pub(crate) fn read(message: &str, own: &str) -> Vec<(Topic, usize)> {
    let mut words = message.split(' ');
    if words.next() == Some(own) {
        return Vec::new();
    }
    words.filter_map(read_word).collect()
}

fn read_word(word: &str) -> Option<(Topic, usize)> {
    let (tag, rest) = word.split_at_checked(1)?;
    match tag {
        "r" => {
            let mut numbers = rest.split('.');
            let session = SessionId(numbers.next()?.parse().ok()?);
            let job_type = JobType(numbers.next()?.parse().ok()?);
            Some((Topic::Ready(session, job_type), numbers.next()?.parse().ok()?))
        }
        "f" => Some((Topic::Finished(SessionId(rest.parse().ok()?)), usize::MAX)),
        "w" => Some((Topic::Worker(WorkerId(rest.parse().ok()?)), usize::MAX)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_read_back_and_keep_to_the_limit() {
        let mut notices = Notices::default();
        for id in 1..=1000 {
            notices.add(Topic::Ready(SessionId(id), JobType(3)), 2);
            notices.add(Topic::Ready(SessionId(id), JobType(3)), 5);
        }
        notices.add(Topic::Finished(SessionId(7)), 1);
        notices.add(Topic::Worker(WorkerId(9)), 1);
        let messages = notices.messages("me");
        assert!(messages.len() > 1 && messages.iter().all(|message| message.len() <= MOST));
        let back: Vec<_> = messages.iter().flat_map(|message| read(message, "you")).collect();
        assert_eq!(back.len(), 1002);
        assert_eq!(back[0], (Topic::Ready(SessionId(1), JobType(3)), 7));
        assert_eq!(
            back[1000..],
            [(Topic::Finished(SessionId(7)), usize::MAX), (Topic::Worker(WorkerId(9)), usize::MAX),]
        );
        assert_eq!(read(&messages[0], "me"), []);
    }

    #[test]
    fn garbage_is_passed_over() {
        for garbage in ["", "x", "x r1", "x r1.2", "x ra.b.c", "x z1", "x é", "x f", "x  "] {
            assert_eq!(read(garbage, "me"), [], "{garbage}");
        }
    }
}
