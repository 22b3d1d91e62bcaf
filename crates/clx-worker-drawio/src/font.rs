//! Fonts of pictures, and SVGs that carry them. Principal type: [`UsedFont`].

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clx_process::{Spawn, Stdout};
use serde::Deserialize;

const LIMIT: Duration = Duration::from_secs(30);

/// A font that a text asks for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct UsedFont {
    pub(crate) family: String,
    weight: u32,
    is_italic: bool,
    /// Another is shown in its place, with other widths.
    pub(crate) is_missing: bool,
}

/// Returns the SVG with the font files that its texts use. A font whose file cannot be found, or is a
/// collection, is left to the reader's machine.
pub(crate) fn embed(svg: &str, fonts: &[UsedFont]) -> String {
    let rules: String = fonts.iter().filter_map(rule).collect();
    let begin = svg.find("<svg").and_then(|start| Some(start + svg[start..].find('>')? + 1));
    match begin.filter(|_| !rules.is_empty()) {
        Some(begin) => {
            let (head, body) = svg.split_at(begin);
            format!("{head}<style type=\"text/css\">{rules}</style>{body}")
        }
        None => svg.to_owned(),
    }
}

fn rule(font: &UsedFont) -> Option<String> {
    let file = file_of(font)?;
    let format = file.extension()?.to_str()?;
    if !["ttf", "otf", "woff", "woff2"].contains(&format) {
        return None;
    }
    let data = STANDARD.encode(fs::read(&file).ok()?);
    let UsedFont { family, weight, is_italic, .. } = font;
    let style = if *is_italic { "italic" } else { "normal" };
    let family: String = family.chars().filter(|c| !"\"\\<>&".contains(*c)).collect();
    Some(format!(
        "@font-face{{font-family:\"{family}\";font-weight:{weight};font-style:{style};\
         src:url(data:font/{format};base64,{data})}}"
    ))
}

/// Asks fontconfig, as the browser does.
fn file_of(font: &UsedFont) -> Option<PathBuf> {
    let escaped: String = font.family.chars().flat_map(|c| escape(c).chain([c])).collect();
    let weight = if font.weight >= 600 { "bold" } else { "regular" };
    let slant = if font.is_italic { "italic" } else { "roman" };
    let pattern = format!("{escaped}:weight={weight}:slant={slant}");
    let spawn = Spawn::new("fc-match").args(["--format", "%{file}"]).arg(pattern);
    let mut child = spawn.stdout(Stdout::Piped).guarded(true).start().ok()?;
    let stdout = child.take_stdout();
    child.wait(LIMIT).ok()?;
    let mut file = String::new();
    stdout?.take(4096).read_to_string(&mut file).ok()?;
    Some(PathBuf::from(file)).filter(|file: &PathBuf| Path::is_file(file))
}

/// Characters with a meaning in patterns.
fn escape(c: char) -> std::option::IntoIter<char> {
    "-:,\\".contains(c).then_some('\\').into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn font(family: &str) -> UsedFont {
        UsedFont { family: family.to_owned(), weight: 400, is_italic: false, is_missing: false }
    }

    #[test]
    fn svg_without_fonts_stays_as_it_is() {
        assert_eq!(embed("<svg/>", &[]), "<svg/>");
    }

    #[test]
    fn font_stands_at_the_beginning_of_the_svg() {
        // Where there is no fontconfig, there is nothing to embed.
        let Some(file) = file_of(&font("DejaVu Sans")) else { return };
        let expected = STANDARD.encode(fs::read(file).unwrap());
        let svg = embed("<?xml?><svg width=\"1\"><g/></svg>", &[font("DejaVu Sans")]);
        assert!(svg.starts_with("<?xml?><svg width=\"1\"><style type=\"text/css\">@font-face{"));
        assert!(svg.contains(&expected) && svg.ends_with("</style><g/></svg>"));
    }
}
