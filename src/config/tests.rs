use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use super::*;
use crate::diag::Diagnostics;

/// A folder with these files, and these variables.
fn around(dir: &Path, files: &[(&str, &str)], variables: &[(&str, &str)]) -> Surroundings {
    for (name, text) in files {
        let path = dir.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let mut all = BTreeMap::from([("HOME".to_owned(), dir.join("home").display().to_string())]);
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    all.extend(variables.iter().map(pair));
    Surroundings {
        here: dir.to_owned(),
        project: dir.to_owned(),
        variables: all,
    }
}

fn load(
    files: &[(&str, &str)],
    variables: &[(&str, &str)],
) -> (
    tempfile::TempDir,
    Result<(Settings, Diagnostics), Diagnostics>,
) {
    let dir = tempfile::tempdir().unwrap();
    let around = around(dir.path(), files, variables);
    let loaded = Settings::load(&around);
    (dir, loaded)
}

fn lines(diagnostics: &Diagnostics) -> Vec<String> {
    diagnostics
        .iter()
        .map(crate::diag::Diagnostic::one_line)
        .collect()
}

#[test]
fn the_table_names_everything_once() {
    let mut seen = HashSet::new();
    for setting in SETTINGS {
        assert!(seen.insert(setting.name.to_owned()), "{}", setting.name);
        for (section, key) in setting.places() {
            assert!(seen.insert(format!("{section}.{key}")), "{section}.{key}");
        }
        for variable in setting.variables() {
            assert!(seen.insert(variable.clone()), "{variable}");
        }
        let documented = !setting.doc.is_empty() || setting.effect.why().is_some();
        assert!(documented, "{}", setting.name);
    }
}

#[test]
fn the_environment_wins_over_the_toml_over_the_cfg_over_the_default() {
    let files = [
        (
            "ansible.cfg",
            "[defaults]\nforks = 1\ntimeout = 2\nremote_user = cfg\n",
        ),
        ("runbook.toml", "timeout = 3\nremote_user = \"toml\"\n"),
    ];
    let (_dir, loaded) = load(&files, &[("ANSIBLE_REMOTE_USER", "env")]);
    let (settings, warnings) = loaded.unwrap();
    assert!(warnings.is_empty(), "{:?}", lines(&warnings));
    assert_eq!(settings.number(Key::Forks), Some(1));
    assert_eq!(settings.number(Key::Timeout), Some(3));
    assert_eq!(settings.text(Key::RemoteUser).as_deref(), Some("env"));
    assert_eq!(settings.text(Key::BecomeUser).as_deref(), Some("root"));
    let origin = |name: &str| {
        let mut rows = settings.iter();
        rows.find(|(s, ..)| s.name == name).unwrap().2.to_string()
    };
    assert_eq!(origin("forks"), "ansible.cfg:2:9");
    assert_eq!(origin("timeout"), "runbook.toml:1:11");
    assert_eq!(origin("remote_user"), "$ANSIBLE_REMOTE_USER");
    assert_eq!(origin("become_user"), "default");
}

#[test]
fn our_variable_wins_over_ansibles() {
    let variables = [("ANSIBLE_FORKS", "3"), ("RUNBOOK_FORKS", "4")];
    let (_dir, loaded) = load(&[], &variables);
    assert_eq!(loaded.unwrap().0.number(Key::Forks), Some(4));
}

#[test]
fn paths_begin_where_they_are_written() {
    let cfg =
        "[defaults]\nroles_path = roles:~/r:{{CWD}}/c:/abs//x/../y\nprivate_key_file=keys/id\n";
    let (dir, loaded) = load(&[("ansible.cfg", cfg)], &[]);
    let (settings, _) = loaded.unwrap();
    let at = |path: &str| dir.path().join(path).display().to_string();
    let wanted = [at("roles"), at("home/r"), at("c"), "/abs/y".to_owned()];
    assert_eq!(settings.list(Key::RolesPath), wanted);
    assert_eq!(settings.text(Key::PrivateKeyFile), Some(at("keys/id")));
}

#[test]
fn inventories_are_paths_or_hosts() {
    let files = [
        ("a.ini", ""),
        ("b.ini", ""),
        ("ansible.cfg", "[defaults]\ninventory=a.ini, b.ini\n"),
    ];
    let (dir, loaded) = load(&files, &[]);
    let at = |path: &str| dir.path().join(path).display().to_string();
    let set = loaded.unwrap().0.list(Key::Inventory);
    assert_eq!(set, [at("a.ini"), at("b.ini")]);
    let (_dir, loaded) = load(&[], &[("ANSIBLE_INVENTORY", "db1,db2")]);
    assert_eq!(loaded.unwrap().0.list(Key::Inventory), ["db1,db2"]);
}

#[test]
fn unknown_keys_are_warned_of_at_their_places() {
    let files = [
        (
            "ansible.cfg",
            "[defaults]\nfroks = 5\nbecome = true\n[galaxy]\nx = 1\n[defualts]\ny=1\n",
        ),
        (
            "runbook.toml",
            "inventry = \"x\"\n[privilege_escalation]\nbecome = true\nbecom_user = \"a\"\n",
        ),
    ];
    let (_dir, loaded) = load(&files, &[("RUNBOOK_FORK", "3"), ("RUNBOOK_ELSE", "3")]);
    let (settings, warnings) = loaded.unwrap();
    let wanted = [
        "ansible.cfg:2:1: `[defaults]` has no setting `froks` (did you mean `forks`?)",
        "ansible.cfg:3:1: `[defaults]` has no setting `become` (did you mean `become` in `[privilege_escalation]`?)",
        "ansible.cfg:7:1: there is no section `[defualts]` (did you mean `defaults`?)",
        "runbook.toml:1:1: there is no setting `inventry` (did you mean `inventory`?)",
        "runbook.toml:4:1: `[privilege_escalation]` has no setting `becom_user` (did you mean `become_user`?)",
        "the environment variable `RUNBOOK_FORK` sets nothing (did you mean `RUNBOOK_FORKS`?)",
    ];
    assert_eq!(lines(&warnings), wanted);
    assert!(settings.flag(Key::Become));
}

#[test]
fn values_of_the_wrong_type_and_refused_ones_are_errors() {
    let cfg = "[defaults]\nforks = many\nhash_behaviour = merge\ngathering = never\n\
               error_on_undefined_vars = True\nlog_path = /x\npipelining = yes\n";
    let (_dir, loaded) = load(
        &[("ansible.cfg", cfg), ("runbook.toml", "timeout = [1]\n")],
        &[],
    );
    let wanted = [
        "ansible.cfg:2:9: `forks` takes a whole number, found `many` (it says how many hosts are worked on at the same time)",
        "ansible.cfg:3:18: `hash_behaviour` cannot be `merge` here (a variable that is defined again replaces the other one; merge with the filter `combine`)",
        "ansible.cfg:4:13: `gathering` takes `implicit`, `explicit` or `smart`, found `never` (it says when facts are gathered without `gather_facts` on the play)",
        "ansible.cfg:6:12: `log_path` has no effect here (redirect the output, or use `tee`)",
        "runbook.toml:1:11: `timeout` takes a whole number, found a list (it says how many seconds connecting may take)",
    ];
    assert_eq!(lines(&loaded.unwrap_err()), wanted);
}

#[test]
fn a_folder_anybody_can_write_to_is_not_trusted() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let files = [
        ("ansible.cfg", "[defaults]\nforks = 3\n"),
        ("home/.ansible.cfg", "[defaults]\nforks = 4\n"),
    ];
    let around = around(dir.path(), &files, &[]);
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let (settings, warnings) = Settings::load(&around).unwrap();
    assert_eq!(settings.number(Key::Forks), Some(4));
    assert!(lines(&warnings)[0].contains("anybody can write into its folder"));
}

#[test]
fn the_named_file_comes_first() {
    let files = [
        ("ansible.cfg", "[defaults]\nforks = 3\n"),
        ("other/ansible.cfg", "[defaults]\nforks = 5\n"),
    ];
    let (_dir, loaded) = load(&files, &[("ANSIBLE_CONFIG", "other")]);
    assert_eq!(loaded.unwrap().0.number(Key::Forks), Some(5));
}
