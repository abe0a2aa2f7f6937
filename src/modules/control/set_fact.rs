//! `set_fact`: variables for the rest of the run.

use futures_util::FutureExt as _;
use serde_json::{Map, Value as Json};

use crate::module_args;
use crate::modules::args::Arguments;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Effect, Failure, Outcome};
use crate::vars::{Var, VarMap};

module_args! {
    /// Arguments of `set_fact`.
    pub(crate) struct Args {
        /// Whether the variables are facts as well: `meta: clear_facts` does not forget the
        /// variables, and no cache keeps facts beyond the run.
        cacheable: bool = "no";
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "set_fact",
    aliases: &[],
    collection: "ansible.builtin",
    summary: "Set variables of the host for the rest of the run",
    args: Args::SPECS,
    free_form: FreeForm::AnyNames,
    check: CheckMode::ReadOnly,
    local: true,
    run: |arguments, _| async move { run(arguments) }.boxed(),
};

fn run(mut arguments: Arguments) -> Result<Outcome, Failure> {
    let cacheable = arguments.0.shift_remove("cacheable");
    let own = cacheable.map(|argument| ("cacheable".to_owned(), argument));
    let cacheable = Args::decode(Arguments(own.into_iter().collect()))?.cacheable;
    if arguments.0.is_empty() {
        return Err(Failure::new("`set_fact` needs at least one `name: value`"));
    }
    let (mut facts, mut vars) = (Map::new(), VarMap::new());
    for (name, argument) in arguments.0 {
        if !is_name(&name) {
            return Err(Failure::new(format!(
                "`{name}` cannot be a variable's name: use letters, digits and `_`, and begin with no digit"
            )));
        }
        let json = serde_json::to_value(&argument.value)
            .map_err(|e| Failure::new(format!("`{name}` cannot be kept: {e}")))?;
        facts.insert(name.clone(), json);
        vars.insert(name.into(), Var::Data(argument.value));
    }
    let mut outcome = Outcome::ok().with("ansible_facts", Json::Object(facts));
    outcome.effects.push(Effect::SetFacts { vars, cacheable });
    Ok(outcome)
}

/// Whether a template can use a variable of this name.
pub(super) fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || c == '_';
    name.chars().all(plain) && name.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::modules::testing::Lab;
    use crate::modules::{Effect, Outcome};
    use crate::vars::Var;

    #[tokio::test]
    async fn values_keep_their_types() {
        let lab = Lab::new();
        let arguments = json!({"port": 5432, "nodes": ["a", "b"], "cacheable": "yes"});
        let Outcome {
            result,
            effects,
            changed,
            ..
        } = lab.ok("set_fact", arguments).await;
        assert_eq!(
            result["ansible_facts"],
            json!({"port": 5432, "nodes": ["a", "b"]})
        );
        assert!(!changed);
        let [
            Effect::SetFacts {
                vars,
                cacheable: true,
            },
        ] = effects.as_slice()
        else {
            panic!("one effect: {effects:?}")
        };
        let Some(Var::Data(port)) = vars.get("port") else {
            panic!("a port")
        };
        assert_eq!(port.as_usize(), Some(5432));
    }

    #[tokio::test]
    async fn names_no_template_could_use_are_refused() {
        let lab = Lab::new();
        let (msg, _) = lab.fails("set_fact", json!({"my-var": 1})).await;
        assert!(
            msg.starts_with("`my-var` cannot be a variable's name"),
            "{msg}"
        );
        let (msg, _) = lab.fails("set_fact", json!({})).await;
        assert_eq!(msg, "`set_fact` needs at least one `name: value`");
    }
}
