//! `service_facts`: every service of the host.

use futures_util::FutureExt as _;
use serde_json::{Map, Value as Json, json};

use crate::module_args;
use crate::modules::outcome::Effect;
use crate::modules::sections::{PRELUDE, Sections};
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Outcome};

module_args! {
    /// Arguments of `service_facts`: none.
    pub(crate) struct Args {}
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "service_facts",
    aliases: &[],
    collection: "ansible.builtin",
    summary: "Facts about every service",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::ReadOnly,
    local: false,
    run: |arguments, ctx| {
        async move {
            Args::decode(arguments)?;
            run(ctx).await
        }
        .boxed()
    },
};

async fn run(ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let script = format!(
        "{PRELUDE}rb files; systemctl list-unit-files --no-pager --no-legend --type=service || exit\n\
         rb units; systemctl list-units --all --no-pager --no-legend --plain --type=service\n"
    );
    let output = ctx.remote.check("list the services", &script).await?;
    let sections = Sections::parse(&output.out());
    let mut services = Map::new();
    for line in sections.lines("files") {
        let mut words = line.split_whitespace();
        if let (Some(name), Some(status)) = (words.next(), words.next()) {
            services.insert(name.to_owned(), service(name, "inactive", status));
        }
    }
    for line in sections.lines("units") {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let [name, load, _, sub, ..] = words[..] {
            let status = services.get(name).map(|s| s["status"].clone());
            let status = status.as_ref().and_then(Json::as_str).unwrap_or(load);
            services.insert(name.to_owned(), service(name, state(sub), status));
        }
    }
    let mut facts = Map::new();
    facts.insert("services".to_owned(), Json::Object(services));
    let mut outcome = Outcome::ok().with("ansible_facts", Json::Object(facts.clone()));
    outcome.effects.push(Effect::Facts(facts));
    Ok(outcome)
}

fn state(sub: &str) -> &str {
    match sub {
        "running" => "running",
        "failed" => "failed",
        "exited" | "dead" => "stopped",
        other => other,
    }
}

fn service(name: &str, state: &str, status: &str) -> Json {
    json!({"name": name, "state": state, "status": status, "source": "systemd"})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modules::shell_tests::{TestHost, arguments};

    #[tokio::test]
    async fn files_and_units_are_put_together() {
        let host = TestHost::new().command(
            "systemctl",
            "case $1 in list-unit-files) printf 'a.service enabled enabled\\nb.service disabled enabled\\n' ;;\n\
             *) printf 'a.service loaded active running The A\\nc.service loaded failed failed The C\\n' ;; esac",
        );
        let outcome = (MODULE.run)(arguments(json!({})), &host.ctx(false).await)
            .await
            .expect("facts");
        let services = &outcome.result["ansible_facts"]["services"];
        assert_eq!(
            services["a.service"],
            service("a.service", "running", "enabled")
        );
        assert_eq!(
            services["b.service"],
            service("b.service", "inactive", "disabled")
        );
        assert_eq!(
            services["c.service"],
            service("c.service", "failed", "loaded")
        );
    }
}
