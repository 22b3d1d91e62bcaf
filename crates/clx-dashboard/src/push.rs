//! Tells open pages when something changed. Principal type: [`Pusher`].

use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use clx_serve::{Bytes, event, heartbeat};
use serde_json::{Value, json};

use crate::api;
use crate::dashboard::Site;
use crate::problem::Problem;

/// How often is looked whether the file changed: pages get no more news than that.
const PACE: Duration = Duration::from_millis(250);

/// A look at a file that did not change: leases run out and processes die without a change.
const LOOK: Duration = Duration::from_secs(5);

/// A sign of life where nothing else is told.
const SILENCE: Duration = Duration::from_secs(15);

/// A thread that looks for changes as long as somebody listens; dropped, it ends.
pub(crate) struct Pusher {
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Pusher {
    pub(crate) fn start(site: Arc<Site>) -> Self {
        let (stop, stopped) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let mut watch = Watch::new(&site);
            while stopped.recv_timeout(PACE) == Err(mpsc::RecvTimeoutError::Timeout) {
                if site.broadcast.has_listeners() {
                    watch.look();
                }
            }
        });
        Self { stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Pusher {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // If it panicked, pages were not told of changes; there is nobody left to tell now.
            let _ended = thread.join();
        }
    }
}

struct Watch<'a> {
    site: &'a Site,
    counter: Option<u64>,
    looked: Instant,
    told: Instant,
    last: Vec<(&'static str, Value)>,
}

impl<'a> Watch<'a> {
    fn new(site: &'a Site) -> Self {
        let now = Instant::now();
        Self { site, counter: None, looked: now, told: now, last: Vec::new() }
    }

    fn look(&mut self) {
        let counter = self.site.queue.change_counter().ok();
        if counter.is_some() && counter == self.counter && self.looked.elapsed() < LOOK {
            if self.told.elapsed() >= SILENCE {
                self.tell(&heartbeat());
            }
            return;
        }
        let has_changed = counter != self.counter;
        (self.counter, self.looked) = (counter, Instant::now());
        let news = news(self.site);
        for (name, data) in &news {
            let before = self.last.iter().find(|(known, _)| known == name);
            let is_new = before.is_none_or(|(_, before)| match has_changed {
                true => before != data,
                // Time passes by itself; what is made of it may differ.
                false => {
                    ["status", "warnings", "errors"].iter().any(|key| before[key] != data[key])
                }
            });
            if is_new {
                self.tell(&event(name, counter.map(|n| n.to_string()).as_deref(), data));
            }
        }
        self.last = news;
    }

    fn tell(&mut self, message: &Bytes) {
        self.site.broadcast.tell(message);
        self.told = Instant::now();
    }
}

/// Returns what listeners are told at this moment.
pub(crate) fn news(site: &Site) -> Vec<(&'static str, Value)> {
    let read = || -> Result<_, Problem> {
        site.queue.change_counter()?;
        let overview = site.overview()?;
        let jobs = json!({ "queue": overview.queue, "failures": overview.failures });
        let builds = json!({ "builds": overview.builds });
        Ok(vec![("status", api::status(site, &overview)), ("jobs", jobs), ("builds", builds)])
    };
    read().unwrap_or_else(|problem| vec![("status", api::problem_json(&problem))])
}
