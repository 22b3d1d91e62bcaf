//! The templates of pages. Principal type: [`Templates`].

use clx_core::Timestamp;
use clx_status::words::{ago, counted, span};
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, HtmlEscape, Value};

use crate::words;

/// Templates by their names. All text is escaped.
const ALL: [(&str, &str); 11] = [
    ("base", include_str!("templates/base.html")),
    ("macros", include_str!("templates/macros.html")),
    ("overview", include_str!("templates/overview.html")),
    ("builds", include_str!("templates/builds.html")),
    ("build", include_str!("templates/build.html")),
    ("jobs", include_str!("templates/jobs.html")),
    ("job", include_str!("templates/job.html")),
    ("depends", include_str!("templates/depends.html")),
    ("cache", include_str!("templates/cache.html")),
    ("problem", include_str!("templates/problem.html")),
    ("tree", include_str!("templates/tree.html")),
];

/// Makes HTML of what pages show.
pub(crate) struct Templates(Environment<'static>);

impl Templates {
    pub(crate) fn new() -> Result<Self, Box<Error>> {
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        environment.add_filter("duration", span);
        environment.add_filter("amount", words::amount);
        environment.add_filter("counted", |n: u64, noun: &str| counted(n, noun));
        environment.add_filter("encode", |text: &str| clx_serve::encode(text));
        environment.add_filter("path", breakable);
        environment.add_filter("iso", |seconds: i64| words::iso(moment(seconds)));
        environment.add_filter("ago", |then: i64, now: i64| {
            ago(moment(now).since(moment(then)).as_secs_f64())
        });
        for (name, text) in ALL {
            environment.add_template(name, text)?;
        }
        Ok(Self(environment))
    }

    pub(crate) fn render(
        &self,
        name: &str,
        context: &serde_json::Value,
    ) -> Result<String, Box<Error>> {
        Ok(self.0.get_template(name)?.render(Serde(context))?)
    }
}

/// Escapes a path, lets it be broken after its slashes, and marks its directory, for which lists on a
/// phone have no room.
fn breakable(path: &str) -> Value {
    let parts: Vec<String> = path.split('/').map(|part| HtmlEscape(part).to_string()).collect();
    Value::from_safe_string(match parts.split_last() {
        Some((name, above)) if !above.is_empty() => {
            format!("<span class=\"dir\">{}/<wbr></span>{name}", above.join("/<wbr>"))
        }
        _ => parts.concat(),
    })
}

fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_us(seconds.saturating_mul(1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_escaped_and_broken_after_slashes() {
        let expected = "<span class=\"dir\">a/<wbr>b/<wbr></span>&lt;c&gt;.py";
        assert_eq!(breakable("a/b/<c>.py").to_string(), expected);
        assert_eq!(breakable("a.py").to_string(), "a.py");
    }

    #[test]
    fn templates_are_right() {
        assert!(Templates::new().is_ok());
    }
}
