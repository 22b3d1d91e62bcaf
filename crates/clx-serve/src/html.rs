//! HTML as it is served: with the script that takes announcements. Principal function: [`with_script`].

/// The script.
pub(crate) const SCRIPT: &str = include_str!("live.js");

/// Where it is.
pub(crate) const SCRIPT_PATH: &str = "/_clx/live.js";

/// Adds the script to a page, before the end of its body; without a version the page stays as it is.
pub(crate) fn with_script(mut page: Vec<u8>, version: Option<&str>) -> Vec<u8> {
    let Some(version) = version else { return page };
    const END: &[u8] = b"</body>";
    let tag = format!("<script src=\"{SCRIPT_PATH}\" data-version=\"{version}\"></script>");
    let end = page.windows(END.len()).rposition(|part| part.eq_ignore_ascii_case(END));
    let end = end.unwrap_or(page.len());
    page.splice(end..end, tag.into_bytes());
    page
}

/// Escapes a text for HTML.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(page: &str, expected: &str) {
        let found = with_script(page.as_bytes().to_vec(), Some("v-1"));
        let script = "<script src=\"/_clx/live.js\" data-version=\"v-1\"></script>";
        assert_eq!(String::from_utf8(found).unwrap(), expected.replace('@', script));
    }

    #[test]
    fn script_stands_at_the_end_of_the_body() {
        check("<body>a</body></html>", "<body>a@</body></html>");
        check("<BODY>&lt;</body> a</BODY>", "<BODY>&lt;</body> a@</BODY>");
        check("<p>no body", "<p>no body@");
        check("", "@");
    }

    #[test]
    fn page_without_a_version_stays_as_it_is() {
        assert_eq!(with_script(b"<body></body>".to_vec(), None), b"<body></body>");
    }
}
