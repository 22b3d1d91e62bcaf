//! What the keys do. Principal function: [`page`].

use crate::page::{Page, Subject};
use crate::snapshot::Tone;

/// Keys and what they do, by topic.
const KEYS: &[(&str, &[(&str, &str)])] = &[
    (
        "Moving",
        &[
            ("Tab, →", "next pane; Shift+Tab, ← the one before; 1 to 5 go to it"),
            ("↓ ↑ or j k", "next and previous line"),
            ("PgDn PgUp", "ten lines on or back"),
            ("Home End", "first and last line; also g and G"),
        ],
    ),
    (
        "Looking",
        &[
            ("Enter", "all about the line: diagnostics, attempts, waiting jobs"),
            ("Esc", "back; in the panes: shows all lines again"),
            ("/", "shows only lines with a text"),
            ("w", "all warnings"),
            ("l", "what worker processes wrote last"),
            ("p", "holds the display, and lets it go on"),
        ],
    ),
    (
        "Doing",
        &[
            ("c", "cancels the job, or all jobs of the build; asks before"),
            ("r", "runs a job that went wrong again, while its build runs"),
            ("q, Ctrl+C", "ends the monitor; builds go on"),
        ],
    ),
];

/// Columns for the keys.
const KEY_COLUMNS: usize = 12;

/// Makes the page that tells what the keys do.
pub(crate) fn page() -> Page {
    let mut page = Page::new(Subject::Help, "Keys".to_owned());
    for (n, (topic, keys)) in KEYS.iter().enumerate() {
        if n > 0 {
            page.gap();
        }
        page.say(0, Tone::Strong, topic);
        for (key, does) in *keys {
            page.say(2, Tone::Plain, &format!("{key:KEY_COLUMNS$}{does}"));
        }
    }
    page
}
