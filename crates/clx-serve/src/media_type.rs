//! Media types by the ends of file names. Principal function: [`media_type`].

use std::path::Path;

/// Sources and data that browsers show as they are.
const TEXTS: &[&str] = &[
    "bat",
    "c",
    "cc",
    "cfg",
    "cmake",
    "cpp",
    "cs",
    "csproj",
    "csv",
    "cxx",
    "gitignore",
    "gradle",
    "h",
    "hpp",
    "ini",
    "java",
    "log",
    "md",
    "properties",
    "pu",
    "puml",
    "py",
    "rs",
    "sh",
    "sln",
    "sql",
    "toml",
    "ts",
    "tsv",
    "tsx",
    "txt",
    "yaml",
    "yml",
];

const OTHERS: &[(&str, &str)] = &[
    ("avif", "image/avif"),
    ("css", "text/css; charset=utf-8"),
    ("gif", "image/gif"),
    ("htm", HTML),
    ("html", HTML),
    ("ico", "image/x-icon"),
    ("ipynb", "application/json"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("js", "text/javascript; charset=utf-8"),
    ("json", "application/json"),
    ("mjs", "text/javascript; charset=utf-8"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("ogg", "audio/ogg"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("wasm", "application/wasm"),
    ("wav", "audio/wav"),
    ("webm", "video/webm"),
    ("webp", "image/webp"),
    ("woff", "font/woff"),
    ("woff2", "font/woff2"),
    ("xml", "text/xml; charset=utf-8"),
    ("zip", "application/zip"),
];

pub(crate) const HTML: &str = "text/html; charset=utf-8";

/// Returns the media type of a file.
pub(crate) fn media_type(path: &Path) -> &'static str {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    if TEXTS.contains(&extension.as_str()) {
        return "text/plain; charset=utf-8";
    }
    let known = OTHERS.iter().find(|(other, _)| *other == extension);
    known.map_or("application/octet-stream", |(_, media_type)| media_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn end_of_the_name_tells_the_type() {
        let check = |name: &str, expected: &str| assert_eq!(media_type(Path::new(name)), expected);
        check("01 Lists.html", HTML);
        check("plot.PNG", "image/png");
        check("lists.py", "text/plain; charset=utf-8");
        check("lists.ipynb", "application/json");
        check("data", "application/octet-stream");
        check("data.xyz", "application/octet-stream");
    }
}
