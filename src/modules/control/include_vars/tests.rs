use serde_json::json;

use crate::modules::testing::Lab;
use crate::modules::{Effect, Outcome};
use crate::vars::VarMap;

fn kept(outcome: &Outcome) -> &VarMap {
    let [Effect::IncludeVars(vars)] = outcome.effects.as_slice() else {
        panic!("one effect: {:?}", outcome.effects)
    };
    vars
}

#[tokio::test]
async fn a_folder_is_read_in_order_and_what_is_no_file_of_variables_is_told() {
    let lab = Lab::new();
    lab.write("d/a.yml", "x: 1\n");
    lab.write("d/b.yml", "x: 2\ny: '{{ x }}'\n");
    lab.write("d/deep/c.json", "{\"z\": 3}");
    let dir = lab.at("d");
    let outcome = lab.ok("include_vars", json!({ "dir": dir })).await;
    assert_eq!(
        outcome.result["ansible_facts"],
        json!({"x": 2, "y": 2, "z": 3})
    );
    assert_eq!(kept(&outcome).len(), 3);
    let shallow = json!({ "dir": dir, "depth": 1, "files_matching": "^b" });
    let outcome = lab.ok("include_vars", shallow).await;
    let files = &outcome.result["ansible_included_var_files"];
    assert_eq!(*files, json!([lab.at("d/b.yml")]));
    lab.write("d/note.txt", "");
    let (msg, result) = lab.fails("include_vars", json!({ "dir": dir })).await;
    assert!(
        msg.contains("note.txt has none of the extensions yaml, yml, json"),
        "{msg}"
    );
    assert_eq!(
        result["ansible_included_var_files"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
}

#[tokio::test]
async fn mappings_are_merged_on_demand() {
    let mut lab = Lab::new();
    lab.vars.insert(
        "m".into(),
        crate::vars::Var::Data(crate::vars::from_json(&json!({"a": {"k": 1}, "l": [1]}))),
    );
    lab.write("vars/v.yml", "m: {a: {n: 2}, l: [2]}\n");
    let ask = json!({"file": "v.yml", "hash_behaviour": "merge"});
    let outcome = lab.ok("include_vars", ask).await;
    assert_eq!(
        outcome.result["ansible_facts"],
        json!({"m": {"a": {"k": 1, "n": 2}, "l": [2]}})
    );
}

#[tokio::test]
async fn arguments_that_contradict_each_other_are_refused() {
    let lab = Lab::new();
    let (msg, _) = lab
        .fails("include_vars", json!({"file": "v.yml", "depth": 1}))
        .await;
    assert_eq!(
        msg,
        "`depth` is about folders, and `file` names a file: leave one out"
    );
    let (msg, _) = lab.fails("include_vars", json!({})).await;
    assert_eq!(msg, "`include_vars` needs `file` or `dir`");
}
