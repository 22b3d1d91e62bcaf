//! A tab of a browser. Principal type: [`Page`].

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::browser::{Browser, text_of};
use crate::error::BrowserError;
use crate::request::{Notes, Requests, attend};

/// Millimetres, and what printing counts in: inches of 96 CSS pixels.
const PIXELS_PER_INCH: f64 = 96.0;

/// What a page may load and how long it may take.
#[derive(Debug, Clone)]
pub struct PageOptions {
    /// Decides on its requests.
    pub requests: Requests,
    /// How long one call may take.
    pub limit: Duration,
}

/// The visible area.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Viewport {
    /// In CSS pixels.
    pub width: u32,
    /// In CSS pixels.
    pub height: u32,
    /// Pixels of a screenshot per CSS pixel.
    pub scale: f64,
}

/// A sheet to print on, without margins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Paper {
    /// In CSS pixels.
    pub width: u32,
    /// In CSS pixels.
    pub height: u32,
}

/// A page. Dropping it closes it, also while it hangs.
#[derive(Debug)]
pub struct Page {
    browser: Browser,
    target: String,
    session: String,
    notes: Arc<Notes>,
    limit: Duration,
}

impl Page {
    pub(crate) async fn open(
        browser: Browser,
        target: String,
        session: String,
        options: PageOptions,
    ) -> Result<Self, BrowserError> {
        let notes = Arc::new(Notes::default());
        let events = browser.connection().listen(&session);
        let PageOptions { requests, limit } = options;
        tokio::spawn(attend(browser.clone(), session.clone(), events, requests, notes.clone()));
        let page = Self { browser, target, session, notes, limit };
        page.call("Inspector.enable", json!({})).await?;
        page.call("Page.enable", json!({})).await?;
        page.call("Fetch.enable", json!({ "patterns": [{ "urlPattern": "*" }] })).await?;
        Ok(page)
    }

    /// Returns the browser of the page.
    #[must_use]
    pub const fn browser(&self) -> &Browser {
        &self.browser
    }

    /// Loads an address and waits until the page is complete, images included.
    ///
    /// # Errors
    /// [`BrowserError::Load`]; those of [`Page::evaluate`].
    pub async fn load(&self, url: &str) -> Result<(), BrowserError> {
        let loaded = self.call("Page.navigate", json!({ "url": url })).await?;
        let message = text_of(&loaded, "errorText");
        if !message.is_empty() {
            return Err(BrowserError::Load { url: url.to_owned(), message });
        }
        let complete = "new Promise(resolve => document.readyState === 'complete' ? resolve() \
            : addEventListener('load', () => resolve()))";
        self.evaluate(complete).await.map(|_| ())
    }

    /// Evaluates an expression of JavaScript, awaits it if it is a promise, and returns its value as
    /// JSON; `undefined` is null.
    ///
    /// # Errors
    /// [`BrowserError::Script`] if it throws; [`BrowserError::TimedOut`],
    /// [`BrowserError::PageCrashed`], [`BrowserError::Ended`], [`BrowserError::Refused`].
    pub async fn evaluate(&self, expression: &str) -> Result<Value, BrowserError> {
        let params = json!({
            "expression": expression,
            "awaitPromise": true,
            "returnByValue": true,
        });
        let mut answer = self.call("Runtime.evaluate", params).await?;
        let details = &answer["exceptionDetails"];
        if !details.is_null() {
            let description = text_of(&details["exception"], "description");
            let thrown = details["exception"]["value"].as_str().unwrap_or_default();
            let text = text_of(details, "text");
            let messages = [description.as_str(), thrown, &text];
            let message = messages.into_iter().find(|message| !message.is_empty());
            return Err(BrowserError::Script { message: message.unwrap_or_default().to_owned() });
        }
        Ok(answer["result"]["value"].take())
    }

