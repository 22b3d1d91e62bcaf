//! How tones look. Principal type: [`Theme`].

use ratatui::style::{Color, Modifier, Style};

use crate::snapshot::Tone;

/// Whether colours are used. Without them bold, dim and reversed letters remain, and every colour has
/// a word beside it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Theme {
    pub(crate) is_coloured: bool,
}

impl Theme {
    /// Returns the style of a tone.
    pub(crate) fn style(self, tone: Tone) -> Style {
        let (colour, modifier) = match tone {
            Tone::Plain => (None, Modifier::empty()),
            Tone::Dim => (None, Modifier::DIM),
            Tone::Strong => (None, Modifier::BOLD),
            Tone::Good => (Some(Color::Green), Modifier::empty()),
            Tone::Doubtful => (Some(Color::Yellow), Modifier::BOLD),
            Tone::Bad => (Some(Color::Red), Modifier::BOLD),
        };
        let style = Style::new().add_modifier(modifier);
        match colour {
            Some(colour) if self.is_coloured => style.fg(colour),
            Some(_) | None => style,
        }
    }

    /// Returns the style of the line that is selected.
    pub(crate) fn selected(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// Returns the style of the title of the pane that has the keys.
    pub(crate) fn focused(self) -> Style {
        let style = Style::new().add_modifier(Modifier::BOLD);
        if self.is_coloured { style.fg(Color::Cyan) } else { style }
    }
}
