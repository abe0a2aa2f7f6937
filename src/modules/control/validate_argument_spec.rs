//! `validate_argument_spec`: whether values are what a specification of arguments says.

mod convert;
mod rules;
#[cfg(test)]
mod tests;
mod validate;

use futures_util::FutureExt as _;
use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use crate::module_args;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Outcome};
use crate::vars::{Value, to_json};

pub(crate) use convert::TYPES;

module_args! {
    /// Arguments of `validate_argument_spec`.
    pub(crate) struct Args {
        /// The arguments there may be, each with `type`, `required`, `choices`, `elements` and `options`, as in `meta/argument_specs.yml`.
        argument_spec: IndexMap<String, Value>;
        /// Arguments to check besides the variables that are named in the specification.
        provided_arguments: Option<IndexMap<String, Value>>;
        /// What the check is about; it comes back in the result.
        validate_args_context: Option<IndexMap<String, Value>>;
        /// Rules for the arguments together: `mutually_exclusive`, `required_together`, `required_one_of`, `required_if`, `required_by`.
        rules: Option<IndexMap<String, Value>>;
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "validate_argument_spec",
    aliases: &[],
    collection: "ansible.builtin",
    summary: "Stop unless values are what a specification of arguments says",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::ReadOnly,
    local: true,
    run: |arguments, ctx| async move { run(Args::decode(arguments)?, ctx) }.boxed(),
};

fn run(args: Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let spec = json(&args.argument_spec);
    let context = json(&args.validate_args_context.unwrap_or_default());
    let mut given = Map::new();
    for name in spec.keys() {
        if let Some(value) = ctx.scope.get(name)? {
            given.insert(name.clone(), to_json(&value));
        }
    }
    given.extend(json(&args.provided_arguments.unwrap_or_default()));
    let rules = json(&args.rules.unwrap_or_default());
    let errors = validate::validate(&spec, &rules, &given);
    let context_kept = Json::Object(context.clone());
    if errors.is_empty() {
        return Ok(Outcome::ok()
            .msg("The arg spec validation passed")
            .with("validate_args_context", context_kept));
    }
    let msg = format!("Validation of arguments failed:\n{}", errors.join("\n"));
    let mut failure = Failure::new(msg)
        .with("argument_errors", errors)
        .with("argument_spec_data", Json::Object(spec))
        .with("validate_args_context", context_kept);
    if let Some(role) = context.get("name").and_then(Json::as_str) {
        let entry = context.get("argument_spec_name").and_then(Json::as_str);
        let entry = entry.unwrap_or("main");
        failure = failure.detail(format!(
            "\nthese are arguments of the role `{role}`, entry point `{entry}`"
        ));
    }
    Err(failure)
}

fn json(values: &IndexMap<String, Value>) -> Map<String, Json> {
    let pairs = values.iter();
    pairs
        .map(|(name, value)| (name.clone(), to_json(value)))
        .collect()
}
