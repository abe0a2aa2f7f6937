//! "Did you mean …?" and other English.

/// The candidate nearest to a misspelt name, if one is near enough.
///
/// Case does not matter, nor does the choice between `-`, `_` and a space. Swapped neighbours
/// count as one mistake, and about a third of the letters may be wrong.
#[must_use]
pub fn did_you_mean<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let wanted = folded(name);
    let mut best: Option<(usize, &'a str)> = None;
    for candidate in candidates {
        let other = folded(candidate);
        let longest = wanted.len().max(other.len());
        let allowed = (longest / 3).clamp(1, 3).min(longest.saturating_sub(1));
        if wanted.len().abs_diff(other.len()) > allowed {
            continue;
        }
        let distance = distance(&wanted, &other);
        if distance <= allowed && best.is_none_or(|(nearest, _)| distance < nearest) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// `a`, `b` or `c`, each in backticks.
#[must_use]
pub fn or_list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|n| format!("`{n}`")).collect();
    match names.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
    }
}

fn folded(name: &str) -> Vec<char> {
    name.chars()
        .flat_map(char::to_lowercase)
        .map(|c| if matches!(c, '-' | ' ') { '_' } else { c })
        .collect()
}

/// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut previous: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut current = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = previous[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            current[j] = replaced.min(previous[j] + 1).min(current[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                current[j] = current[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut previous, current);
    }
    previous[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYWORDS: [&str; 6] = [
        "when",
        "with_items",
        "ignore_errors",
        "become",
        "register",
        "vars",
    ];

    #[test]
    fn the_nearest_keyword_is_suggested() {
        for (written, meant) in [
            ("whne", Some("when")),
            ("When", Some("when")),
            ("ignore-errors", Some("ignore_errors")),
            ("ignore_error", Some("ignore_errors")),
            ("regsiter", Some("register")),
            ("var", Some("vars")),
            ("becomee", Some("become")),
            ("entirely_else", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(did_you_mean(written, KEYWORDS), meant, "{written}");
        }
    }

    #[test]
    fn a_nearer_candidate_beats_an_earlier_one() {
        assert_eq!(did_you_mean("copi", ["stop", "copy"]), Some("copy"));
    }

    #[test]
    fn short_names_are_not_stretched() {
        assert_eq!(did_you_mean("a", ["b"]), None);
        assert_eq!(did_you_mean("ab", ["cd"]), None);
    }

    #[test]
    fn distances_count_swaps_once() {
        let distance = |a: &str, b: &str| distance(&folded(a), &folded(b));
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", "abc"), 0);
        assert_eq!(distance("abc", "acb"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn lists_read_as_english() {
        assert_eq!(or_list([]), "");
        assert_eq!(or_list(["a"]), "`a`");
        assert_eq!(or_list(["a", "b"]), "`a` or `b`");
        assert_eq!(or_list(["a", "b", "c"]), "`a`, `b` or `c`");
    }
}
