//! Backslashes between `{{` and `}}` of a playbook are themselves, not the beginning of an escape.

use std::ops::Range;

use super::Edit;
use crate::template::scan::end_of_quotes;

/// Doubles every backslash in the texts of an expression but one before the quote that would
/// then end the text.
pub(super) fn edits(text: &str, range: Range<usize>, edits: &mut Vec<Edit>) {
    let bytes = &text.as_bytes()[..range.end];
    if !bytes[range.start..].contains(&b'\\') {
        return;
    }
    let mut at = range.start;
    while at < bytes.len() {
        if matches!(bytes[at], b'\'' | b'"') {
            let end = end_of_quotes(bytes, at).unwrap_or(bytes.len());
            doubled(bytes, at + 1..end.min(bytes.len()), edits);
            at = end;
        }
        at += 1;
    }
}

fn doubled(bytes: &[u8], range: Range<usize>, edits: &mut Vec<Edit>) {
    let mut at = range.start;
    while at < range.end {
        if bytes[at] == b'\\' {
            // An escaped quote stays one, or the text would end there.
            if bytes.get(at + 1) != Some(&bytes[range.start - 1]) {
                edits.push(Edit::new(at..at, "\\"));
                if bytes.get(at + 1) == Some(&b'\\') {
                    edits.push(Edit::new(at + 1..at + 1, "\\"));
                }
            }
            at += 1;
        }
        at += 1;
    }
}
