//! `package_facts`: every installed package.

use futures_util::FutureExt as _;
use serde_json::{Map, Value as Json, json};

use crate::module_args;
use crate::modules::outcome::Effect;
use crate::modules::sections::{PRELUDE, Sections};
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Outcome};

module_args! {
    /// Arguments of `package_facts`.
    pub(crate) struct Args {
        /// The managers to ask: `apt`, `rpm`, or `auto` for the one the host has.
        manager: Vec<String> = "auto";
        /// Taken for compatibility: the first manager found is the only one asked.
        strategy: String = "first";
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "package_facts",
    aliases: &[],
    collection: "ansible.builtin",
    summary: "Facts about every installed package",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::ReadOnly,
    local: false,
    run: |arguments, ctx| async move { run(&Args::decode(arguments)?, ctx).await }.boxed(),
};

const ASK_DPKG: &str = r"if command -v dpkg-query >/dev/null; then rb apt; dpkg-query -W -f='${db:Status-Status}\t${Package}\t${Version}\t${Architecture}\t${Section}\t${Origin}\n'; exit; fi
";
const ASK_RPM: &str = r"if command -v rpm >/dev/null; then rb rpm; rpm -qa --qf '%{NAME}\t%{VERSION}\t%{RELEASE}\t%{ARCH}\t%{EPOCH}\n'; exit; fi
";

async fn run(args: &Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let _ = &args.strategy;
    let asked = |name: &str| args.manager.iter().any(|m| m == name || m == "auto");
    let mut script = PRELUDE.to_owned();
    if asked("apt") {
        script.push_str(ASK_DPKG);
    }
    if asked("rpm") || asked("dnf") || asked("yum") {
        script.push_str(ASK_RPM);
    }
    let output = ctx
        .remote
        .check("list the installed packages", &script)
        .await?;
    let sections = Sections::parse(&output.out());
    let packages = match (sections.find("apt"), sections.find("rpm")) {
        (Some(text), _) => collect(text.lines().filter_map(apt_package)),
        (None, Some(text)) => collect(text.lines().filter_map(rpm_package)),
        (None, None) => {
            return Err(Failure::new(
                "neither dpkg nor rpm was found on this host: its packages cannot be listed",
            ));
        }
    };
    let mut facts = Map::new();
    facts.insert("packages".to_owned(), Json::Object(packages));
    let mut outcome = Outcome::ok().with("ansible_facts", Json::Object(facts.clone()));
    outcome.effects.push(Effect::Facts(facts));
    Ok(outcome)
}

/// One list a name: some packages are installed for several architectures, or in several versions.
fn collect(packages: impl Iterator<Item = (String, Json)>) -> Map<String, Json> {
    let mut found: Map<String, Json> = Map::new();
    for (name, package) in packages {
        let list = found.entry(name).or_insert_with(|| Json::Array(Vec::new()));
        if let Json::Array(list) = list {
            list.push(package);
        }
    }
    found
}

fn apt_package(line: &str) -> Option<(String, Json)> {
    let mut fields = line.split('\t');
    if fields.next()? != "installed" {
        return None;
    }
    let name = fields.next()?;
    let package = json!({
        "name": name,
        "version": fields.next()?,
        "arch": fields.next()?,
        "category": fields.next()?,
        "origin": fields.next()?,
        "source": "apt",
    });
    Some((name.to_owned(), package))
}

fn rpm_package(line: &str) -> Option<(String, Json)> {
    let mut fields = line.split('\t');
    let name = fields.next()?;
    let (version, release, arch) = (fields.next()?, fields.next()?, fields.next()?);
    let epoch = fields.next()?.parse::<i64>().ok();
    let package = json!({
        "name": name, "version": version, "release": release, "arch": arch, "epoch": epoch,
        "source": "rpm",
    });
    Some((name.to_owned(), package))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modules::shell_tests::{TestHost, arguments};

    #[tokio::test]
    async fn installed_packages_are_listed_by_name() {
        let host = TestHost::new().command(
            "dpkg-query",
            r"printf 'installed\tlibc6\t2.36-9\tamd64\tlibs\t\ninstalled\tlibc6\t2.36-9\ti386\tlibs\tDebian\nconfig-files\told\t1\tall\tmisc\t\n'",
        );
        let outcome = (MODULE.run)(arguments(json!({})), &host.ctx(false).await)
            .await
            .expect("an answer");
        let Some(Effect::Facts(facts)) = outcome.effects.first() else {
            panic!("no facts")
        };
        let libc = |arch: &str, origin: &str| json!({"name": "libc6", "version": "2.36-9", "arch": arch, "category": "libs", "origin": origin, "source": "apt"});
        assert_eq!(
            facts["packages"],
            json!({"libc6": [libc("amd64", ""), libc("i386", "Debian")]})
        );
    }
}
