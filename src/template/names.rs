//! Names in templates that nothing will ever know, found before anything runs.

use std::ops::Range;
use std::sync::LazyLock;

use super::diagnose::unknown_name;
use super::env;
use super::tags::{self, Delimiters};
use super::words::{Role, words};
use crate::diag::Diagnostic;

static FILTERS: LazyLock<Vec<&str>> = LazyLock::new(env::filter_names);
static TESTS: LazyLock<Vec<&str>> = LazyLock::new(env::test_names);

/// The first unknown filter or test in an expression, with its place.
pub(super) fn unknown_in_expression(text: &str) -> Option<(Diagnostic, Range<usize>)> {
    words(text).into_iter().find_map(|word| {
        let written = &text[word.range.clone()];
        let name = written.strip_prefix("ansible.builtin.").unwrap_or(written);
        let (what, known) = match word.role {
            Role::Filter => ("filter", &*FILTERS),
            // An operator or a parenthesis may follow `is not` in what is no test at all.
            Role::Test if name != "in" => ("test", &*TESTS),
            Role::Test | Role::Attribute | Role::Name => return None,
        };
        (!known.contains(&name)).then(|| (unknown_name(what, written, known), word.range))
    })
}

/// The first unknown filter or test in a template, with its place.
pub(super) fn unknown_in_template(
    text: &str,
    delimiters: &Delimiters<'_>,
) -> Option<(Diagnostic, Range<usize>)> {
    tags::code(text, delimiters).into_iter().find_map(|code| {
        let (told, range) = unknown_in_expression(&text[code.clone()])?;
        Some((told, code.start + range.start..code.start + range.end))
    })
}
