//! `debug`: show a message or a variable.

use futures_util::FutureExt as _;

use crate::module_args;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Expr, Failure, Outcome};
use crate::vars::{Value, to_json};

module_args! {
    /// Arguments of `debug`.
    pub(crate) struct Args {
        /// What to show: text, or any value.
        msg: Option<Value>;
        /// The expression to show instead, such as `result.stdout`.
        var: Option<Expr>;
        /// Show it only from this `-v` on.
        verbosity: i64 = "0";
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "debug",
    aliases: &[],
    collection: "ansible.builtin",
    summary: "Show a message or a variable",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::ReadOnly,
    local: true,
    run: |arguments, ctx| async move { run(Args::decode(arguments)?, ctx) }.boxed(),
};

fn run(args: Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let verbosity = ctx.scope.get("ansible_verbosity")?;
    let verbosity = verbosity.and_then(|v| i64::try_from(v).ok()).unwrap_or(0);
    if args.verbosity > verbosity {
        let mut outcome = Outcome::ok().msg(format!("shown from verbosity {} on", args.verbosity));
        outcome.skipped = true;
        return Ok(outcome);
    }
    let (key, value) = match (args.msg, args.var) {
        (Some(_), Some(_)) => return Err(Failure::new("`msg` and `var` exclude each other")),
        (Some(msg), None) => ("msg".to_owned(), msg),
        (None, Some(Expr(node))) => {
            let value = ctx.scope.templar().expression(&node, ctx.scope)?;
            (node.raw().unwrap_or("var").to_owned(), value)
        }
        (None, None) => ("msg".to_owned(), Value::from("Hello world!")),
    };
    Ok(Outcome::ok().with(&key, to_json(&value)))
}
