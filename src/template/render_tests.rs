use super::super::testing::{node, scope};
use super::*;

const VARS: &str = "
port: 5432
name: pg1
flag: true
empty: ''
nothing: null
list: [a, b]
db: {host: h, ports: [1, 2]}
";

fn rendered(text: &str) -> String {
    match scope(VARS).templar().node(&node(text), &scope(VARS)) {
        Ok(value) => format!("{value:?}"),
        Err(error) => format!("error: {error}"),
    }
}

#[test]
fn a_single_expression_keeps_its_type() {
    for (text, expected) in [
        ("'{{ port }}'", "5432"),
        ("'{{ flag }}'", "True"),
        ("'{{ nothing }}'", "None"),
        ("'{{ list }}'", "['a', 'b']"),
        ("'{{ port ~ 1 }}'", "'54321'"),
        ("\"{{ port == 5432 and name == 'pg1' }}\"", "True"),
        (">\n  {{ port }}\n", "5432"),
        ("\"{{ {'a': {'b': port}} }}\"", "{'a': {'b': 5432}}"),
        ("'{{ range(3) }}'", "[0, 1, 2]"),
        ("'{{ list | map(\"upper\") }}'", "['A', 'B']"),
        (
            "'{% if flag %}{{ list }}{% else %}{{ port }}{% endif %}'",
            "['a', 'b']",
        ),
        ("'{%- set x = 3 -%}{{ x + 1 }}'", "4"),
        ("'{{ -port }}'", "-5432"),
        ("'{{- port -}}'", "5432"),
    ] {
        assert_eq!(rendered(text), expected, "{text}");
    }
}

#[test]
fn text_around_expressions_makes_text_as_python_writes_it() {
    for (text, expected) in [
        ("'{{ name }}:{{ port }}'", "'pg1:5432'"),
        ("' {{ port }}'", "' 5432'"),
        (
            "'{{ flag }} {{ nothing }} {{ list }} {{ db }}'",
            "\"True  ['a', 'b'] {'host': 'h', 'ports': [1, 2]}\"",
        ),
        ("|\n  port={{ port }}\n  x\n", "'port=5432\\nx\\n'"),
        (">\n  {{ name }}\n", "'pg1\\n'"),
        ("'{% for x in list %}{{ x }},{% endfor %}'", "'a,b,'"),
        ("'{# said #}{{ name }}!'", "'pg1!'"),
        ("'{{ empty }}'", "''"),
        ("\"<{{ '&' }}>\"", "'<&>'"),
    ] {
        assert_eq!(rendered(text), expected, "{text}");
    }
}

#[test]
fn scalars_without_templates_keep_their_yaml_type() {
    for (text, expected) in [
        ("0644", "420"),
        ("'0644'", "'0644'"),
        ("yes", "True"),
        ("~", "None"),
        ("1.5", "1.5"),
        ("{a: [1, x]}", "{'a': [1, 'x']}"),
        ("!unsafe '{{ x }}'", "'{{ x }}'"),
        ("!unsafe {a: '{{ x }}'}", "{'a': '{{ x }}'}"),
        ("{'{{ name }}': 1}", "{'pg1': 1}"),
    ] {
        assert_eq!(rendered(text), expected, "{text}");
    }
}

#[test]
fn omit_takes_its_entry_away() {
    for (text, expected) in [
        ("{a: 1, b: '{{ nope | default(omit) }}'}", "{'a': 1}"),
        ("[1, '{{ omit }}', 2]", "[1, 2]"),
        ("'{{ [1, omit] }}'", "[1]"),
        ("\"{{ {'a': omit, 'b': 1} }}\"", "{'b': 1}"),
        (
            "'x{{ omit }}'",
            "error: test.yml:1:6: `omit` cannot be a part of a text, only the whole of a value",
        ),
    ] {
        assert_eq!(rendered(text), expected, "{text}");
    }
    let value = scope("{}")
        .templar()
        .node(&node("'{{ omit }}'"), &scope("{}"));
    assert!(is_omit(&value.expect("omit")));
}

