//! Facts of the group `min`, and the environment: what a host is.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json, json};

use crate::modules::sections::Sections;

/// A fact set being put together; keys without the `ansible_` prefix.
pub(super) type Facts = Map<String, Json>;

fn set(facts: &mut Facts, key: &str, value: impl Into<Json>) {
    facts.insert(key.to_owned(), value.into());
}

/// Everything of the group `min`.
pub(super) fn min(sections: &Sections, facts: &mut Facts) {
    names(sections, facts);
    distribution(sections, facts);
    user(sections, facts);
    managers(sections, facts);
    machine(sections, facts);
    if let Some(time) = date_time(sections.get("date")) {
        set(facts, "date_time", time);
    }
}

fn names(sections: &Sections, facts: &mut Facts) {
    let uname: Vec<&str> = sections.get("uname").lines().collect();
    let [system, nodename, kernel, machine, version] = uname[..] else {
        return;
    };
    let hostname = nodename.split('.').next().unwrap_or(nodename);
    let fqdn = Some(sections.get("fqdn").trim()).filter(|name| !name.is_empty());
    let fqdn = fqdn.unwrap_or(nodename);
    let domain = fqdn.split_once('.').map_or("", |(_, domain)| domain);
    set(facts, "system", system);
    set(facts, "nodename", nodename);
    set(facts, "hostname", hostname);
    set(facts, "fqdn", fqdn);
    set(facts, "domain", domain);
    set(facts, "kernel", kernel);
    set(facts, "kernel_version", version);
    set(facts, "machine", machine);
    let architecture = match machine {
        "i486" | "i586" | "i686" => "i386",
        other => other,
    };
    set(facts, "architecture", architecture);
    let bits = if machine.contains("64") || machine == "s390x" {
        "64"
    } else {
        "32"
    };
    set(facts, "userspace_bits", bits);
    set(facts, "userspace_architecture", architecture);
    set(facts, "module_setup", true);
}

/// `KEY=value` lines with the shell's quoting, as os-release(5) says.
fn os_release(text: &str) -> impl Fn(&str) -> String + '_ {
    move |key| {
        let mut pairs = text.lines().filter_map(|line| line.split_once('='));
        let value = pairs.find(|(k, _)| *k == key).map_or("", |(_, v)| v);
        shlex::split(value).map_or_else(|| value.to_owned(), |words| words.join(" "))
    }
}

/// The names that Ansible gives distributions, by os-release's `ID`.
const DISTRIBUTIONS: &[(&str, &str, &str)] = &[
    ("debian", "Debian", "Debian"),
    ("ubuntu", "Ubuntu", "Debian"),
    ("raspbian", "Debian", "Debian"),
    ("linuxmint", "Linux Mint", "Debian"),
    ("rhel", "RedHat", "RedHat"),
    ("centos", "CentOS", "RedHat"),
    ("rocky", "Rocky", "RedHat"),
    ("almalinux", "AlmaLinux", "RedHat"),
    ("ol", "OracleLinux", "RedHat"),
    ("fedora", "Fedora", "RedHat"),
    ("amzn", "Amazon", "RedHat"),
    ("sles", "SLES", "Suse"),
    ("opensuse-leap", "openSUSE Leap", "Suse"),
    ("opensuse-tumbleweed", "openSUSE Tumbleweed", "Suse"),
    ("alpine", "Alpine", "Alpine"),
    ("arch", "Archlinux", "Archlinux"),
];

