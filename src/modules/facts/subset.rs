//! Which facts are asked for.

use crate::diag::{did_you_mean, or_list};

/// Facts that are read together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    /// Names, distribution, user, time, managers: cheap, and what most conditions ask.
    Min,
    /// The environment of the remote user.
    Env,
    /// Processors, memory, mounts, uptime.
    Hardware,
    /// Interfaces and addresses.
    Network,
}

use Group::{Env, Hardware, Min, Network};

const ALL: &[Group] = &[Min, Env, Hardware, Network];

/// The names that `gather_subset` takes, and what each brings along.
const NAMES: &[(&str, &[Group])] = &[
    ("all", ALL),
    ("min", &[Min]),
    ("env", &[Env]),
    ("hardware", &[Hardware]),
    ("network", &[Network]),
    ("all_ipv4_addresses", &[Network]),
    ("all_ipv6_addresses", &[Network]),
    ("default_ipv4", &[Network]),
    ("interfaces", &[Network]),
    ("date_time", &[Min]),
    ("devices", &[Hardware]),
    ("distribution", &[Min]),
    ("distribution_release", &[Min]),
    ("distribution_version", &[Min]),
    ("distribution_major_version", &[Min]),
    ("os_family", &[Min]),
    ("platform", &[Min]),
    ("kernel", &[Min]),
    ("machine", &[Min]),
    ("architecture", &[Min]),
    ("memtotal_mb", &[Hardware]),
    ("memfree_mb", &[Hardware]),
    ("mounts", &[Hardware]),
    ("processor", &[Hardware]),
    ("processor_count", &[Hardware]),
    ("processor_vcpus", &[Hardware]),
    ("pkg_mgr", &[Min]),
    ("service_mgr", &[Min]),
    ("system", &[Min]),
    ("user", &[Min]),
    ("user_id", &[Min]),
    ("virtual", &[Min]),
    ("python", &[]),
    ("selinux", &[Min]),
    ("local", &[]),
    ("cmdline", &[Min]),
    ("facter", &[]),
    ("ohai", &[]),
];

/// The groups that `gather_subset` asks for: names add, `!name` takes away, and unless `!min` or
/// `!all,!min` is said the minimum comes along. Only exclusions start from everything.
pub(super) fn groups(subset: &[String]) -> Result<Vec<Group>, String> {
    let mut wanted: Vec<Group> = Vec::new();
    let mut unwanted: Vec<Group> = Vec::new();
    let mut adds = false;
    let mut min = true;
    for item in subset {
        let (exclude, name) = match item.strip_prefix('!') {
            Some(name) => (true, name),
            None => (false, item.as_str()),
        };
        let groups = find(name)?;
        match (exclude, name) {
            (true, "min") => min = false,
            (true, "all") => unwanted.extend(ALL.iter().filter(|g| **g != Min)),
            (true, _) => unwanted.extend(groups.iter().filter(|g| **g != Min)),
            (false, _) => {
                adds = true;
                wanted.extend(groups);
            }
        }
    }
    let base = if adds { wanted.clone() } else { ALL.to_vec() };
    let keep = |group: &Group| match group {
        Min => min || wanted.contains(&Min),
        other => {
            base.contains(other) && (wanted.contains(other) && adds || !unwanted.contains(other))
        }
    };
    Ok(ALL.iter().copied().filter(keep).collect())
}

fn find(name: &str) -> Result<&'static [Group], String> {
    let found = NAMES.iter().find(|(known, _)| *known == name);
    found.map(|(_, groups)| *groups).ok_or_else(|| {
        let names = || NAMES.iter().map(|(name, _)| *name);
        let hint = match did_you_mean(name, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it takes {}", or_list(names())),
        };
        format!("`gather_subset` knows no `{name}`: {hint}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(items: &[&str]) -> Vec<Group> {
        let items: Vec<String> = items.iter().map(|i| (*i).to_owned()).collect();
        groups(&items).expect("known names")
    }

    #[test]
    fn names_add_and_exclusions_take_away() {
        assert_eq!(ask(&["all"]), ALL);
        assert_eq!(ask(&["!all"]), [Min]);
        assert_eq!(ask(&["!all", "!min"]), []);
        assert_eq!(ask(&["network"]), [Min, Network]);
        assert_eq!(ask(&["!all", "!min", "network"]), [Network]);
        assert_eq!(ask(&["!hardware"]), [Min, Env, Network]);
        assert_eq!(ask(&["mounts", "!env"]), [Min, Hardware]);
    }

    #[test]
    fn unknown_names_are_refused() {
        assert!(groups(&["hardwear".to_owned()]).is_err());
    }
}
