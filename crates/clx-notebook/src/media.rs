//! Paths of pictures and videos in prose, where a course shares one picture directory.

/// The directory that sources name; paths below it are rewritten.
pub(crate) const IMAGE_DIRECTORY: &str = "img/";

/// Returns `text` with the `img/` of `src` attributes in `<img …>` and `<video …>` replaced by
/// `prefix`. In a tag with several such attributes the last one is taken.
pub(crate) fn rewrite(text: &str, prefix: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        if let Some(path) = image_path(tag) {
            out.push_str(&tag[..path]);
            out.push_str(prefix);
            rest = &tag[path + IMAGE_DIRECTORY.len()..];
        } else {
            out.push('<');
            rest = &tag[1..];
        }
    }
    out.push_str(rest);
    out
}

/// Returns where the `img/` of the tag at the front of `text` begins.
fn image_path(text: &str) -> Option<usize> {
    let name = ["<img", "<video"].into_iter().find(|name| text.starts_with(name))?;
    let inside = &text[name.len()..];
    let inside = &inside[..inside.find('>').unwrap_or(inside.len())];
    let blank = crate::python_text::is_space;
    inside.starts_with(blank).then_some(())?;
    let found = ["src=\"img/", "src='img/"].into_iter().filter_map(|attribute| {
        inside
            .rmatch_indices(attribute)
            .map(|(at, _)| name.len() + at + attribute.len())
            .find(|&path| is_quoted_name(&text[path..]))
    });
    found.max().map(|path| path - IMAGE_DIRECTORY.len())
}

/// Tells whether `text` begins with a name and a closing quote of either kind.
fn is_quoted_name(text: &str) -> bool {
    text.find(['"', '\'']).is_some_and(|end| end > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(rewrite(text, "../img/"), expected, "{text}");
    }

    #[test]
    fn sources_of_pictures_and_videos_get_the_prefix() {
        check("a <img src=\"img/a.png\"> b", "a <img src=\"../img/a.png\"> b");
        check("<video controls src='img/v.mp4'>", "<video controls src='../img/v.mp4'>");
        check("<img\n alt='x'\n src=\"img/a.png\">", "<img\n alt='x'\n src=\"../img/a.png\">");
    }

    #[test]
    fn other_paths_stay() {
        for text in [
            "![alt](img/a.png)",
            "<img src = \"img/a.png\">",
            "<IMG src=\"img/a.png\">",
            "<img src=\"./img/a.png\">",
            "<imgsrc=\"img/a.png\">",
            "<image src=\"img/a.png\">",
            "<img src=\"img/\">",
        ] {
            check(text, text);
        }
    }
}
