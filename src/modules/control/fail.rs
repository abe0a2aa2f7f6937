//! `fail`: stop here, with a message.

use futures_util::FutureExt as _;

use crate::module_args;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Failure, Outcome};
use crate::vars::{Value, to_json};

module_args! {
    /// Arguments of `fail`.
    pub(crate) struct Args {
        /// Why.
        msg: Option<Value>;
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "fail",
    aliases: &[],
    collection: "ansible.builtin",
    summary: "Stop here, with a message",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::ReadOnly,
    local: true,
    run: |arguments, _| async move { run(Args::decode(arguments)?) }.boxed(),
};

fn run(args: Args) -> Result<Outcome, Failure> {
    let msg = match args.msg {
        Some(msg) => msg,
        None => "Failed as requested from task".into(),
    };
    let failure = Failure::new(msg.to_string());
    // The result keeps whatever type was given.
    Err(match msg.as_str() {
        Some(_) => failure,
        None => failure.with("msg", to_json(&msg)),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::modules::testing::Lab;

    #[tokio::test]
    async fn the_message_is_the_failure() {
        let lab = Lab::new();
        assert_eq!(
            lab.fails("fail", json!({"msg": "two primaries"})).await.0,
            "two primaries"
        );
        assert_eq!(
            lab.fails("fail", json!({})).await.0,
            "Failed as requested from task"
        );
    }
}
