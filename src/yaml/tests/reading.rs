//! What texts are read as.

use super::*;

fn read_as(text: &str) -> String {
    shown(&node(text))
}

#[test]
fn values_nest_and_are_typed() {
    assert_eq!(
        read_as("- hosts: all\n  become: yes\n  vars:\n    mode: 0644\n    list: [a, 1.5, ~]\n"),
        r#"[{"hosts": "all", "become": true, "vars": {"mode": 420, "list": ["a", 1.5, null]}}]"#
    );
}

#[test]
fn quotes_keep_numbers_text() {
    assert_eq!(
        read_as("['0644', \"yes\", 0644]"),
        r#"["0644", "yes", 420]"#
    );
}

#[test]
fn an_empty_source_is_null_and_has_no_document() {
    for text in ["", "\n", "# only a comment\n", "---\n", "\u{feff}"] {
        assert_eq!(read_as(text), "null", "{text:?}");
    }
    let documents = read_all(&SourceFile::inline("e", "# nothing\n"));
    assert_eq!(documents.map(|d| d.len()).ok(), Some(0));
}

#[test]
fn documents_are_kept_apart() {
    let source = SourceFile::inline("many.yml", "---\na: &x 1\n---\n- b\n...\n--- c\n");
    let documents = read_all(&source).expect("the source is right");
    let shown: Vec<_> = documents.iter().map(shown).collect();
    assert_eq!(shown, [r#"{"a": 1}"#, r#"["b"]"#, r#""c""#]);
}

#[test]
fn anchors_do_not_reach_the_next_document() {
    let source = SourceFile::inline("many.yml", "a: &x 1\n---\nb: *x\n");
    assert!(read_all(&source).is_err());
}

#[test]
fn a_byte_order_mark_shifts_no_place() {
    let node = node("\u{feff}a: [b, é, c]");
    let items = node.get("a").and_then(Node::seq).expect("a list");
    assert_eq!(items[2].span.text(), "c");
    assert_eq!(items[1].span.text(), "é");
}

#[test]
fn tags_are_kept() {
    assert_eq!(
        read_as(
            "a: !vault |\n  $ANSIBLE\n  12\nb: !unsafe '{{ x }}'\nc: !!str 0644\nd: !!int '7'\n"
        ),
        concat!(
            r#"{"a": <!vault> "$ANSIBLE\n12\n", "b": <!unsafe> "{{ x }}", "#,
            r#""c": <tag:yaml.org,2002:str> "0644", "d": <tag:yaml.org,2002:int> 7}"#
        )
    );
}

#[test]
fn the_place_of_a_tagged_value_is_the_value() {
    let node = node("a: &x !vault |\n  one\nb: !!str\n  # why\n  two\nc: !!str\n");
    let text = |key| node.get(key).map(|n| n.span.text().to_owned());
    assert_eq!(text("a").as_deref(), Some("|\n  one\n"));
    assert_eq!(text("b").as_deref(), Some("two"));
    assert_eq!(text("c").as_deref(), Some(""));
}

#[test]
fn aliases_stand_for_their_anchor() {
    assert_eq!(
        read_as("a: &list [1, 2]\nb: *list\n"),
        r#"{"a": [1, 2], "b": [1, 2]}"#
    );
}

#[test]
fn merge_keys_give_way_to_what_is_written() {
    assert_eq!(
        read_as("base: &b {x: 1, y: 2}\nuse:\n  y: 3\n  <<: *b\n  z: 4\n"),
        r#"{"base": {"x": 1, "y": 2}, "use": {"x": 1, "y": 3, "z": 4}}"#
    );
}

#[test]
fn of_several_merged_mappings_the_first_wins() {
    assert_eq!(
        read_as("- &a {x: 1}\n- &b {x: 2, y: 2}\n- <<: [*a, *b]\n"),
        r#"[{"x": 1}, {"x": 2, "y": 2}, {"x": 1, "y": 2}]"#
    );
}

#[test]
fn a_quoted_merge_key_is_a_key() {
    assert_eq!(read_as("'<<': 1"), r#"{"<<": 1}"#);
}

#[test]
fn equal_text_of_another_type_is_another_key() {
    assert_eq!(read_as("1: a\n'1': b\n"), r#"{1: "a", "1": "b"}"#);
}

#[test]
fn a_block_without_a_last_line_break_gets_none() {
    for (written, text) in [
        ("a: |\n  x", "x"),
        ("a: |\n  x\n", "x\n"),
        ("a: |\n  x\n\n", "x\n"),
        ("a: |+\n  x\n\n", "x\n\n"),
        ("a: |+\n  x", "x"),
        ("a: |+\n  x\n  ", "x\n"),
        ("a: |\n  x\n  ", "x\n"),
        ("a: |-\n  x\n", "x"),
        ("a: >\n  x\n  y", "x y"),
        ("a: |\n  x\n    ", "x\n  "),
    ] {
        assert_eq!(
            node(written).get("a").and_then(Node::raw),
            Some(text),
            "{written:?}"
        );
    }
}

#[test]
fn collections_end_with_what_is_in_them() {
    let node = node("a:\n  b: 1\n\n# comment\nc: [1,\n  2]  # more\nd: {e: f}\n");
    let text = |key| node.get(key).map(|n| n.span.text().to_owned());
    assert_eq!(text("a").as_deref(), Some("b: 1"));
    assert_eq!(text("c").as_deref(), Some("[1,\n  2]"));
    assert_eq!(text("d").as_deref(), Some("{e: f}"));
}

#[test]
fn windows_line_ends_are_read() {
    assert_eq!(
        read_as("a: 1\r\nb: |\r\n  x\r\n  y\r\n"),
        r#"{"a": 1, "b": "x\ny\n"}"#
    );
}

/// A text made of what YAML gives a meaning to.
fn yaml_like() -> impl proptest::strategy::Strategy<Value = String> {
    "([ \t]{0,3}|[-?:,\\[\\]{}#&*!|>'\"%@`\\\\]|\n|---|\\.\\.\\.|[a-zé0-9]{1,3}|: |- |<<|\\*a|&a |!t|!!int |\\{\\{|\\}\\}){0,40}"
}

fn locate_everywhere(node: &Node) {
    match node.kind() {
        Kind::Scalar { text, .. } => {
            for end in 0..=text.len() {
                let _ = node.locate(0..end);
                let _ = node.locate(end..text.len());
            }
        }
        Kind::Seq(items) => items.iter().for_each(locate_everywhere),
        Kind::Map(entries) => entries.iter().for_each(|(key, value)| {
            locate_everywhere(key);
            locate_everywhere(value);
        }),
    }
}

fn any_text_is_answered(text: &str) {
    let source: Arc<SourceFile> = SourceFile::inline("any.yml", text);
    match read_all(&source) {
        Ok(documents) => documents.iter().for_each(locate_everywhere),
        Err(diagnostics) => {
            assert!(diagnostics.has_errors());
            let _ = diagnostics.render(true);
        }
    }
}

proptest::proptest! {
    #[test]
    fn yaml_like_text_never_panics(text in yaml_like()) {
        any_text_is_answered(&text);
    }

    #[test]
    fn arbitrary_text_never_panics(text in "\\PC*") {
        any_text_is_answered(&text);
    }
}