fn distribution(sections: &Sections, facts: &mut Facts) {
    let release = os_release(sections.get("os"));
    let id = release("ID");
    let known = DISTRIBUTIONS.iter().find(|(known, _, _)| *known == id);
    let (name, family) = match known {
        Some((_, name, family)) => ((*name).to_owned(), (*family).to_owned()),
        None => (release("NAME"), release("NAME")),
    };
    // Debian's os-release knows no point release; /etc/debian_version does (`12.11`).
    let point = sections.get("debian").trim();
    let version = match id.as_str() {
        "debian" if point.starts_with(|c: char| c.is_ascii_digit()) => point.to_owned(),
        _ => release("VERSION_ID"),
    };
    let major = version.split('.').next().unwrap_or_default().to_owned();
    let major = if id == "debian" {
        release("VERSION_ID")
    } else {
        major
    };
    let codename = match release("VERSION_CODENAME") {
        name if name.is_empty() => "NA".to_owned(),
        name => name,
    };
    let minor = version_minor(&version).to_owned();
    set(facts, "distribution_major_version", major.clone());
    if !minor.is_empty() {
        set(facts, "distribution_minor_version", minor);
    }
    set(facts, "distribution_file_variety", family.clone());
    if !release("ID").is_empty() {
        let lsb = json!({"id": name, "codename": codename, "description": release("PRETTY_NAME"),
            "release": release("VERSION_ID"), "major_release": major});
        set(facts, "lsb", lsb);
    }
    set(facts, "distribution", name);
    set(facts, "distribution_version", version);
    set(facts, "distribution_release", codename);
    set(facts, "os_family", family);
}

/// The second part of a version.
fn version_minor(version: &str) -> &str {
    version.split('.').nth(1).unwrap_or_default()
}

fn user(sections: &Sections, facts: &mut Facts) {
    let mut lines = sections.get("user").lines();
    let uid = lines.next().and_then(|uid| uid.parse::<i64>().ok());
    let gid = sections.get("gid").trim().parse::<i64>().ok();
    let entry: Vec<&str> = lines.next().unwrap_or_default().split(':').collect();
    if let [name, _, _, _, gecos, dir, shell] = entry[..] {
        set(facts, "user_id", name);
        set(facts, "user_gecos", gecos);
        set(facts, "user_dir", dir);
        set(facts, "user_shell", shell);
    }
    set(facts, "user_uid", uid);
    set(facts, "user_gid", gid);
    set(facts, "real_user_id", uid);
    set(facts, "real_group_id", gid);
    set(facts, "effective_user_id", uid);
    set(facts, "effective_group_id", gid);
}

fn managers(sections: &Sections, facts: &mut Facts) {
    let init = sections.lines("init").last().unwrap_or("unknown");
    set(facts, "service_mgr", init);
    let first = sections.lines("managers").next().unwrap_or_default();
    let manager = match first.rsplit('/').next().unwrap_or_default() {
        "apt-get" => "apt",
        "" => "unknown",
        other => other,
    };
    set(facts, "pkg_mgr", manager);
}

fn machine(sections: &Sections, facts: &mut Facts) {
    for (key, section) in [
        ("machine_id", "machine"),
        ("product_name", "product"),
        ("system_vendor", "vendor"),
    ] {
        let value = sections.get(section).trim();
        let value = if value.is_empty() { "NA" } else { value };
        set(facts, key, value);
    }
    if let Some(container) = sections.lines("container").next() {
        set(facts, "virtualization_type", container);
        set(facts, "virtualization_role", "guest");
    }
    let words = sections.get("cmdline").split_whitespace();
    let pair = |word: &str| match word.split_once('=') {
        Some((key, value)) => (key.to_owned(), Json::from(value)),
        None => (word.to_owned(), Json::from(true)),
    };
    set(facts, "cmdline", words.map(pair).collect::<Facts>());
    let selinux = match sections.get("selinux").trim() {
        "1" => json!({"status": "enabled", "mode": "enforcing"}),
        "0" => json!({"status": "enabled", "mode": "permissive"}),
        _ => json!({"status": "disabled"}),
    };
    set(facts, "selinux", selinux);
    let apparmor = match sections.get("apparmor").trim() {
        "" => "disabled",
        status => status,
    };
    set(facts, "apparmor", json!({ "status": apparmor }));
    set(facts, "fips", sections.get("fips").trim() == "1");
    let load: Vec<f64> = sections
        .get("load")
        .split(' ')
        .map_while(|n| n.parse().ok())
        .collect();
    if let [one, five, fifteen, ..] = load[..] {
        set(
            facts,
            "loadavg",
            json!({"1m": one, "5m": five, "15m": fifteen}),
        );
    }
}

