//! What is said about texts that are no YAML, or not ours.

use super::*;

/// Everything that is wrong, a line each.
fn told(text: &str) -> String {
    match read(text) {
        Ok(node) => panic!("this was read: {}", shown(&node)),
        Err(found) => found.to_string(),
    }
}

#[test]
fn keys_given_twice_show_both_places() {
    insta::assert_snapshot!(mistakes("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n"), @r"
    error: the key `c` is given twice
     --> play.yml:4:3
      |
    3 |   c: 1
      |   - first here
    4 |   c: 2
      |   ^ again here
      |
      = help: remove one of them: the second would silently replace the first

    error: the key `a` is given twice
     --> play.yml:5:1
      |
    1 | a: 1
      | - first here
    ...
    5 | a: 3
      | ^ again here
      |
      = help: remove one of them: the second would silently replace the first
    ");
}

#[test]
fn equal_values_are_one_key() {
    assert!(told("yes: 1\ntrue: 2\n").starts_with("play.yml:2:1: the key `true` is given twice"));
    assert!(told("{a: 1, 'a': 2}").starts_with("play.yml:1:8: the key `a` is given twice"));
}

#[test]
fn a_key_given_twice_is_told_among_many() {
    for keys in [15, 16, 17, 40] {
        for first in [0, keys - 1] {
            let mut text: String = (0..keys).map(|n| format!("{n}: a\n")).collect();
            text.push_str("last: b\n");
            assert!(read(&text).is_ok(), "{keys} keys, each once");
            text += &first.to_string();
            text += ": c\n";
            let expected = format!("play.yml:{}:1: the key `{first}` is given twice", keys + 2);
            assert!(told(&text).starts_with(&expected), "{}", told(&text));
        }
    }
}

#[test]
fn a_bracket_left_open_shows_where_it_begins() {
    insta::assert_snapshot!(mistakes("- hosts: [a, b\n  tasks: []\n"), @r"
    error: expected `,` or `]` here
     --> play.yml:2:8
      |
    1 | - hosts: [a, b
      |          - the list begins here
    2 |   tasks: []
      |        ^
      |
      = help: close the list with `]`, or quote it if it is a text
    ");
}

#[test]
fn a_value_that_begins_with_braces_is_shown_quoted() {
    for (text, said) in [
        (
            "a: {{ x }}/y\nb: 1\n",
            r#"play.yml:1:4: a value that begins with `{{` must be quoted (write `"{{ x }}/y"`)"#,
        ),
        (
            "a: {{ x }}\nb: 1\n",
            r#"play.yml:1:4: a value that begins with `{{` must be quoted (write `"{{ x }}"`)"#,
        ),
        (
            "- {{ x[0] }} # why\n",
            r#"play.yml:1:3: a value that begins with `{{` must be quoted (write `"{{ x[0] }}"`)"#,
        ),
        (
            "a: {{ \"x\" }}\n",
            r#"play.yml:1:4: a value that begins with `{{` must be quoted (write `'{{ "x" }}'`)"#,
        ),
        (
            "a: {{ \"x\" ~ 'y' }}\n",
            "play.yml:1:4: a value that begins with `{{` must be quoted (put the whole value in quotes: without them, `{` begins a mapping)",
        ),
    ] {
        assert_eq!(told(text), said, "{text:?}");
    }
}

#[test]
fn tabs_are_told() {
    let said = "a tab cannot be used for indentation (indent with spaces)";
    assert_eq!(
        told("- hosts: all\n\ttasks: []\n"),
        format!("play.yml:2:1: {said}")
    );
    assert_eq!(told("a:\n\t- b\n"), format!("play.yml:2:1: {said}"));
    assert_eq!(told("a: |\n\tb\n"), format!("play.yml:2:1: {said}"));
}

#[test]
fn a_space_after_the_colon_is_missed() {
    for (text, place) in [
        ("hosts:all\ntasks: []\n", "1:1"),
        ("- hosts:all\n  tasks: []\n", "1:3"),
        ("- name: x\n  hosts:all\n  tasks: []\n", "2:3"),
    ] {
        let said =
            format!("play.yml:{place}: a space is missing after the `:` (write `hosts: all`)");
        assert_eq!(told(text), said, "{text:?}");
    }
}

#[test]
fn indentation_that_fits_nothing_is_told_in_columns() {
    assert_eq!(
        told("- name: x\n   hosts: all\n"),
        "play.yml:2:9: a mapping cannot begin here (this key begins in column 4, the one above in \
         column 3: keys of one mapping begin in the same column)"
    );
    assert_eq!(
        told("- name: x\n hosts: all\n"),
        "play.yml:2:2: the indentation of this line fits nothing above it (this key begins in \
         column 2, the one above in column 3: keys of one mapping begin in the same column)"
    );
    assert_eq!(
        told("- a: b\n  - c\n"),
        "play.yml:2:3: expected a key here (check the indentation: a key that belongs to it \
         begins in column 3)"
    );
    assert_eq!(
        told("a: - b\n"),
        "play.yml:1:4: a list item cannot begin here (put `- ` on a line of its own, below the \
         key it belongs to)"
    );
}

#[test]
fn a_colon_within_a_value_is_told() {
    assert_eq!(
        told("- name: it: is\n"),
        "play.yml:1:11: a mapping cannot begin here (a value that contains `: ` must be quoted)"
    );
}

#[test]
fn a_line_without_a_colon_is_told() {
    assert_eq!(
        told("a: 1\nb é\nc: 2\n"),
        "play.yml:2:1: a key must be followed by `:` (write `key: value`, or check the \
         indentation if this continues a text above)"
    );
}

#[test]
fn quotes_are_told() {
    for (text, said) in [
        (
            "a: 'x\nb: 1\n",
            "1:4: this ' is never closed (close it with ', and write an apostrophe within it as '')",
        ),
        (
            "a: \"x\nb: 1\n",
            "1:4: this \" is never closed (close it with \", and write a quote within it as \\\")",
        ),
        (
            "a: \"x\" y\n",
            "1:8: nothing may follow the closing quote (put the whole value in quotes)",
        ),
        (
            "a: \"\\d\"\n",
            "1:5: `\\d` is no escape of a double-quoted text (write the backslash twice, or use single quotes, which know no escapes)",
        ),
        (
            "a: \"",
            "1:4: this \" is never closed (close it with \", and write a quote within it as \\\")",
        ),
    ] {
        assert_eq!(told(text), format!("play.yml:{said}"), "{text:?}");
    }
}

#[test]
fn characters_that_begin_no_value_are_told() {
    for (text, said) in [
        (
            "a: @x\n",
            "1:4: a value cannot begin with `@` (put the value in quotes)",
        ),
        (
            "a: %x\n",
            "1:4: a value cannot begin with `%` (put the value in quotes)",
        ),
        (
            "a: *\n",
            "1:4: `*` begins an alias here, but no name follows (if the text itself is meant, quote it: `\"*\"`)",
        ),
        (
            "a: *all\n",
            "1:4: there is no anchor `&all` before this alias (if a text that begins with `*` is meant, quote it: `\"*all\"`)",
        ),
        (
            "a: é\u{1}\n",
            "1:5: the control character U+0001 is not allowed in YAML (remove it, or write it as an escape in double quotes, such as \"\\e\")",
        ),
    ] {
        assert_eq!(told(text), format!("play.yml:{said}"), "{text:?}");
    }
}

#[test]
fn anchors_that_cannot_be_followed_are_told() {
    assert_eq!(
        told("a: &left 1\nb: *lfet\n"),
        "play.yml:2:4: there is no anchor `&lfet` before this alias (did you mean `*left`?)"
    );
    assert_eq!(
        told("a: &x [*x]\n"),
        "play.yml:1:8: the alias `*x` stands within its own anchor"
    );
    assert_eq!(
        told("<<: 1\n"),
        "play.yml:1:5: `<<` merges mappings, but this is a number (give an alias of a mapping: \
         `<<: *name`, or a list of such aliases)"
    );
}

#[test]
fn tags_that_do_not_fit_are_told() {
    for (text, said) in [
        (
            "a: !vualt x\n",
            "1:11: the tag `!vualt` cannot be used here (did you mean `!vault`?)",
        ),
        (
            "a: !!int x\n",
            "1:10: this text is not what its tag `!!int` says",
        ),
        (
            "a: !vault [x]\n",
            "1:4: the tag `!vault` cannot be used here (known tags of texts are `!vault`, `!unsafe`, `!!str`, `!!int`, `!!float`, `!!bool` or `!!null`)",
        ),
        (
            "a: [!vault,b]\n",
            "1:5: there is no value between `!vault` and the comma (give the tag a value, or quote the text if it is no tag)",
        ),
    ] {
        assert_eq!(told(text), format!("play.yml:{said}"), "{text:?}");
    }
}

#[test]
fn a_second_document_is_told() {
    assert_eq!(
        told("a: 1\n---\nb: 2\n"),
        "play.yml:3:1: this file must hold one YAML document only (remove the `---` before it, or \
         move it to a file of its own)"
    );
}

#[test]
fn aliases_cannot_blow_a_file_up() {
    let line = |name: char, before: char| {
        let aliases = vec![format!("*{before}"); 10].join(", ");
        format!("{name}: &{name} [{aliases}]")
    };
    let lines: Vec<String> = ('b'..='g')
        .zip('a'..='f')
        .map(|(n, b)| line(n, b))
        .collect();
    let text = format!(
        "a: &a [x, x, x, x, x, x, x, x, x, x]\n{}\n",
        lines.join("\n")
    );
    assert_eq!(
        told(&text),
        "play.yml:6:36: this file has more than 1000000 values, aliases followed"
    );
}

#[test]
fn nesting_ends_somewhere() {
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(read(&deep(128)).is_ok());
    assert_eq!(
        told(&deep(129)),
        "play.yml:1:129: values are nested more than 128 levels deep"
    );
    assert!(told(&deep(100_000)).starts_with("play.yml:1:129: "));
}

#[test]
fn aliases_count_as_deep_as_what_they_stand_for() {
    let chain: Vec<String> = (1..200).map(|i| format!("- &a{i} [*a{}]", i - 1)).collect();
    let text = format!("- &a0 [x]\n{}\n", chain.join("\n"));
    assert_eq!(
        told(&text),
        "play.yml:128:10: values are nested more than 128 levels deep"
    );
}
