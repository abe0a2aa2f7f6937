//! `assert`: what must be so, or the host stops here.

use futures_util::FutureExt as _;
use serde_json::Value as Json;

use crate::module_args;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Expr, Failure, Outcome};
use crate::template::Condition;
use crate::vars::Value;
use crate::yaml::{Node, Style};

/// How long a value may be in a message, in characters.
const LONGEST_VALUE: usize = 200;

module_args! {
    /// Arguments of `assert`.
    pub(crate) struct Args {
        /// The conditions, all of which must hold.
        that: Expr;
        /// What to say when one does not.
        fail_msg: Option<Value> ["msg"];
        /// What to say when all do.
        success_msg: Option<Value>;
        /// Whether to keep successes short.
        quiet: bool = "no";
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "assert",
    aliases: &[],
    collection: "ansible.builtin",
    summary: "Stop unless these conditions hold",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::ReadOnly,
    local: true,
    run: |arguments, ctx| async move { run(&Args::decode(arguments)?, ctx) }.boxed(),
};

fn run(args: &Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let Expr(that) = &args.that;
    let one = std::slice::from_ref(that);
    for condition in that.seq().unwrap_or(one) {
        let held = ctx.scope.templar().condition(condition, ctx.scope)?;
        if let Condition::Fails(expression) = held {
            return Err(failure(args, &expression, condition, ctx));
        }
    }
    let said = match &args.success_msg {
        Some(message) => text(message),
        None => "All assertions passed".to_owned(),
    };
    Ok(if args.quiet && args.success_msg.is_none() {
        Outcome::ok()
    } else {
        Outcome::ok().msg(said)
    })
}

fn failure(args: &Args, expression: &str, place: &Node, ctx: &Ctx<'_>) -> Failure {
    let values = values(expression, place, ctx);
    let values = if values.is_empty() {
        String::new()
    } else {
        format!(" (where {})", values.join(", "))
    };
    let msg = match &args.fail_msg {
        Some(message) => text(message),
        None => "Assertion failed".to_owned(),
    };
    Failure::new(msg)
        .detail(format!(": `{expression}` is false{values}"))
        .with("assertion", expression)
        .with("evaluated_to", false)
}

/// A message: text, or a list of lines.
fn text(message: &Value) -> String {
    match (message.as_str(), message.try_iter()) {
        (None, Ok(lines)) => {
            let lines: Vec<String> = lines.map(|line| line.to_string()).collect();
            lines.join("\n")
        }
        _ => message.to_string(),
    }
}

/// `name = value` for every variable in the expression.
fn values(expression: &str, place: &Node, ctx: &Ctx<'_>) -> Vec<String> {
    let engine = minijinja::Environment::new();
    let Ok(parsed) = engine.compile_expression(expression) else {
        return Vec::new();
    };
    let mut names: Vec<String> = parsed.undeclared_variables(true).into_iter().collect();
    names.sort_by_key(|name| expression.find(name.as_str()));
    names
        .iter()
        .filter_map(|name| Some(format!("{name} = {}", value(name, place, ctx)?)))
        .collect()
}

fn value(name: &str, place: &Node, ctx: &Ctx<'_>) -> Option<String> {
    let node = Node::text(&place.span, name, Style::Plain);
    let value = ctx.scope.templar().expression(&node, ctx.scope).ok()?;
    let json: Json = serde_json::to_value(&value).ok()?;
    let shown = json.to_string();
    Some(if shown.chars().count() > LONGEST_VALUE {
        let start: String = shown.chars().take(LONGEST_VALUE).collect();
        format!("{start}…")
    } else {
        shown
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::modules::testing::Lab;

    #[tokio::test]
    async fn the_failing_expression_is_named_with_its_values() {
        let mut lab = Lab::new();
        lab.var("lag", 7);
        lab.var("limit", 5);
        let arguments = json!({"that": ["limit == 5", "lag <= limit"]});
        let (msg, result) = lab.fails("assert", arguments).await;
        assert_eq!(
            msg,
            "Assertion failed: `lag <= limit` is false (where lag = 7, limit = 5)"
        );
        assert_eq!(result["assertion"], "lag <= limit");
        assert_eq!(result["evaluated_to"], false);
    }

    #[tokio::test]
    async fn messages_can_be_given() {
        let mut lab = Lab::new();
        lab.var("n", 1);
        let arguments = json!({"that": "n > 1", "fail_msg": "too few nodes"});
        let (msg, _) = lab.fails("assert", arguments).await;
        assert_eq!(msg, "too few nodes: `n > 1` is false (where n = 1)");
        let arguments = json!({"that": "n == 1", "success_msg": "enough"});
        assert_eq!(lab.ok("assert", arguments).await.result["msg"], "enough");
        let outcome = lab.ok("assert", json!({"that": ["n == 1"]})).await;
        assert_eq!(outcome.result["msg"], "All assertions passed");
        assert!(!outcome.changed);
    }
}
