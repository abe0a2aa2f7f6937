//! "Did you mean …?" and other English.

/// The candidate nearest to a misspelt name, if one is near enough.
#[must_use]
pub fn did_you_mean<'a>(
    _name: &str,
    _candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    None
}

/// `a`, `b` or `c`, each in backticks.
#[must_use]
pub fn or_list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names
        .into_iter()
        .map(|n| format!("`{n}`"))
        .collect::<Vec<_>>()
        .join(", ")
}
