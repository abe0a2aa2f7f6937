use proptest::prelude::*;

use super::super::testing::{node, scope};
use super::*;

const VARS: &str = "{name: pg1, list: [1, 2], db: {port: 5432}, yes: true}";

fn rendered(text: &str, options: &FileOptions) -> String {
    let scope = scope(VARS);
    let source = SourceFile::inline("t.yml.j2", text);
    match scope.templar().file(&source, options, &scope) {
        Ok(text) => text,
        Err(error) => format!("error: {error}"),
    }
}

fn options(change: impl FnOnce(&mut FileOptions)) -> FileOptions {
    let mut options = FileOptions::default();
    change(&mut options);
    options
}

#[test]
fn files_are_text_throughout() {
    let default = FileOptions::default();
    for (text, expected) in [
        ("{{ list }}\n", "[1, 2]\n"),
        (
            "{% for x in list %}\n{{ x }}\n{% endfor %}\nend",
            "1\n2\nend",
        ),
        (
            "{{ '<&>' }} {{ yes }} {{ name | to_json }}",
            "<&> True \"pg1\"",
        ),
        (
            "{# note #}\n{% if db.nope.deep is defined %}no{% else %}yes{% endif %}",
            "yes",
        ),
        (
            "{% macro m(a) %}[{{ a }} {{ name }}]{% endmacro %}{{ m(1) }}",
            "[1 pg1]",
        ),
        (
            "{% set ns = namespace(n=0) %}{% for x in list %}{% set ns.n = ns.n + x %}{% endfor %}{{ ns.n }}",
            "3",
        ),
        (
            "{{ omit }}",
            "error: t.yml.j2:1:4: `omit` cannot be a part of a text, only the whole of a value",
        ),
        (
            "a\n{{ nmae }}",
            "error: t.yml.j2:2:4: `nmae` is undefined (did you mean `name`?)",
        ),
        (
            "{{ db.x.y | default(1) }} {{ db.prot }}",
            "error: t.yml.j2:1:30: `db.prot` is undefined: `db` has no `prot` (did you mean `port`?)",
        ),
    ] {
        assert_eq!(rendered(text, &default), expected, "{text}");
    }
}

#[test]
fn white_space_is_as_asked() {
    let text = "  {% if yes %}\nx\n  {% endif %}\n";
    let told = |change: fn(&mut FileOptions)| rendered(text, &options(change));
    assert_eq!(told(|_| {}), "  x\n  \n");
    assert_eq!(told(|o| o.lstrip_blocks = true), "x\n");
    assert_eq!(told(|o| o.trim_blocks = false), "  \nx\n  \n");
    assert_eq!(
        rendered("x\n", &options(|o| o.keep_trailing_newline = false)),
        "x"
    );
}

#[test]
fn delimiters_can_be_others() {
    let latex = options(|o| {
        (o.variable_start, o.variable_end) = ("<<".into(), ">>".into());
        (o.block_start, o.block_end) = ("<%".into(), "%>".into());
        (o.comment_start, o.comment_end) = ("<#".into(), "#>".into());
    });
    let text = "{{ name }}<# {{ #> << db.x.y | default(name) >> <% if yes %>!<% endif %>";
    assert_eq!(rendered(text, &latex), "{{ name }} pg1 !");
    let same = options(|o| o.block_start = "{{".into());
    let told = rendered("x", &same);
    assert!(
        told.starts_with("error: template delimiters are not usable: "),
        "{told}"
    );
}

#[test]
fn includes_are_found_and_blamed() {
    let dir = tempfile::tempdir().expect("tempdir");
    std::fs::write(dir.path().join("part.j2"), "part of {{ name }}").expect("write");
    std::fs::write(
        dir.path().join("bad.j2"),
        "x\n{{ db.x.y | default('') }}{{ nope }}",
    )
    .expect("write");
    let options = options(|o| o.search_path = vec![dir.path().to_owned()]);
    assert_eq!(
        rendered("{% include 'part.j2' %}!", &options),
        "part of pg1!"
    );
    let told = rendered("{% include 'bad.j2' %}", &options);
    let expected = format!(
        "error: {}/bad.j2:2:30: `nope` is undefined",
        dir.path().display()
    );
    assert_eq!(told, expected);
    let told = rendered("{% include 'none.j2' %}", &options);
    assert_eq!(
        told,
        "error: t.yml.j2:1:4: tried to include non-existing template 'none.j2' \
         (templates are looked for beside the including one and in `templates/`)"
    );
}

