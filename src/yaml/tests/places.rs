//! Where parts of a text stand.

use super::*;

/// The source's text at the place of `part` in the text of the value of `a`, and its start.
fn written(source: &str, part: &str) -> (String, usize) {
    let node = node(source);
    let value = node.get("a").expect("the source has a key `a`");
    let text = value.raw().expect("a scalar");
    let start = text
        .find(part)
        .unwrap_or_else(|| panic!("no {part:?} in {text:?}"));
    let span = value.locate(start..start + part.len());
    (span.text().to_owned(), span.range().start)
}

fn stands(source: &str, part: &str, as_written: &str) {
    let expected = source.find(as_written).expect("the source holds it");
    assert_eq!(
        written(source, part),
        (as_written.to_owned(), expected),
        "{source:?}"
    );
}

#[test]
fn in_plain_text() {
    stands("a: é {{ x }} z", "x", "x");
    stands("x: 0\na: one\n  two\n\n  thréé", "thréé", "thréé");
    stands("x: 0\na: one\n  two", "two", "two");
    stands("x: 0\na: one\n  two", "one two", "one\n  two");
    stands("x: 0\na: one\r\n  two\r\n", "two", "two");
}

#[test]
fn in_single_quotes() {
    stands("a: 'é {{ x }}'", "x", "x");
    stands("a: 'it''s {{ x }}'", "x", "x");
    stands("a: 'it''s'", "'", "''");
    stands("a: 'one\n\n   two {{ x }}'", "x", "x");
}

#[test]
fn in_double_quotes() {
    stands(r#"a: "\t\u00e9 {{ x }}""#, "x", "x");
    stands(r#"a: "\t\u00e9 {{ x }}""#, "é", r"\u00e9");
    stands(r#"a: "say \"é\" {{ x }}""#, "x", "x");
    stands("a: \"one \\\n    two {{ x }}\"", "x", "x");
    stands("a: \"one\n   two {{ x }}\"", "x", "x");
    stands("a: \"one\\n\n\n   two {{ x }}\"", "x", "x");
    stands("a: \"\\x41\\U0001F600 {{ x }}\"", "😀", "\\U0001F600");
}

#[test]
fn in_literal_blocks() {
    stands("a: |\n  é\n  pg {{ x }}\n", "x", "x");
    stands("a: |\n\n  one\n    more {{ x }}\n", "x", "x");
    stands("a: |-\n  one\n\n  {{ x }}\n\n\n", "x", "x");
    stands("a: |+2\n    one\n  {{ x }}\n\n", "x", "x");
    stands("a: |2-  # why-not\n    one\n  {{ x }}\n", "x", "x");
    stands("a: |\n  one\r\n  {{ x }}\r\n", "x", "x");
    stands("b:\n- a: 0\na: |\n    one\n    {{ x }}", "x", "x");
}

#[test]
fn in_folded_blocks() {
    stands("a: >\n  one\n  two {{ x }}\n", "x", "x");
    stands("a: >\n  one\n\n  two\n    more {{ x }}\n  end\n", "x", "x");
    stands("a: >-\n  one\n    more\n\n  {{ x }}\n", "x", "x");
    stands("a: >\n  one\n  two\n", "one two", "one\n  two");
}

#[test]
fn in_a_tagged_or_aliased_text() {
    stands("a: !unsafe 'it''s {{ x }}'", "x", "x");
    stands("b: &b \"\\t{{ x }}\"\na: *b\n", "x", "x");
}

#[test]
fn past_the_end_is_the_end() {
    let node = node("a: 'b''c'");
    let value = node.get("a").expect("a");
    assert_eq!(value.locate(3..3).range(), 8..8);
    assert_eq!(value.locate(7..9).range(), 8..8);
    assert_eq!(value.locate(0..9).text(), "b''c");
}

#[test]
fn a_collection_is_its_own_place() {
    let node = node("a: [1, 2]");
    assert_eq!(
        node.get("a")
            .map(|n| n.locate(0..1).text().to_owned())
            .as_deref(),
        Some("[1, 2]")
    );
}
