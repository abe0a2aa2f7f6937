//! `group_by`: put each host into a group named by a value.

use futures_util::FutureExt as _;

use crate::module_args;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Effect, Failure, Outcome};

module_args! {
    /// Arguments of `group_by`.
    pub(crate) struct Args {
        /// The group the host joins; blanks become `-`.
        key: String;
        /// The groups that group belongs to.
        parents: Vec<String> = "all";
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "group_by",
    aliases: &[],
    collection: "ansible.builtin",
    summary: "Put each host into a group named by a value",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::ReadOnly,
    local: true,
    run: |arguments, _| async move { run(&Args::decode(arguments)?) }.boxed(),
};

fn run(args: &Args) -> Result<Outcome, Failure> {
    if args.key.trim().is_empty() {
        return Err(Failure::new("`key` is empty"));
    }
    let plain = |name: &str| name.replace(' ', "-");
    let key = plain(&args.key);
    let parents: Vec<String> = args.parents.iter().map(|name| plain(name)).collect();
    let mut outcome = Outcome::changed(true)
        .with("add_group", key.clone())
        .with("parent_groups", parents.clone());
    outcome.effects.push(Effect::GroupBy { key, parents });
    Ok(outcome)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::modules::Effect;
    use crate::modules::testing::Lab;

    #[tokio::test]
    async fn the_host_joins_the_group() {
        let lab = Lab::new();
        let outcome = lab.ok("group_by", json!({"key": "pg 15"})).await;
        let [Effect::GroupBy { key, parents }] = outcome.effects.as_slice() else {
            panic!("one effect")
        };
        assert_eq!(
            (key.as_str(), parents.as_slice()),
            ("pg-15", ["all".to_owned()].as_slice())
        );
    }
}
