//! The thread that watches. Principal type: [`Watcher`].

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::io::Errno;

use crate::batch::Batch;
use crate::change::Change;
use crate::error::WatchError;
use crate::options::WatchOptions;
use crate::tree::Tree;

/// What a watcher tells.
pub type News = Result<Change, WatchError>;

/// Watches until it is dropped.
///
/// ```no_run
/// use clx_watch::{WatchOptions, Watcher};
///
/// let (sender, news) = std::sync::mpsc::channel();
/// let options = WatchOptions::new("slides".as_ref());
/// let _watcher = Watcher::start(options, move |change| drop(sender.send(change)))?;
/// for path in news.recv()??.paths() {
///     println!("{} changed", path.display());
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Watcher {
    stop: Arc<OwnedFd>,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Begins to watch: what changes from now on is told, on a thread of the watcher. After a
    /// [`WatchError::Gone`] nothing more is told, after other errors what is still watched.
    ///
    /// # Errors
    /// [`WatchError`].
    pub fn start(
        options: WatchOptions,
        on_news: impl FnMut(News) + Send + 'static,
    ) -> Result<Self, WatchError> {
        let batch = Batch::new(options.quiet, options.most);
        let tree = Tree::watch(options)?;
        let stop = eventfd(0, EventfdFlags::CLOEXEC).map_err(WatchError::of_start)?;
        let stop = Arc::new(stop);
        let thread = std::thread::Builder::new()
            .name("clx-watch".to_owned())
            .spawn({
                let stop = Arc::clone(&stop);
                move || run(tree, batch, &stop, on_news)
            })
            .map_err(|source| WatchError::Start { source })?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        // Its counter takes more than this, so it cannot refuse.
        let _written = rustix::io::write(&*self.stop, &1_u64.to_ne_bytes());
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

fn run(mut tree: Tree, mut batch: Batch, stop: &OwnedFd, mut on_news: impl FnMut(News)) {
    loop {
        match wait(&tree, stop, batch.due()) {
            Ok(Ready::Stop) => return,
            Ok(Ready::Look) => {}
            Err(errno) => return on_news(Err(WatchError::of_start(errno))),
        }
        match tree.read() {
            Ok(change) => batch.add(change, Instant::now()),
            Err(error @ WatchError::Gone { .. }) => return on_news(Err(error)),
            Err(error) => {
                // What else was read with it is not known.
                batch.add(Change::of_everything(), Instant::now());
                on_news(Err(error));
            }
        }
        if let Some(change) = batch.take(Instant::now()) {
            on_news(Ok(change));
        }
    }
}

/// Why a wait is over.
enum Ready {
    Stop,
    Look,
}

fn wait(tree: &Tree, stop: &OwnedFd, due: Option<Instant>) -> Result<Ready, Errno> {
    let left = due.map(|due| due.saturating_duration_since(Instant::now()));
    let timeout = left.and_then(|left| Timespec::try_from(left).ok());
    let mut polled = [
        PollFd::new(stop, PollFlags::IN),
        PollFd::from_borrowed_fd(tree.descriptor(), PollFlags::IN),
    ];
    match poll(&mut polled, timeout.as_ref()) {
        Ok(_) | Err(Errno::INTR) => {}
        Err(errno) => return Err(errno),
    }
    Ok(if polled[0].revents().is_empty() { Ready::Look } else { Ready::Stop })
}
