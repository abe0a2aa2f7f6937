//! `add_host`: one more host for the plays to come.

use futures_util::FutureExt as _;

use crate::module_args;
use crate::modules::args::Arguments;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Effect, Failure, Outcome};
use crate::vars::{Value, Var, VarMap, to_json};

module_args! {
    /// Arguments of `add_host`; everything else becomes a variable of the host.
    pub(crate) struct Args {
        /// The host's name, or `name:port`.
        name: String ["host", "hostname"];
        /// The groups it joins.
        groups: Option<Vec<String>> ["group", "groupname"];
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "add_host",
    aliases: &[],
    collection: "ansible.builtin",
    summary: "Add a host to the inventory of this run",
    args: Args::SPECS,
    free_form: FreeForm::AnyNames,
    check: CheckMode::ReadOnly,
    local: true,
    run: |arguments, _| async move { run(arguments) }.boxed(),
};

fn run(arguments: Arguments) -> Result<Outcome, Failure> {
    let mut vars = VarMap::new();
    let mut own = Arguments::default();
    for (key, argument) in arguments.0 {
        // With any names allowed, an alias may arrive under its own name.
        match MODULE.arg(&key) {
            Some(spec) => {
                own.0.insert(spec.name.to_owned(), argument);
            }
            None => {
                vars.insert(key.into(), Var::Data(argument.value));
            }
        }
    }
    let args = Args::decode(own)?;
    let (name, port) = name_and_port(args.name.trim());
    if name.is_empty() {
        return Err(Failure::new("`name` is empty"));
    }
    if let Some(port) = port {
        vars.entry("ansible_port".into())
            .or_insert(Var::Data(Value::from(port)));
    }
    let groups = args.groups.unwrap_or_default();
    let known = vars.iter().filter_map(|(key, var)| match var {
        Var::Data(value) => Some((key.to_string(), to_json(value))),
        Var::Lazy(_) => None,
    });
    let added = serde_json::json!({
        "host_name": name,
        "groups": &groups,
        "host_vars": known.collect::<serde_json::Map<_, _>>(),
    });
    let mut outcome = Outcome::changed(true).with("add_host", added);
    outcome.effects.push(Effect::AddHost {
        name: name.to_owned(),
        groups,
        vars,
    });
    Ok(outcome)
}

/// `db1:2222` is a port of `db1`; an address of IPv6 has more than one colon.
fn name_and_port(text: &str) -> (&str, Option<u16>) {
    match text.split_once(':') {
        Some((name, port)) if !port.contains(':') => match port.parse() {
            Ok(port) => (name, Some(port)),
            Err(_) => (text, None),
        },
        _ => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::modules::Effect;
    use crate::modules::testing::Lab;
    use crate::vars::Var;

    #[tokio::test]
    async fn the_host_its_groups_and_variables_are_handed_on() {
        let lab = Lab::new();
        let arguments =
            json!({"hostname": "db4:2222", "groups": "replicas, new", "role": "replica"});
        let outcome = lab.ok("add_host", arguments).await;
        let [Effect::AddHost { name, groups, vars }] = outcome.effects.as_slice() else {
            panic!("one effect")
        };
        assert_eq!(
            (name.as_str(), groups.as_slice()),
            ("db4", ["replicas", "new"].map(String::from).as_slice())
        );
        let text = |key: &str| match vars.get(key) {
            Some(Var::Data(value)) => value.to_string(),
            other => panic!("{key}: {other:?}"),
        };
        assert_eq!(
            (text("role"), text("ansible_port")),
            ("replica".into(), "2222".into())
        );
        assert_eq!(vars.len(), 2);
    }

    #[tokio::test]
    async fn a_name_is_needed() {
        let lab = Lab::new();
        let (msg, _) = lab.fails("add_host", json!({"groups": "x"})).await;
        assert_eq!(msg, "`name` is required: The host's name, or `name:port`.");
    }
}
