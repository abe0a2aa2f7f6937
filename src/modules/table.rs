//! The table of modules.

use super::spec::ModuleSpec;
use super::{commands, control, facts, files, packages, postgres, services};

/// Every module, by topic.
static MODULES: &[&ModuleSpec] = &[
    &commands::command::MODULE,
    &commands::raw::MODULE,
    &commands::script::MODULE,
    &commands::shell::MODULE,
    &control::add_host::MODULE,
    &control::assert::MODULE,
    &control::debug::MODULE,
    &control::fail::MODULE,
    &control::group_by::MODULE,
    &control::include_vars::MODULE,
    &control::pause::MODULE,
    &control::ping::MODULE,
    &control::set_fact::MODULE,
    &control::set_stats::MODULE,
    &control::wait_for::MODULE,
    &facts::SETUP,
    &files::blockinfile::MODULE,
    &files::copy::MODULE,
    &files::fetch::MODULE,
    &files::file::MODULE,
    &files::find::MODULE,
    &files::lineinfile::MODULE,
    &files::replace::MODULE,
    &files::slurp::MODULE,
    &files::stat::MODULE,
    &files::tempfile::MODULE,
    &files::template::MODULE,
    &packages::APT,
    &packages::PACKAGE,
    &packages::PACKAGE_FACTS,
    &packages::PACKAGE_VERSIONS,
    &postgres::POSTGRESQL_CONTROLDATA,
    &postgres::POSTGRESQL_PROMOTE,
    &postgres::POSTGRESQL_QUERY,
    &postgres::POSTGRESQL_SLOT,
    &postgres::POSTGRESQL_STANDBY,
    &postgres::POSTGRESQL_TOPOLOGY,
    &postgres::POSTGRESQL_TOPOLOGY_CHECK,
    &services::SERVICE,
    &services::SERVICE_FACTS,
    &services::SYSTEMD,
];

/// Where a qualified name may say a module lives.
const COLLECTIONS: &[&str] = &[
    "ansible.builtin",
    "ansible.legacy",
    "community.general",
    "community.postgresql",
    "runbook",
];

/// Groups of modules for `module_defaults`, and the collection whose modules are in them.
const GROUPS: &[(&str, &str)] = &[("community.postgresql.postgresql", "community.postgresql")];

/// The collection of a group of modules.
#[must_use]
pub fn group(name: &str) -> Option<&'static str> {
    let found = GROUPS.iter().find(|(group, _)| *group == name);
    found.map(|(_, collection)| *collection)
}

/// Every group of modules, with its collection.
pub fn groups() -> impl Iterator<Item = (&'static str, &'static str)> {
    GROUPS.iter().copied()
}

/// Every module.
#[must_use]
pub fn all() -> &'static [&'static ModuleSpec] {
    MODULES
}

/// The module of a short or qualified name.
#[must_use]
pub fn find(name: &str) -> Option<&'static ModuleSpec> {
    let short = match name.rsplit_once('.') {
        Some((collection, short)) if COLLECTIONS.contains(&collection) => short,
        Some(_) => return None,
        None => name,
    };
    MODULES
        .iter()
        .copied()
        .find(|m| m.name == short || m.aliases.contains(&short))
}

/// Every name a task may use, short.
pub fn names() -> impl Iterator<Item = &'static str> {
    MODULES
        .iter()
        .flat_map(|m| std::iter::once(m.name).chain(m.aliases.iter().copied()))
}
