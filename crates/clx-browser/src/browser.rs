//! A running browser. Principal type: [`Browser`].

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use clx_process::{ProcessError, ScratchDirectory};
use serde_json::{Value, json};

use crate::connection::Connection;
use crate::error::BrowserError;
use crate::launch::{BrowserProcess, PREFIX, SOCKETS};
use crate::options::BrowserOptions;
use crate::page::{Page, PageOptions};

/// How long opening a page may take.
const OPEN_LIMIT: Duration = Duration::from_secs(60);

/// A handle to a running browser, which is killed when its last handle and page are dropped.
#[derive(Debug, Clone)]
pub struct Browser {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    connection: Connection,
    process: Mutex<BrowserProcess>,
    version: String,
}

impl Browser {
    /// Starts a browser and waits until it answers.
    ///
    /// # Errors
    /// [`BrowserError::Missing`], [`BrowserError::Start`], [`BrowserError::Ended`] if it ended at once,
    /// [`BrowserError::TimedOut`], [`BrowserError::Pipe`].
    pub async fn launch(options: &BrowserOptions) -> Result<Self, BrowserError> {
        let (process, to_browser, from_browser) = BrowserProcess::start(options)?;
        let connection = Connection::new(to_browser, from_browser);
        let inner = Inner { connection, process: Mutex::new(process), version: String::new() };
        let mut browser = Self { inner: Arc::new(inner) };
        let call = browser.call("Browser.getVersion", json!({}), options.launch_limit);
        let version = text_of(&call.await?, "product");
        if let Some(inner) = Arc::get_mut(&mut browser.inner) {
            inner.version = version;
        }
        Ok(browser)
    }

    /// Removes the directories of browsers, below `base` and for temporary files, whose process was
    /// killed, and returns how many. To be called once at the start.
    ///
    /// # Errors
    /// [`ProcessError::Directory`] if `base` exists and cannot be read.
    pub fn remove_leftovers(base: &Path) -> Result<usize, ProcessError> {
        let of_sockets = ScratchDirectory::remove_leftovers(&std::env::temp_dir(), SOCKETS)?;
        Ok(of_sockets + ScratchDirectory::remove_leftovers(base, PREFIX)?)
    }

    /// Opens an empty page.
    ///
    /// # Errors
    /// [`BrowserError::Ended`], [`BrowserError::TimedOut`], [`BrowserError::Refused`].
    pub async fn open_page(&self, options: PageOptions) -> Result<Page, BrowserError> {
        // Chromium paints the front tab of a window only: a screenshot of another may never end.
        let blank = json!({ "url": "about:blank", "newWindow": true });
        let target = self.call("Target.createTarget", blank, OPEN_LIMIT).await?;
        let target = text_of(&target, "targetId");
        let attach = json!({ "targetId": target, "flatten": true });
        let session = self.call("Target.attachToTarget", attach, OPEN_LIMIT).await?;
        Page::open(self.clone(), target, text_of(&session, "sessionId"), options).await
    }

    /// Returns name and version, such as `Chrome/156.0.8078.79`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.inner.version
    }

    /// Returns the pid of the browser's first process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process().pid()
    }

    /// Returns the number of its process group, in which all its processes are.
    #[must_use]
    pub fn group(&self) -> u32 {
        self.process().group()
    }

    /// Tells whether the browser has ended.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.inner.connection.is_closed()
    }

    /// Kills the browser now; all calls under way fail.
    ///
    /// # Errors
    /// [`ProcessError::Unkillable`] if it hangs in a system call, [`ProcessError::Wait`],
    /// [`ProcessError::Signal`].
    pub fn kill(&self) -> Result<(), ProcessError> {
        self.process().kill()
    }

    async fn call(
        &self,
        method: &'static str,
        params: Value,
        limit: Duration,
    ) -> Result<Value, BrowserError> {
        let reply = self.inner.connection.call(None, method, params);
        match tokio::time::timeout(limit, reply).await {
            Ok(Ok(reply)) => {
                reply.map_err(|error| BrowserError::Refused { method, message: error.message })
            }
            Ok(Err(_)) => Err(self.ended()),
            Err(_) => Err(BrowserError::TimedOut { method, limit }),
        }
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.inner.connection
    }

    /// Says how the browser ended.
    pub(crate) fn ended(&self) -> BrowserError {
        self.process().ended()
    }

    fn process(&self) -> MutexGuard<'_, BrowserProcess> {
        self.inner.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns a field of an answer; what is missing is refused by the call that needs it.
pub(crate) fn text_of(answer: &Value, field: &str) -> String {
    answer[field].as_str().unwrap_or_default().to_owned()
}
