//! Words that resemble a misspelt one. Principal function: [`nearest`].

/// Returns `candidates` in order of their likeness to `word`, the most alike first, each with its
/// edit distance.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Vec<(usize, &'a str)> {
    let word: Vec<char> = word.chars().collect();
    let mut found: Vec<_> =
        candidates.map(|candidate| (distance(&word, candidate), candidate)).collect();
    found.sort_unstable();
    found
}

/// Returns the question `did you mean …?` if one of the ranked words is near enough to `word`: at
/// most a third of its characters, but at least one, may differ.
#[must_use]
pub fn did_you_mean(word: &str, ranked: &[(usize, &str)]) -> Option<String> {
    let limit = (word.chars().count() / 3).max(1);
    let &(distance, nearest) = ranked.first()?;
    (distance <= limit).then(|| format!("did you mean `{nearest}`?"))
}

/// Levenshtein distance with one row of memory.
fn distance(word: &[char], other: &str) -> usize {
    let mut row: Vec<usize> = (0..=word.len()).collect();
    for (i, theirs) in other.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &ours) in word.iter().enumerate() {
            let replaced = diagonal + usize::from(ours != theirs);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[word.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(word: &str, candidates: &[&str], expected: Option<&str>) {
        let ranked = nearest(word, candidates.iter().copied());
        let question = expected.map(|expected| format!("did you mean `{expected}`?"));
        assert_eq!(did_you_mean(word, &ranked), question);
    }

    #[test]
    fn near_words_are_suggested() {
        check("lopps", &["loops", "lists"], Some("loops"));
        check("schleifen", &["schleife", "listen"], Some("schleife"));
        check("x", &["y"], Some("y"));
        check("loops", &["decorators"], None);
        check("loops", &[], None);
    }

    #[test]
    fn distance_counts_edits() {
        let word: Vec<char> = "kitten".chars().collect();
        assert_eq!(distance(&word, "sitting"), 3);
        assert_eq!(distance(&word, ""), 6);
    }
}
