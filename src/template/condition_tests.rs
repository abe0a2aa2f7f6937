use super::super::testing::{node, scope};
use super::*;

const VARS: &str = "
yes_text: 'yes'
one: 1
list: [a]
empty: []
on: true
off: false
result: {failed: false, changed: true, rc: 0}
other: b
";

fn told(text: &str) -> String {
    let scope = scope(VARS);
    match scope.templar().condition(&node(text), &scope) {
        Ok(Condition::Holds) => "holds".to_owned(),
        Ok(Condition::Fails(part)) => format!("fails: {part}"),
        Err(error) => format!("error: {}", error.diagnostic().message),
    }
}

#[test]
fn booleans_decide() {
    for (text, expected) in [
        ("on", "holds"),
        ("'off'", "fails: off"),
        ("true", "holds"),
        ("no", "fails: no"),
        ("one == 1 and list | length > 0", "holds"),
        ("one == 2", "fails: one == 2"),
        ("result is failed", "fails: result is failed"),
        ("result is not failed and result.rc == 0", "holds"),
        ("[one == 1, one == 2, nope]", "fails: one == 2"),
        ("[one == 1, [true, result is changed]]", "holds"),
        ("[]", "holds"),
        ("'{{ one == 1 }}'", "holds"),
        ("nope is defined", "fails: nope is defined"),
        ("nope is not defined", "holds"),
        ("yes_text | bool", "holds"),
        ("list is truthy", "holds"),
        ("empty is falsy", "holds"),
        (">\n  one == 1\n  and\n  one < 2\n", "holds"),
    ] {
        assert_eq!(told(text), expected, "{text}");
    }
}

#[test]
fn anything_else_is_refused() {
    for (text, expected) in [
        (
            "yes_text",
            "error: condition must come to true or false, not a string",
        ),
        (
            "one",
            "error: condition must come to true or false, not a number",
        ),
        (
            "1",
            "error: condition must come to true or false, not a number",
        ),
        (
            "list",
            "error: condition must come to true or false, not a list",
        ),
        (
            "result",
            "error: condition must come to true or false, not a mapping",
        ),
        ("list and on", "holds"),
        (
            "on and list",
            "error: condition must come to true or false, not a list",
        ),
        ("nope", "error: `nope` is undefined"),
        ("nope == 'x'", "error: `nope` is undefined"),
        ("nope.x is defined", "fails: nope.x is defined"),
        ("''", "error: expression is empty"),
        ("~", "error: expression is empty"),
        (
            "'other == \"{{ one }}\"'",
            "error: a condition is an expression already: no `{{ }}` inside it",
        ),
        ("{a: 1}", "error: expected an expression, found a mapping"),
    ] {
        assert_eq!(told(text), expected, "{text}");
    }
}
