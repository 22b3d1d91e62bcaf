//! What a watch prints around its builds. Principal type: [`WatchDisplay`].

use std::io::IsTerminal;

use super::build::BuildDisplay;
use super::event_log::EventLog;
use super::stderr_line;
use super::style::Style;
use crate::args::SpecArgs;
use crate::args::build::OutputMode;
use crate::settings::DisplaySettings;

/// Clears the screen, not what was scrolled away.
const CLEAR: &str = "\x1b[2J\x1b[H";

/// Changed files that are named.
const SHOWN_FILES: usize = 3;

/// Prints the lines between builds.
pub(crate) struct WatchDisplay {
    args: DisplaySettings,
    spec: SpecArgs,
    events: EventLog,
    style: Style,
    /// Each build has the screen for itself.
    clears: bool,
}

impl WatchDisplay {
    pub(crate) fn new(args: &DisplaySettings, spec: &SpecArgs, events: EventLog) -> Self {
        let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        let clears = args.output_mode == OutputMode::Default && !is_dumb;
        Self {
            args: args.clone(),
            spec: spec.clone(),
            events,
            style: Style::for_stderr(args.no_color),
            clears: clears && std::io::stderr().is_terminal(),
        }
    }

    /// Begins a build: where its outputs can be looked at, and what changed.
    pub(crate) fn begin(&self, url: Option<&str>, changed: Option<Vec<String>>) {
        if !matches!(self.args.output_mode, OutputMode::Default | OutputMode::Verbose) {
            return;
        }
        let is_cleared = self.clears && changed.is_some();
        let url = url.filter(|_| is_cleared || changed.is_none());
        let lines = [
            url.map(|url| format!("Serving {}", self.style.bold(url))),
            changed.map(|changed| self.style.dim(&changed_line(&changed))),
        ];
        let clear = if is_cleared { CLEAR } else { "" };
        let text = lines.into_iter().flatten().collect::<Vec<_>>().join("\n");
        if !text.is_empty() {
            stderr_line(&format!("{clear}{text}"));
        }
    }

    /// Makes the display of the build.
    pub(crate) fn build(&self) -> BuildDisplay {
        BuildDisplay::of_watch(&self.args, &self.spec, &self.events)
    }

    /// Says why the watch ends.
    pub(crate) fn fail(&self, message: &str) {
        stderr_line(&format!("{} {message}", self.style.bad("error:")));
    }
}

fn changed_line(changed: &[String]) -> String {
    let named = changed.iter().take(SHOWN_FILES).map(String::as_str).collect::<Vec<_>>().join(", ");
    match changed.len().saturating_sub(SHOWN_FILES) {
        0 => format!("Changed: {named}"),
        n => format!("Changed: {named} and {n} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_changed_files_are_named() {
        let check = |names: &[&str], expected: &str| {
            let names: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
            assert_eq!(changed_line(&names), expected);
        };
        check(&["slides/a.py"], "Changed: slides/a.py");
        check(&["a", "b", "c", "d", "e"], "Changed: a, b, c and 2 more");
    }
}
