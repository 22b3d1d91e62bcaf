//! The pages, one file each; this one has what all share. A page reads what it shows and gives it to its
//! template.

mod build;
mod builds;
mod cache;
mod depends;
mod job;
mod jobs;
mod overview;
mod tree;

use clx_status::{Health, Overview, unix_seconds};
use serde::Serialize;
use serde_json::{Value, json};

pub(crate) use self::build::build;
pub(crate) use self::builds::builds;
pub(crate) use self::cache::cache;
pub(crate) use self::depends::depends;
pub(crate) use self::job::job;
pub(crate) use self::jobs::jobs;
pub(crate) use self::overview::overview;
pub(crate) use self::tree::tree;
use crate::dashboard::Site;
use crate::problem::Problem;

/// A page before it is made.
struct Page<'a> {
    template: &'a str,
    title: &'a str,
    /// Which entry of the navigation it belongs to.
    section: &'a str,
    /// Whether it is taken anew when something changes.
    is_live: bool,
}

/// How all is, in words.
#[derive(Serialize)]
struct HealthLine {
    shape: &'static str,
    class: &'static str,
    text: String,
}

impl Page<'_> {
    fn render(&self, site: &Site, content: Value) -> Result<String, Problem> {
        // Before anything is read: what changes later is told later.
        let version = site.queue.change_counter()?;
        let overview = site.overview()?;
        self.render_with(site, version, &overview, content)
    }

    fn render_with(
        &self,
        site: &Site,
        version: u64,
        overview: &Overview,
        content: Value,
    ) -> Result<String, Problem> {
        let mut all = json!({
            "title": self.title,
            "section": self.section,
            "is_live": self.is_live,
            "version": version,
            "health": HealthLine::of(overview),
            "now": unix_seconds(site.now()),
            "token": site.token.text(),
            "clx_version": env!("CARGO_PKG_VERSION"),
            "queue_path": site.queue.place().to_string(),
        });
        if let (Value::Object(all), Value::Object(content)) = (&mut all, content) {
            all.extend(content);
        }
        Ok(site.templates.render(self.template, &all)?)
    }
}

impl HealthLine {
    fn of(overview: &Overview) -> Self {
        let findings: Vec<&str> =
            overview.errors.iter().chain(&overview.warnings).map(String::as_str).collect();
        let text = match findings.as_slice() {
            [] => "All is well".to_owned(),
            [only] => (*only).to_owned(),
            [first, rest @ ..] => format!("{first}, and {} more", rest.len()),
        };
        match overview.status {
            Health::Healthy => Self { shape: "●", class: "good", text },
            Health::Warning => {
                Self { shape: "▲", class: "warn", text: format!("Warning: {text}") }
            }
            Health::Error => Self { shape: "■", class: "bad", text: format!("Error: {text}") },
        }
    }
}

/// Says why something was not shown or done.
pub(crate) fn problem(site: &Site, problem: &Problem) -> String {
    let all = json!({
        "title": "That did not work",
        "section": "",
        "is_live": false,
        "clx_version": env!("CARGO_PKG_VERSION"),
        "queue_path": site.queue.place().to_string(),
        "message": problem.message,
        "hint": problem.hint,
        "status": problem.status.as_u16(),
    });
    let page = site.templates.render("problem", &all);
    page.unwrap_or_else(|_| {
        "<!doctype html><title>clx</title><p>This is a bug in clx.</p>".to_owned()
    })
}