#[test]
fn what_is_undefined_is_told_with_the_missing_link() {
    for (text, expected) in [
        (
            "'{{ nmae }}'",
            "error: test.yml:1:5: `nmae` is undefined (did you mean `name`?)",
        ),
        ("'{{ zzz }}'", "error: test.yml:1:5: `zzz` is undefined"),
        (
            "'a {{ db.port }}'",
            "error: test.yml:1:7: `db.port` is undefined: `db` has no `port` (did you mean `ports`?)",
        ),
        (
            "'{{ db.user.name }}'",
            "error: test.yml:1:5: `db.user` is undefined: `db` has no `user` (it has `host`, `ports`)",
        ),
        (
            "\"{{ db['ports'][7] }}\"",
            "error: test.yml:1:5: `db['ports'][7]` is undefined: `db['ports']` has 2 items",
        ),
        (
            "'{{ nothing.x }}'",
            "error: test.yml:1:5: `nothing.x` is undefined: `nothing` is none",
        ),
        (
            "\"{{ zzz == 'x' }}\"",
            "error: test.yml:1:5: `zzz` is undefined",
        ),
        (
            "'{{ zzz | upper }}'",
            "error: test.yml:1:5: `zzz` is undefined",
        ),
        (
            "'{{ [zzz] }}'",
            "error: test.yml:1:5: the result holds an undefined value",
        ),
        (
            "'{% if zzz %}{% endif %}'",
            "error: test.yml:1:8: `zzz` is undefined",
        ),
        (
            "\"{{ 'b' in zzz }}\"",
            "error: test.yml:1:12: `zzz` is undefined",
        ),
        (
            "'{% for x in list %}{{ x.nope }}{% endfor %}'",
            "error: test.yml:1:24: `x.nope` is undefined",
        ),
    ] {
        assert_eq!(rendered(text), expected, "{text}");
    }
}

#[test]
fn mistakes_are_told_where_they_stand() {
    for (text, expected) in [
        (
            "'{{ name | uper }}'",
            "error: test.yml:1:12: unknown filter `uper` (did you mean `upper`?)",
        ),
        (
            "'{{ name is defind }}'",
            "error: test.yml:1:13: unknown test `defind` (did you mean `defined`?)",
        ),
        (
            "'{{ lokup(1) }}'",
            "error: test.yml:1:5: unknown function `lokup` (did you mean `lookup`?)",
        ),
        (
            "'{{ list.append(1) }}'",
            "error: test.yml:1:9: sequence has no method `append`; values never change, make a new one with `+`, `combine` or `set`",
        ),
        (
            "!vault abc",
            "error: test.yml:1:8: the vault data is damaged: its first line does not begin with $ANSIBLE_VAULT; (restore it from a copy; every line after the first is hexadecimal digits)",
        ),
    ] {
        let rendered = rendered(text);
        let rendered = rendered.split(" (decrypt").next().unwrap_or_default();
        assert_eq!(rendered, expected, "{text}");
    }
}

#[test]
fn what_does_not_parse_is_told_where_it_stands() {
    for text in [
        "'{{ name'",
        "'{{ name | }}'",
        "'{{ 1 +* 2 }}'",
        "'{% if %}'",
        "'{{ }}'",
    ] {
        let told = rendered(text);
        assert!(told.starts_with("error: test.yml:1:"), "{text}: {told}");
        assert!(
            told.contains(": template does not parse: "),
            "{text}: {told}"
        );
    }
}

#[test]
fn endless_work_is_stopped() {
    let told = rendered(
        "'{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}'",
    );
    assert!(
        told.contains("template was stopped: it runs for too long"),
        "{told}"
    );
}

#[test]
fn lists_and_mappings_a_template_sets_can_change() {
    for (text, expected) in [
        (
            "{% set o = [] %}{% for i in [3, 1] %}{{ o.append(i) }}{% endfor %}{{ o }}",
            "[3,1]",
        ),
        (
            "{% set o = {'a': []} %}{% set _ = o.a.append(1) %}{% set _ = o.update({'b': o}) %}{{ o }}",
            r#"{"a":[1],"b":{"a":[1]}}"#,
        ),
        (
            "{% set o = {} %}{% set _ = o.setdefault('x', []).append(2) %}{{ o | length }} {{ o }}",
            r#""1 {'x': [2]}""#,
        ),
        (
            "{% set o = [3, 1, 2] %}{{ o.sort() }}{{ o.pop() }}{{ o.insert(0, 9) }}{{ o | join(',') }}",
            r#""39,1,2""#,
        ),
        (
            "{% set o = [1] %}{% set p = o %}{{ p.append(2) }}{{ o == [1, 2] }}",
            "true",
        ),
    ] {
        assert_eq!(plainly(text), expected, "{text}");
    }
}

#[test]
fn what_is_none_leaves_no_trace() {
    for (text, expected) in [
        ("a{{ none }}b", r#""ab""#),
        ("{{ none }}{{ 5 }}", "5"),
        ("{{ none }}{{ none }}", "null"),
        ("{% if false %}x{% endif %}", "null"),
        (
            "x {{ 1e20 }} {{ 1.5e-7 }} {{ 2.0 }}",
            r#""x 1e+20 1.5e-07 2.0""#,
        ),
    ] {
        assert_eq!(plainly(text), expected, "{text}");
    }
}

fn plainly(text: &str) -> String {
    let scope = scope("{}");
    let span = crate::diag::SourceFile::inline("test.yml", text).whole();
    let node = Node::text(&span, text, crate::yaml::Style::Plain);
    match scope.templar().node(&node, &scope) {
        Ok(value) => crate::vars::to_json(&value).to_string(),
        Err(error) => format!("error: {error}"),
    }
}
