//! Recognises the lines that begin a cell.
//!
//! A marker is blanks, comment token, blanks, `%%`, further `%`, a blank and options; or one of the
//! short forms that fill their line. Near misses are recognised too, for warnings.

use crate::python_text::{is_space, strip, strip_start};

/// A line that begins a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Marker<'l> {
    /// `# %% …`: what follows the first two percent signs.
    Options(&'l str),
    /// `# %%`, `# <codecell>`, `# In[1]:` alone on the line.
    Short,
}

/// Returns the marker of `line`, if it is one.
pub(crate) fn parse<'l>(line: &'l str, token: &str) -> Option<Marker<'l>> {
    let text = strip_start(strip_start(line).strip_prefix(token)?);
    if let Some(options) = text.strip_prefix("%%")
        && options.trim_start_matches('%').starts_with(is_space)
    {
        return Some(Marker::Options(options));
    }
    is_short(strip(text)).then_some(Marker::Short)
}

fn is_short(text: &str) -> bool {
    text == "%%" || text == "<codecell>" || is_input_number(text)
}

/// `In[12]`, `In[ ]:`
fn is_input_number(text: &str) -> bool {
    text.strip_suffix(':')
        .unwrap_or(text)
        .strip_prefix("In[")
        .and_then(|rest| rest.strip_suffix(']'))
        .is_some_and(|number| number.chars().all(|c| c.is_ascii_digit() || c == ' '))
}

/// Tells whether `line` looks as if a marker was meant: a doubled comment token, or no blank after
/// `%%` before a bracket, brace or option.
pub(crate) fn is_near_miss(line: &str, token: &str) -> bool {
    let Some(rest) = strip_start(line).strip_prefix(token) else { return false };
    if parse(line, token).is_some() {
        return false;
    }
    let doubled = strip_start(rest.trim_start_matches(token.trim_end()));
    if rest.starts_with(token) && (doubled == "%%" || doubled.starts_with("%% ")) {
        return true;
    }
    strip_start(rest).strip_prefix("%%").is_some_and(|options| {
        options.starts_with(['[', '{'])
            || options.starts_with("tags")
            || options.starts_with("lang=")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Option<Marker<'_>>) {
        assert_eq!(parse(line, "#"), expected, "{line}");
    }

    #[test]
    fn spacing_of_markers() {
        check("# %%", Some(Marker::Short));
        check("#%%", Some(Marker::Short));
        check("  #\t%%   ", Some(Marker::Options("   ")));
        check("# %%%% sub", Some(Marker::Options("%% sub")));
        check("# %% tags=[]", Some(Marker::Options(" tags=[]")));
        for line in ["# %%%", "# %%tags", "## %%", "%%", "# % %", "x # %%"] {
            check(line, None);
        }
    }

    #[test]
    fn input_numbers_and_code_cells_fill_their_line() {
        for line in ["# In[3]:", "# In[ ]", "#In[]", "# <codecell>  "] {
            check(line, Some(Marker::Short));
        }
        check("# In[7]: tail", None);
    }

    #[test]
    fn near_misses_are_seen() {
        for line in ["## %%", "# %%tags=[\"x\"]", "# %%[markdown]"] {
            assert!(is_near_miss(line, "#"), "{line}");
        }
        for line in ["# %%", "# %%time", "# see %%", "# %%bash"] {
            assert!(!is_near_miss(line, "#"), "{line}");
        }
    }
}