    /// Sets the visible area.
    ///
    /// # Errors
    /// Those of a call, see [`Page::evaluate`].
    pub async fn set_viewport(&self, viewport: Viewport) -> Result<(), BrowserError> {
        let params = json!({
            "width": viewport.width,
            "height": viewport.height,
            "deviceScaleFactor": viewport.scale,
            "mobile": false,
        });
        self.call("Emulation.setDeviceMetricsOverride", params).await.map(|_| ())
    }

    /// Emulates a medium (`screen`, `print`; empty for the default) and features such as
    /// `("prefers-color-scheme", "dark")`.
    ///
    /// # Errors
    /// Those of a call, see [`Page::evaluate`].
    pub async fn emulate_media(
        &self,
        medium: &str,
        features: &[(&str, &str)],
    ) -> Result<(), BrowserError> {
        let feature = |(name, value): &(&str, &str)| json!({ "name": name, "value": value });
        let features: Vec<_> = features.iter().map(feature).collect();
        let params = json!({ "media": medium, "features": features });
        self.call("Emulation.setEmulatedMedia", params).await.map(|_| ())
    }

    /// Returns the visible area as a PNG.
    ///
    /// # Errors
    /// Those of a call, see [`Page::evaluate`].
    pub async fn screenshot(&self) -> Result<Vec<u8>, BrowserError> {
        self.bytes("Page.captureScreenshot", json!({ "format": "png" })).await
    }

    /// Returns the page as a PDF.
    ///
    /// # Errors
    /// Those of a call, see [`Page::evaluate`].
    pub async fn print(&self, paper: Paper) -> Result<Vec<u8>, BrowserError> {
        let params = json!({
            "paperWidth": f64::from(paper.width) / PIXELS_PER_INCH,
            "paperHeight": f64::from(paper.height) / PIXELS_PER_INCH,
            "marginTop": 0, "marginBottom": 0, "marginLeft": 0, "marginRight": 0,
            "printBackground": true,
        });
        self.bytes("Page.printToPDF", params).await
    }

    /// Returns the nodes of the tree that screen readers see, as `Accessibility.getFullAXTree` tells them:
    /// those that count with `role`, `name` and `properties`, each in an object with a `value`.
    ///
    /// # Errors
    /// Those of a call, see [`Page::evaluate`].
    pub async fn accessibility_tree(&self) -> Result<Vec<Value>, BrowserError> {
        let mut answer = self.call("Accessibility.getFullAXTree", json!({})).await?;
        let nodes = answer["nodes"].as_array_mut().map(std::mem::take);
        Ok(nodes.unwrap_or_default())
    }

    /// Returns the addresses of the requests that were refused since the last call, in order.
    #[must_use]
    pub fn take_refused(&self) -> Vec<String> {
        self.notes.take_refused()
    }

    async fn bytes(&self, method: &'static str, params: Value) -> Result<Vec<u8>, BrowserError> {
        let answer = self.call(method, params).await?;
        let data = answer["data"].as_str().unwrap_or_default();
        let refused = |message: String| BrowserError::Refused { method, message };
        STANDARD.decode(data).map_err(|error| refused(error.to_string()))
    }

    async fn call(&self, method: &'static str, params: Value) -> Result<Value, BrowserError> {
        let reply = self.browser.connection().call(Some(&self.session), method, params);
        let limit = self.limit;
        tokio::select! {
            biased;
            reply = reply => match reply {
                Ok(Ok(answer)) => Ok(answer),
                Ok(Err(error)) => Err(BrowserError::Refused { method, message: error.message }),
                Err(_) => Err(self.browser.ended()),
            },
            () = self.notes.crash() => Err(BrowserError::PageCrashed),
            () = tokio::time::sleep(limit) => Err(BrowserError::TimedOut { method, limit }),
        }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let connection = self.browser.connection();
        connection.forget(&self.session);
        // Nobody waits for the answer.
        drop(connection.call(None, "Target.closeTarget", json!({ "targetId": self.target })));
    }
}
