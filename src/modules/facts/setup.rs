//! `setup`: facts about a host.

use futures_util::FutureExt as _;
use globset::Glob;
use serde_json::{Map, Value as Json};

use super::subset::Group;
use super::{collect, local, network, platform, resources, subset};
use crate::module_args;
use crate::modules::outcome::Effect;
use crate::modules::sections::Sections;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Outcome};

module_args! {
    /// Arguments of `setup`.
    pub(crate) struct Args {
        /// Which facts: `all`, `min`, `env`, `hardware`, `network`, or the name of one of theirs;
        /// `!name` leaves it out.
        gather_subset: Vec<String> = "all";
        /// Keep only facts whose `ansible_…` name matches one of these patterns.
        filter: Option<Vec<String>>;
        /// The folder of the host's own facts, `*.fact`: JSON, INI, or programs that print it.
        fact_path: String = "/etc/ansible/facts.d";
        /// Taken for compatibility: what could hang is bounded anyway.
        gather_timeout: i64 = "10";
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "setup",
    aliases: &["gather_facts"],
    collection: "ansible.builtin",
    summary: "Gather facts about the host in one round trip",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::ReadOnly,
    local: false,
    run: |arguments, ctx| async move { run(&Args::decode(arguments)?, ctx).await }.boxed(),
};

async fn run(args: &Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let _ = args.gather_timeout;
    let groups = subset::groups(&args.gather_subset).map_err(Failure::new)?;
    let output = ctx
        .remote
        .check("gather facts", &collect::script(&groups, &args.fact_path))
        .await?;
    let mut facts = read(&groups, &Sections::parse(&output.out()));
    if let Some(patterns) = &args.filter {
        filter(&mut facts, patterns)?;
    }
    facts.insert(
        "gather_subset".to_owned(),
        Json::from(args.gather_subset.clone()),
    );
    let prefixed: Map<String, Json> = facts
        .iter()
        .map(|(k, v)| (format!("ansible_{k}"), v.clone()))
        .collect();
    let mut outcome = Outcome::ok().with("ansible_facts", Json::Object(prefixed));
    outcome.effects.push(Effect::Facts(facts));
    Ok(outcome)
}

fn read(groups: &[Group], sections: &Sections) -> platform::Facts {
    let mut facts = platform::Facts::new();
    for group in groups {
        match group {
            Group::Min => {
                platform::min(sections, &mut facts);
                facts.insert("local".to_owned(), local::read(sections));
            }
            Group::Env => platform::env(sections, &mut facts),
            Group::Hardware => resources::hardware(sections, &mut facts),
            Group::Network => network::network(sections, &mut facts),
        }
    }
    facts
}

fn filter(facts: &mut platform::Facts, patterns: &[String]) -> Result<(), Failure> {
    let mut set = globset::GlobSetBuilder::new();
    for pattern in patterns {
        let glob = Glob::new(pattern)
            .map_err(|e| Failure::new(format!("`filter`: `{pattern}`: {}", e.kind())))?;
        set.add(glob);
    }
    let set = set
        .build()
        .map_err(|e| Failure::new(format!("`filter`: {e}")))?;
    facts.retain(|name, _| set.is_match(format!("ansible_{name}")) || set.is_match(name));
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::modules::shell_tests::{TestHost, arguments};

    #[tokio::test]
    async fn this_very_machine_tells_its_facts() {
        let host = TestHost::new().command("uname", "case $1 in -n) echo pg1.example.net ;; -s) echo Linux ;; -m) echo x86_64 ;; *) echo x ;; esac");
        let outcome = (MODULE.run)(arguments(json!({})), &host.ctx(false).await)
            .await
            .expect("facts");
        let facts = &outcome.result["ansible_facts"];
        assert_eq!(facts["ansible_hostname"], json!("pg1"));
        assert_eq!(facts["ansible_nodename"], json!("pg1.example.net"));
        assert_eq!(
            facts["ansible_user_uid"],
            json!(nix::unistd::getuid().as_raw())
        );
        assert!(
            facts["ansible_memtotal_mb"]
                .as_u64()
                .is_some_and(|mb| mb > 0)
        );
        assert!(facts["ansible_env"]["PATH"].is_string());
        let Some(Effect::Facts(kept)) = outcome.effects.first() else {
            panic!("no facts are kept")
        };
        assert_eq!(kept["architecture"], json!("x86_64"));
    }

    #[tokio::test]
    async fn a_filter_keeps_what_it_names() {
        let host = TestHost::new();
        let ask = arguments(json!({"gather_subset": "min", "filter": "ansible_user_*"}));
        let outcome = (MODULE.run)(ask, &host.ctx(false).await)
            .await
            .expect("facts");
        let Json::Object(facts) = &outcome.result["ansible_facts"] else {
            panic!("no facts")
        };
        assert!(facts.contains_key("ansible_user_uid"));
        assert!(!facts.contains_key("ansible_hostname"));
    }
}