/// Templates that are nearly right: pieces of the language in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{{",
        "}}",
        "{%",
        "%}",
        "{#",
        "#}",
        "{% raw %}",
        "{% endraw %}",
        "name",
        "db.port",
        "db.x.y",
        " | default(",
        ")",
        "(",
        "[",
        "]",
        "['",
        "']",
        "\"",
        "'",
        "\\",
        " is defined",
        " is not ",
        "|",
        ".",
        ",",
        ":",
        "+",
        "-",
        "*",
        "**",
        "/",
        "//",
        "%",
        "~",
        "==",
        " in ",
        " if ",
        " else ",
        "1",
        "99999999999",
        "1.5",
        "-",
        "é",
        "\n",
        " ",
        "{% for x in list %}",
        "{% endfor %}",
        "{% if yes %}",
        "{% endif %}",
        "regex_search('(')",
        "omit",
        "lookup('vars', 'name')",
        "range(3)",
        "combine",
        "__chain__",
        "join",
        "map('upper')",
        "{",
        "}",
        "dict2items",
        "version('1', '>')",
        "zfill(3)",
    ]);
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_text_panics(text in pieces()) {
        let scope = scope(VARS);
        let span = SourceFile::inline("p.yml", text.clone()).whole();
        for style in [crate::yaml::Style::Plain, crate::yaml::Style::DoubleQuoted] {
            let node = crate::yaml::Node::text(&span, &text, style);
            let _ = scope.templar().check(&node);
            let _ = scope.templar().check_expression(&node);
            let _ = scope.templar().node(&node, &scope);
            let _ = scope.templar().condition(&node, &scope);
        }
        rendered(&text, &FileOptions::default());
    }

    #[test]
    fn no_noise_panics(text in "\\PC{0,40}") {
        let wrapped = format!("{{{{{text}}}}}");
        rendered(&wrapped, &FileOptions::default());
        rendered(&text, &FileOptions::default());
        let scope = scope(VARS);
        let span = SourceFile::inline("p.yml", wrapped.clone()).whole();
        let node = crate::yaml::Node::text(&span, &wrapped, crate::yaml::Style::Plain);
        let _ = scope.templar().node(&node, &scope);
    }
}

#[test]
fn deep_nesting_ends_before_the_stack_does() {
    let scope = scope(VARS);
    let deep = |count: usize| {
        [
            format!("{{{{ {}1{} }}}}", "(".repeat(count), ")".repeat(count)),
            format!("{{{{ {}1{} }}}}", "[".repeat(count), "]".repeat(count)),
            format!("{{{{ {}yes }}}}", "not ".repeat(count)),
            format!("{{{{ name{} }}}}", ".x".repeat(count / 2)),
            format!("{{{{ {}1 }}}}", "-".repeat(count)),
            format!("{{{{ 1{} }}}}", " ~ 1".repeat(count / 2)),
            format!("{{{{ 1{} }}}}", " if yes else 1".repeat(count / 4)),
            format!("{{{{ 1{} }}}}", " | int".repeat(count / 2)),
        ]
    };
    for text in deep(390) {
        // Whatever it comes to: the stack held.
        let quoted = serde_json::to_string(&text).expect("JSON");
        let _ = scope.templar().node(&node(&quoted), &scope);
    }
    for text in deep(5000) {
        let quoted = serde_json::to_string(&text).expect("JSON");
        let told = scope
            .templar()
            .node(&node(&quoted), &scope)
            .expect_err("too deep");
        assert!(
            told.to_string().contains("nests more than 400 deep"),
            "{told}"
        );
        let told = rendered(&text, &FileOptions::default());
        assert!(told.contains("nests more than 400 deep"), "{told}");
    }
    let told = rendered(
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        &FileOptions::default(),
    );
    assert!(told.contains("recursion limit exceeded"), "{told}");
}

#[test]
fn nothing_takes_more_memory_than_it_should() {
    for expression in [
        "'a' * 9999999999",
        "[1] * 999999999999",
        "'%9999999999d' | format(1)",
        "'%*d' | format(9999999999, 1)",
        "'%.999999999f' | format(1.5)",
        "'{:9999999999}'.format('x')",
        "'a' | indent(99999999999, true)",
        "2 ** 99999999999",
        "[1] | batch(9999999999999, 'x')",
        "range(9) | slice(99999999999)",
        "[1] | tojson(indent=99999999999)",
        "range(999999999)",
    ] {
        let told = super::super::testing::json(expression, "{}");
        assert!(told.starts_with("error: "), "{expression}: {told}");
    }
}
