//! `set_stats`: values that the run as a whole came to.

use futures_util::FutureExt as _;
use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

use super::set_fact::is_name;
use crate::module_args;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Effect, Failure, Outcome};
use crate::vars::{Value, to_json};

module_args! {
    /// Arguments of `set_stats`.
    pub(crate) struct Args {
        /// The values, by name.
        data: Option<IndexMap<String, Value>>;
        /// Whether every host has values of its own.
        per_host: bool = "no";
        /// Whether values add up: numbers are summed, texts and lists joined, mappings merged.
        aggregate: bool = "yes";
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "set_stats",
    aliases: &[],
    collection: "ansible.builtin",
    summary: "Keep values for the end of the run, shown where `show_custom_stats` is on",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::ReadOnly,
    local: true,
    run: |arguments, ctx| async move { run(Args::decode(arguments)?, ctx) }.boxed(),
};

fn run(args: Args, _: &Ctx<'_>) -> Result<Outcome, Failure> {
    let mut data = Map::new();
    for (name, value) in args.data.into_iter().flatten() {
        if !is_name(&name) {
            return Err(Failure::new(format!(
                "`{name}` cannot be a variable's name: use letters, digits and `_`, and begin with no digit"
            )));
        }
        data.insert(name, to_json(&value));
    }
    let stats = json!({
        "data": data,
        "per_host": args.per_host,
        "aggregate": args.aggregate,
    });
    let mut outcome = Outcome::ok().with("ansible_stats", stats);
    outcome.effects.push(Effect::Stats {
        data,
        per_host: args.per_host,
        aggregate: args.aggregate,
    });
    Ok(outcome)
}

/// What two values of one name add up to; the old one when their types differ.
pub(crate) fn add(old: &mut Json, new: &Json) {
    match (old, new) {
        (Json::Number(a), Json::Number(b)) => {
            let ints = a.as_i64().zip(b.as_i64());
            let sum = ints.and_then(|(a, b)| a.checked_add(b)).map(Json::from);
            let floats = a.as_f64().zip(b.as_f64()).map(|(a, b)| Json::from(a + b));
            if let Some(Json::Number(sum)) = sum.or(floats) {
                *a = sum;
            }
        }
        (Json::String(a), Json::String(b)) => a.push_str(b),
        (Json::Array(a), Json::Array(b)) => a.extend(b.iter().cloned()),
        (Json::Object(a), Json::Object(b)) => merge(a, b),
        _ => {}
    }
}

/// Lays a mapping over another one.
fn merge(below: &mut Map<String, Json>, above: &Map<String, Json>) {
    for (key, value) in above {
        match (below.get_mut(key), value) {
            (Some(Json::Object(old)), Json::Object(new)) => merge(old, new),
            _ => {
                below.insert(key.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modules::testing::Lab;

    #[test]
    fn values_of_one_type_add_up() {
        let sum = |mut old: Json, new: Json| {
            add(&mut old, &new);
            old
        };
        assert_eq!(sum(json!(1), json!(2)), json!(3));
        assert_eq!(sum(json!(1), json!(0.5)), json!(1.5));
        assert_eq!(sum(json!("a"), json!("b")), json!("ab"));
        assert_eq!(sum(json!([1]), json!([1])), json!([1, 1]));
        let merged = sum(json!({"a": {"x": 1}}), json!({"a": {"y": 2}}));
        assert_eq!(merged, json!({"a": {"x": 1, "y": 2}}));
        assert_eq!(sum(json!(1), json!("b")), json!(1));
    }

    #[tokio::test]
    async fn data_must_be_a_mapping_of_names() {
        let lab = Lab::new();
        let outcome = lab.ok("set_stats", json!({"data": {"a": 1}})).await;
        let stats = &outcome.result["ansible_stats"];
        assert_eq!(
            *stats,
            json!({"data": {"a": 1}, "per_host": false, "aggregate": true})
        );
        let (msg, _) = lab.fails("set_stats", json!({"data": {"a-b": 1}})).await;
        assert!(msg.starts_with("`a-b` cannot be"), "{msg}");
        lab.fails("set_stats", json!({"data": [1]})).await;
    }
}
