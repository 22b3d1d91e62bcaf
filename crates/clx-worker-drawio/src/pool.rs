//! One browser, and its pages that are ready to draw. Principal types: [`PagePool`], [`Lease`].

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use clx_browser::{Browser, BrowserOptions, Page, PageOptions};
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use crate::bundle::{Bundle, ORIGIN};
use crate::error::DrawioError;
use crate::settings::DrawioSettings;

/// How long the viewer may take to load; a second when the machine is idle.
const LOAD_LIMIT: Duration = Duration::from_secs(120);

/// Hands out pages, one per job that draws. There is one browser at a time; it is started by the
/// first lease, and replaced when it has ended, or has drawn many pictures, because it grows.
#[derive(Debug)]
pub(crate) struct PagePool {
    options: BrowserOptions,
    bundle: Bundle,
    idle_limit: Duration,
    max_pictures: u32,
    /// Held while a browser is started, so that two jobs do not start two.
    launching: tokio::sync::Mutex<()>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    browser: Option<Browser>,
    idle: Vec<Page>,
    n_leased: usize,
    n_pictures: u32,
    /// Ends the browser when nobody has used it for a while.
    ending: Option<AbortHandle>,
}

impl PagePool {
    pub(crate) fn new(program: &Path, bundle: &Bundle, settings: &DrawioSettings) -> Self {
        let options = BrowserOptions::new(program.to_owned(), settings.base.clone());
        Self {
            options: BrowserOptions { sandbox: settings.sandbox, ..options },
            bundle: bundle.clone(),
            idle_limit: settings.idle_limit,
            max_pictures: settings.max_pictures,
            launching: tokio::sync::Mutex::default(),
            state: Arc::default(),
        }
    }

    /// Returns a page in which the viewer is loaded.
    pub(crate) async fn lease(&self) -> Result<Lease<'_>, DrawioError> {
        // Counted from here on, so that the browser does not end meanwhile.
        let mut lease = Lease { pool: self, page: None };
        {
            let mut state = lock(&self.state);
            state.n_leased += 1;
            state.ending.take().inspect(AbortHandle::abort);
        }
        let ready = lock(&self.state).take_ready();
        lease.page = Some(match ready {
            Some(page) => page,
            None => self.open().await?,
        });
        Ok(lease)
    }

    pub(crate) fn browser_group(&self) -> Option<u32> {
        let state = lock(&self.state);
        state.browser.as_ref().filter(|browser| !browser.has_ended()).map(Browser::group)
    }

    async fn open(&self) -> Result<Page, DrawioError> {
        let browser = self.browser().await?;
        let requests = self.bundle.requests();
        let page = browser.open_page(PageOptions { requests, limit: LOAD_LIMIT }).await?;
        page.load(ORIGIN).await?;
        // A script that could not be served leaves nothing behind.
        if let Some(path) = self.bundle.scripts().into_iter().find(|path| !path.is_file()) {
            return Err(DrawioError::Bundle { path, source: std::io::ErrorKind::NotFound.into() });
        }
        drop(page.take_refused());
        Ok(page)
    }

    async fn browser(&self) -> Result<Browser, DrawioError> {
        let _launching = self.launching.lock().await;
        let running = lock(&self.state).browser.clone();
        if let Some(browser) = running.filter(|browser| !browser.has_ended()) {
            return Ok(browser);
        }
        let browser = Browser::launch(&self.options).await?;
        let mut state = lock(&self.state);
        state.n_pictures = 0;
        state.browser = Some(browser.clone());
        Ok(browser)
    }
}

impl State {
    /// Returns an idle page of the browser that runs. Its former ones are closed.
    fn take_ready(&mut self) -> Option<Page> {
        if self.browser.as_ref().is_some_and(Browser::has_ended) {
            self.idle.clear();
            self.browser = None;
        }
        self.idle.pop()
    }
}

impl Drop for PagePool {
    fn drop(&mut self) {
        let mut state = lock(&self.state);
        state.ending.take().inspect(AbortHandle::abort);
        state.idle.clear();
        state.browser = None;
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A page in use. Dropping it closes the page: after a fault, or when the job is cancelled.
#[derive(Debug)]
pub(crate) struct Lease<'a> {
    pool: &'a PagePool,
    /// `None` only before it is opened and after it is given back.
    page: Option<Page>,
}

impl Lease<'_> {
    pub(crate) fn page(&self) -> &Page {
        self.page.as_ref().expect("a lease that was handed out has a page")
    }

    /// Counts a picture that was drawn.
    pub(crate) fn count(&self) {
        lock(&self.pool.state).n_pictures += 1;
    }

    /// Keeps the page for others, unless the browser is due to be replaced.
    pub(crate) fn give_back(mut self) {
        let Some(page) = self.page.take() else { return };
        let mut state = lock(&self.pool.state);
        if state.n_pictures >= self.pool.max_pictures {
            state.idle.clear();
            state.browser = None;
        }
        let is_current = |browser: &Browser| browser.pid() == page.browser().pid();
        if state.browser.as_ref().is_some_and(is_current) {
            state.idle.push(page);
        }
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        let mut state = lock(&self.pool.state);
        state.n_leased -= 1;
        if state.n_leased == 0
            && let Ok(runtime) = Handle::try_current()
        {
            let end = end_later(Arc::downgrade(&self.pool.state), self.pool.idle_limit);
            state.ending = Some(runtime.spawn(end).abort_handle());
        }
    }
}

/// Ends the browser after a while. Aborted when it is used again.
async fn end_later(state: Weak<Mutex<State>>, idle_limit: Duration) {
    tokio::time::sleep(idle_limit).await;
    let Some(state) = state.upgrade() else { return };
    let mut state = lock(&state);
    if state.n_leased == 0 {
        state.idle.clear();
        state.browser = None;
    }
}