/// From `epoch nanoseconds offset zone date time weekday number week`.
fn date_time(text: &str) -> Option<Json> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [
        epoch,
        nanos,
        offset,
        zone,
        date,
        time,
        weekday,
        day_number,
        week,
    ] = words[..]
    else {
        return None;
    };
    // busybox prints no nanoseconds.
    let nanos: i32 = nanos.parse().unwrap_or(0);
    let instant = Timestamp::new(epoch.parse().ok()?, nanos).ok()?;
    let utc = instant.to_zoned(TimeZone::UTC);
    let mut ymd = date.split('-');
    let mut hms = time.split(':');
    let compact = format!("{}T{}", date.replace('-', ""), time.replace(':', ""));
    Some(json!({
        "year": ymd.next()?, "month": ymd.next()?, "day": ymd.next()?,
        "hour": hms.next()?, "minute": hms.next()?, "second": hms.next()?,
        "date": date, "time": time,
        "weekday": weekday, "weekday_number": day_number, "weeknumber": week,
        "epoch": epoch, "epoch_int": epoch,
        "iso8601": utc.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "iso8601_micro": utc.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string(),
        "iso8601_basic": format!("{compact}{:06}", nanos / 1000),
        "iso8601_basic_short": compact,
        "tz": zone, "tz_dst": zone, "tz_offset": offset,
    }))
}

/// The environment of the remote user.
pub(super) fn env(sections: &Sections, facts: &mut Facts) {
    let pairs = sections.get("env").split('\0');
    let pairs = pairs.filter_map(|pair| pair.trim_start_matches('\n').split_once('='));
    let env: Facts = pairs.map(|(k, v)| (k.to_owned(), Json::from(v))).collect();
    set(facts, "env", env);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debian_is_told_with_its_point_release() {
        let out = "\n\u{1e}os\nID=debian\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n\n\u{1e}debian\n12.12\n";
        let mut facts = Facts::new();
        distribution(&Sections::parse(out), &mut facts);
        let told = |name: &str| facts[name].as_str().unwrap_or_default();
        assert_eq!(told("distribution"), "Debian");
        assert_eq!(told("distribution_version"), "12.12");
        assert_eq!(told("distribution_major_version"), "12");
        assert_eq!(told("distribution_minor_version"), "12");
        assert_eq!(told("distribution_release"), "bookworm");
        assert_eq!(told("os_family"), "Debian");
        assert_eq!(facts["lsb"]["codename"], json!("bookworm"));
    }

    #[test]
    fn red_hat_and_its_kin_are_one_family() {
        let out = "\n\u{1e}os\nID=\"rocky\"\nNAME=\"Rocky Linux\"\nVERSION_ID=\"9.4\"\n";
        let mut facts = Facts::new();
        distribution(&Sections::parse(out), &mut facts);
        assert_eq!(facts["distribution"], json!("Rocky"));
        assert_eq!(facts["distribution_major_version"], json!("9"));
        assert_eq!(facts["os_family"], json!("RedHat"));
    }

    #[test]
    fn times_are_told_in_every_common_shape() {
        let time = date_time("1795256647 000123456 +0100 CET 2026-11-21 11:24:07 Saturday 6 46")
            .expect("a time");
        assert_eq!(time["iso8601"], json!("2026-11-21T10:24:07Z"));
        assert_eq!(time["iso8601_micro"], json!("2026-11-21T10:24:07.000123Z"));
        assert_eq!(time["iso8601_basic"], json!("20261121T112407000123"));
        assert_eq!(time["hour"], json!("11"));
        assert_eq!(date_time("garbage"), None);
    }

    #[test]
    fn values_of_the_environment_may_hold_newlines() {
        let mut facts = Facts::new();
        env(&Sections::parse("\n\u{1e}env\nA=1\0B=x\ny=z\0"), &mut facts);
        assert_eq!(facts["env"], json!({"A": "1", "B": "x\ny=z"}));
    }
}
