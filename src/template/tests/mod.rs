//! Tests (`is …`), by concern.

#![expect(
    clippy::needless_pass_by_value,
    reason = "the engine hands arguments over by value"
)]

mod engine;
mod files;
mod results;
mod text;
mod values;
mod version;

use super::table::Entry;

/// All tests.
pub(super) fn all() -> impl Iterator<Item = &'static Entry> {
    let tables: [&'static [Entry]; 6] = [
        engine::TABLE,
        files::TABLE,
        results::TABLE,
        text::TABLE,
        values::TABLE,
        version::TABLE,
    ];
    tables.into_iter().flatten()
}

#[cfg(test)]
mod table_tests;
