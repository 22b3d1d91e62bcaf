//! Errors in words. Principal function: [`with_causes`].

use std::error::Error;

/// Writes an error and what caused it on one line.
#[must_use]
pub fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        text = format!("{text}: {source}");
        cause = source.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot read the file")]
    struct Outer(#[source] std::fmt::Error);

    #[test]
    fn causes_follow_the_error() {
        let causes = std::fmt::Error.to_string();
        let text = with_causes(&Outer(std::fmt::Error));
        assert_eq!(text, format!("cannot read the file: {causes}"));
    }
}
