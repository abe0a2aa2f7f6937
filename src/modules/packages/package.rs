//! `package`: packages, by whatever manager the host has.

use futures_util::FutureExt as _;

use super::apt;
use crate::modules::args::Arguments;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Outcome};
use crate::vars::Value;
use crate::{module_args, module_choice};

module_choice! {
    /// What `state` may be: the managers' common words.
    pub(crate) enum State {
        Present = "present",
        Installed = "installed",
        Latest = "latest",
        Absent = "absent",
        Removed = "removed",
    }
}

module_choice! {
    /// The managers that `use` may name.
    pub(crate) enum Manager {
        Auto = "auto",
        Apt = "apt",
    }
}

module_args! {
    /// Arguments of `package`.
    pub(crate) struct Args {
        /// The packages, as the host's manager writes them (`name=version` for apt).
        name: Vec<String> ["pkg"];
        /// `present` installs what is missing, `latest` also upgrades, `absent` removes.
        state: State = "present";
        /// Fetch the package lists first.
        update_cache: Option<bool>;
        /// The manager; found on the host when left out.
        r#use: Manager = "auto";
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "package",
    aliases: &[],
    collection: "ansible.builtin",
    summary: "Install, upgrade or remove packages by the host's own manager",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::Full,
    local: false,
    run: |arguments, ctx| run(arguments, ctx).boxed(),
};

async fn run(mut arguments: Arguments, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let args = Args::decode(arguments.clone())?;
    let _ = (args.name, args.update_cache, args.r#use);
    let state = match args.state {
        State::Present | State::Installed => "present",
        State::Latest => "latest",
        State::Absent | State::Removed => "absent",
    };
    arguments.0.shift_remove("use");
    if let Some(argument) = arguments.0.get_mut("state") {
        argument.value = Value::from(state);
    }
    // One manager so far: the host itself says when it is not the right one.
    (apt::MODULE.run)(arguments, ctx).await
}
