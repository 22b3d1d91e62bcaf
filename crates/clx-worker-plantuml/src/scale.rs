//! How fine pictures of pixels are. Principal function: [`scaled`].

/// Pictures are made for 200 dots an inch; PlantUML itself reckons with 96.
const DOTS: &str = "skinparam dpi 200";
const FACTOR: &str = "scale 2.0833";

/// Kinds of diagrams that know the first setting, and those that know the second only. Others take
/// neither: the line would be drawn, or be an error. PlantUML's option `-S` puts the line into every
/// kind, which breaks JSON and YAML.
const WITH_DOTS: [&str; 13] = [
    "board",
    "chart",
    "chen",
    "ebnf",
    "gantt",
    "mindmap",
    "nwdiag",
    "packetdiag",
    "regex",
    "salt",
    "uml",
    "wbs",
    "wire",
];
const WITH_FACTOR: [&str; 3] = ["hcl", "json", "yaml"];

/// A block as it is sent to PlantUML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scaled {
    pub(crate) text: String,
    /// Lines that were added after the first one.
    pub(crate) n_added: u32,
}

/// Tells whether the lines of this kind of diagrams are data, not PlantUML.
pub(crate) fn is_data(keyword: &str) -> bool {
    WITH_FACTOR.contains(&keyword)
}

/// Adds the line that makes a picture as fine as it should be. What the diagram says itself wins.
pub(crate) fn scaled(keyword: &str, text: &str) -> Scaled {
    let setting = if WITH_DOTS.contains(&keyword) {
        DOTS
    } else if WITH_FACTOR.contains(&keyword) {
        FACTOR
    } else {
        return Scaled { text: text.to_owned(), n_added: 0 };
    };
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    Scaled { text: format!("{first}\n{setting}\n{rest}"), n_added: 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn setting_follows_the_first_line_where_the_kind_knows_it() {
        let check = |keyword: &str, expected: &str| {
            assert_eq!(scaled(keyword, "@start\nA\n@end\n").text, expected);
        };
        check("uml", "@start\nskinparam dpi 200\nA\n@end\n");
        check("json", "@start\nscale 2.0833\nA\n@end\n");
        check("creole", "@start\nA\n@end\n");
    }
}
