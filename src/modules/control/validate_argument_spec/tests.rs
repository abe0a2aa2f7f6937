use serde_json::{Value as Json, json};

use super::validate::validate;

fn errors(spec: &Json, rules: &Json, given: &Json) -> Vec<String> {
    let map = |json: &Json| json.as_object().cloned().expect("a mapping");
    validate(&map(spec), &map(rules), &map(given))
}

#[test]
fn what_fits_is_silent() {
    let spec = json!({
        "port": {"type": "int", "required": true},
        "on": {"type": "bool"},
        "names": {"type": "list", "elements": "str", "choices": ["a", "b"]},
        "mode": {"choices": ["fast", "slow"], "default": "slow"},
        "size": {"type": "bytes"},
        "more": {"type": "dict", "options": {"x": {"type": "float", "aliases": ["ex"]}}},
    });
    let given = json!({
        "port": "5432", "on": "yes", "names": "a,b", "size": "10M", "more": "{\"ex\": \"1.5\"}",
    });
    assert_eq!(errors(&spec, &json!({}), &given), Vec::<String>::new());
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let spec = json!({
        "port": {"type": "int", "required": true},
        "flag": {"type": "bool"},
        "mode": {"choices": ["fast", "slow"]},
        "who": {"required": true},
        "users": {"type": "list", "elements": "dict", "options": {"name": {"required": true}}},
        "names": {"type": "list", "choices": ["a", "b"]},
    });
    let given = json!({
        "port": "x", "flag": "maybe", "mode": "warp", "users": [{"nam": 1}, 5], "names": ["a", "c"],
        "strange": 1,
    });
    assert_eq!(
        errors(&spec, &json!({}), &given),
        [
            "missing required arguments: who",
            "argument 'port' is of type str and we were unable to convert to int: \"'x'\" cannot be converted to an int",
            "argument 'flag' is of type str and we were unable to convert to bool: The value 'maybe' is not a valid boolean.",
            "Elements value for option 'users' is of type int and we were unable to convert to dict: <class 'int'> cannot be converted to a dict",
            "value of mode must be one of: fast, slow, got: warp",
            "value of names must be one or more of: a, b. Got no match for: c",
            "missing required arguments: name found in users",
            "strange. Supported parameters include: flag, mode, names, port, users, who.",
            "users.nam. Supported parameters include: name.",
        ]
    );
}

#[test]
fn rules_hold_between_arguments_on_every_level() {
    let options = json!({"a": {}, "b": {}, "c": {}});
    let rules = json!({
        "mutually_exclusive": [["a", "b"]],
        "required_together": [["b", "c"]],
        "required_one_of": [["d", "e"]],
        "required_if": [["a", "x", ["c"]], ["a", "x", ["c", "d"], true]],
        "required_by": {"a": ["c"]},
    });
    let given = json!({"a": "x", "b": "y"});
    let wanted = [
        "parameters are mutually exclusive: a|b",
        "parameters are required together: b, c",
        "one of the following is required: d, e",
        "a is x but all of the following are missing: c",
        "a is x but any of the following are missing: c, d",
        "missing parameter(s) required by 'a': c",
    ];
    assert_eq!(errors(&options, &rules, &given), wanted);
    let mut nested = rules;
    nested["type"] = "dict".into();
    nested["options"] = options;
    let told = errors(&json!({"n": nested}), &json!({}), &json!({"n": given}));
    assert_eq!(told, wanted.map(|error| format!("{error} found in n")));
}
