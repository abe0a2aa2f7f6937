//! Whole inventories: what comes out of files, and what is said of mistakes in them.

use std::path::Path;

use super::*;
use crate::diag::{Diagnostics, SourceFile};
use crate::vars::{Var, VarMap};
use crate::yaml::{Node, Scalar};

/// Files by path, in a folder that goes away with the test.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    dir
}

fn load(dir: &Path, source: &str) -> Result<(Inventory, Diagnostics), Diagnostics> {
    Inventory::load(&[dir.join(source).display().to_string()])
}

/// One inventory file, which must be right.
fn inventory(name: &str, text: &str) -> Inventory {
    let dir = folder(&[(name, text)]);
    let (inventory, warnings) = load(dir.path(), name).unwrap();
    assert_eq!(said(dir.path(), &warnings), "");
    inventory
}

/// All that is said, a line each, without the folder's name.
fn said(dir: &Path, diagnostics: &Diagnostics) -> String {
    let prefix = format!("{}/", dir.display());
    diagnostics.to_string().replace(&prefix, "")
}

fn errors(name: &str, text: &str) -> String {
    let dir = folder(&[(name, text)]);
    said(dir.path(), &load(dir.path(), name).unwrap_err())
}

fn warnings(name: &str, text: &str) -> String {
    let dir = folder(&[(name, text)]);
    said(dir.path(), &load(dir.path(), name).unwrap().1)
}

fn show(node: &Node) -> String {
    match (node.scalar(), node.seq(), node.map()) {
        (Some(Scalar::Str(text)), ..) => format!("{text:?}"),
        (Some(Scalar::Null), ..) => "null".into(),
        (Some(Scalar::Bool(b)), ..) => b.to_string(),
        (Some(Scalar::Int(i)), ..) => i.to_string(),
        (Some(Scalar::Float(f)), ..) => format!("{f:?}"),
        (_, Some(items), _) => format!("{:?}", items.iter().map(show).collect::<Vec<_>>()),
        _ => "{…}".into(),
    }
}

fn show_vars(vars: &VarMap) -> String {
    let each = vars.iter().map(|(name, var)| match var {
        Var::Lazy(node) => format!("{name}={}", show(node)),
        Var::Data(value) => format!("{name}:={value}"),
    });
    each.collect::<Vec<_>>().join(" ")
}

fn names(inventory: &Inventory, pattern: &str) -> String {
    inventory.select(pattern).unwrap().join(" ")
}

const CLUSTER: &str = "\
solo
[replicas]
db3
db2:2222
[primary]
db1
[postgres:children]
primary
replicas
";

#[test]
fn ini_hosts_bring_typed_variables() {
    let inventory = inventory(
        "hosts",
        "db3 a=\"1\" b='x y' c=[1,2] d=true e=True f=0644 g=\"'7'\" i=1e3 j=0x1F n= o=None # end\n\
         db[1:2]:2222 tmpl='{{ a }}'\n",
    );
    assert_eq!(
        show_vars(&inventory.host("db3").unwrap().vars),
        r#"a=1 b="x y" c=["1", "2"] d="true" e=true f="0644" g="7" i=1000.0 j=31 n="" o=null"#
    );
    assert_eq!(
        show_vars(&inventory.host("db2").unwrap().vars),
        r#"ansible_port=2222 tmpl="{{ a }}""#
    );
    let var = inventory.host("db1").unwrap().vars.get("tmpl").unwrap();
    let Var::Lazy(node) = var else {
        panic!("{var:?}")
    };
    assert_eq!(node.span.line_col(), (2, 20));
    assert_eq!(node.span.text(), "{{ a }}");
}

#[test]
fn ini_group_variables_take_the_rest_of_the_line() {
    let inventory = inventory(
        "hosts",
        "[g]\nh\n[g:vars]\na = 5 # five\nb=foo # bar\nc = \"q\"\nd =\ne=[1, {'a': None}]\nf=x=y\n",
    );
    assert_eq!(
        show_vars(&inventory.group("g").unwrap().vars),
        r#"a=5 b="foo # bar" c="q" d="" e=["1", "{…}"] f="x=y""#
    );
}

#[test]
fn groups_order_their_hosts_as_ansible_does() {
    let inventory = inventory("hosts", CLUSTER);
    let hosts: Vec<&str> = inventory.hosts().map(|h| &*h.name).collect();
    assert_eq!(hosts, ["solo", "db3", "db2", "db1"]);
    assert_eq!(inventory.group_hosts("postgres").join(" "), "db1 db3 db2");
    let groups: Vec<String> = inventory
        .groups_map()
        .iter()
        .map(|(name, hosts)| format!("{name}: {}", hosts.join(" ")))
        .collect();
    assert_eq!(
        groups,
        [
            "all: solo db1 db3 db2",
            "ungrouped: solo",
            "replicas: db3 db2",
            "primary: db1",
            "postgres: db1 db3 db2",
        ]
    );
    assert_eq!(inventory.group_names("db1").join(" "), "postgres primary");
    assert_eq!(inventory.group_names("solo").join(" "), "ungrouped");
}

#[test]
fn patterns_select_in_the_order_given() {
    let inventory = inventory("hosts", CLUSTER);
    for (pattern, wanted) in [
        ("all", "solo db1 db3 db2"),
        ("*", "solo db1 db3 db2"),
        ("db2,db1", "db2 db1"),
        ("db2:db1:db2", "db2 db1"),
        ("postgres:&db1,solo", "db1"),
        ("replicas:primary", "db3 db2 db1"),
        ("postgres:&replicas", "db3 db2"),
        ("!db3:postgres", "db1 db2"),
        ("!db2", "solo db1 db3"),
        ("&postgres", "db1 db3 db2"),
        ("db?", "db3 db2 db1"),
        ("*2", "db2"),
        ("db[!1]", "db3 db2"),
        ("db*[0]", "db3"),
        ("~db[12]", "db2 db1"),
        ("!~db1:all", "solo db3 db2"),
        ("postgres[0]", "db1"),
        ("postgres[-1]", "db2"),
        ("postgres[0:1]", "db1 db3"),
        ("postgres[1:]", "db3 db2"),
        ("postgres[:1]", "db1 db3"),
        ("postgres[-2:-1]", "db3 db2"),
        ("postgres[9]", ""),
        ("postgres[2:1]", ""),
        ("localhost,db1", "localhost db1"),
        ("::1", "::1"),
        (" db1 , db3 ", "db1 db3"),
        ("", ""),
    ] {
        assert_eq!(names(&inventory, pattern), wanted, "{pattern}");
    }
}

#[test]
fn patterns_that_match_nothing_say_what_there_is() {
    let inventory = inventory("hosts", CLUSTER);
    let error = |pattern| inventory.select(pattern).unwrap_err().to_string();
    let valid = "hosts: solo, db3, db2, db1; groups: replicas, primary, postgres";
    assert_eq!(
        error("db1,postgers"),
        format!("there is no host or group `postgers` (did you mean `postgres`?; {valid})")
    );
    assert_eq!(
        error("all:!nosuch[0]"),
        format!("there is no host or group `nosuch` ({valid})")
    );
    assert_eq!(
        error("x*"),
        format!("host pattern `x*` matches no host and no group ({valid})")
    );
    assert_eq!(
        error("~db("),
        "host pattern `~db(` is malformed: unclosed group (after `~` stands a regular expression, \
         elsewhere `*` and `?` are wildcards)"
    );
    let selection = inventory.resolve("db1:nosuch:db3").unwrap();
    assert_eq!(selection.hosts.join(" "), "db1 db3");
    assert_eq!(selection.unmatched.len(), 1);
    assert_eq!(inventory.resolve("all:&nosuch").unwrap().hosts.len(), 0);
}

#[test]
fn long_lists_of_names_are_cut() {
    let inventory = inventory("hosts", "db[1:30]\n");
    let error = inventory.select("x").unwrap_err();
    assert!(error.help[0].ends_with("db19, db20 and 10 more"), "{error}");
    assert_eq!(error.help[1], "groups: none");
}

#[test]
fn ini_mistakes_come_all_at_once() {
    insta::assert_snapshot!(errors(
        "hosts",
        "[primary\n\
         db0\n\
         [db:childern]\n\
         [ db]\n\
         [db] x\n\
         [db]\n\
         db1 port 5432\n\
         db1 port = 5432\n\
         db[1:999999999]\n\
         pass=secret\n\
         db2 a='open\n\
         [dbs:vars]\n\
         no value\n\
         [all:children]\n\
         elsewhere\n\
         db more\n\
         [db:vars]\n\
         ansible_group_priority=high\n"
    ), @r"
    hosts:1:1: the section header is not closed (a section is written `[group]`, `[group:children]` or `[group:vars]`)
    hosts:3:5: unknown section suffix `childern` (did you mean `children`?)
    hosts:4:2: ` db` is no name of a group (group names are one word, best of letters, digits and `_`)
    hosts:5:6: there is text behind the section header (put it on a line of its own)
    hosts:7:5: expected `key=value`, found `port` (write each host on a line of its own; quote values that hold spaces)
    hosts:7:10: expected `key=value`, found `5432` (write each host on a line of its own; quote values that hold spaces)
    hosts:8:5: expected `key=value`, found `port` (write each host on a line of its own; quote values that hold spaces)
    hosts:8:10: there is no variable's name before `=` (write `key=value` without spaces around `=`)
    hosts:8:12: expected `key=value`, found `5432` (write each host on a line of its own; quote values that hold spaces)
    hosts:9:1: `[1:999999999]` makes more than 100000 hosts (narrow the range)
    hosts:10:1: expected a host, found `pass=secret` (variables of the group belong under `[db:vars]`)
    hosts:11:7: the quote is not closed (close it, or escape it with `\`)
    hosts:13:1: expected `key=value`, found `no value` (`[dbs:vars]` sets one variable on a line)
    hosts:16:4: `more` does not belong here (`[all:children]` lists one group on a line)
    hosts:18:24: `ansible_group_priority` is a number, found a string (among groups of one depth the higher number wins; 1 is the default)
    hosts:12:2: group `dbs` is not declared (did you mean `db`?)
    hosts:15:1: group `elsewhere` is not declared (declare it with a section `[elsewhere]`)
    ");
}

#[test]
fn circles_are_refused() {
    assert_eq!(
        errors("hosts", "[a:children]\nb\n[b:children]\na\n"),
        "hosts:4:1: group `a` would contain itself by way of `b` (remove `a` from the children of `b`)"
    );
    assert_eq!(
        errors("i.yml", "a: {children: {b: {children: {a: }}}}\n"),
        "i.yml:1:31: group `a` would contain itself by way of `b` (remove `a` from the children of `b`)"
    );
}

#[test]
fn suspicious_lines_are_warned_of() {
    assert_eq!(
        warnings("hosts", "db1 pw=a#b max-lag=1 ansible_usr=x\ndb1\n[db1]\n"),
        "hosts:1:9: what follows `#` is taken as a comment (quote the value to keep it: `key='a#b'`; \
         put a space before `#` when a comment is meant)\n\
         `db1` is both a host and a group (in patterns it means the host; rename one of them)"
    );
    assert_eq!(
        warnings(
            "hosts",
            "db1 max-lag=1 ansible_usr=x ansible_ssh_host=y ansible_my_own=1\n"
        ),
        "hosts:1:5: no template can use the variable `max-lag` (names of variables are made of \
         letters, digits and `_`)\n\
         hosts:1:15: `ansible_usr` is no connection variable (did you mean `ansible_user`?)"
    );
    assert_eq!(
        warnings("hosts", "# nothing\n"),
        "the inventory has no hosts, only the implicit `localhost`"
    );
}

#[test]
fn yaml_groups_nest() {
    let inventory = inventory(
        "hosts.yml",
        "all:\n  vars: {who: all}\n  hosts:\n    db[01:03]: {a: 0644}\n    db9:5444:\n  children:\n    \
         zz: {hosts: {db02: , db01: {b: yes}}, vars: {who: zz, ansible_group_priority: 5}}\n    \
         aa: {hosts: db01, vars: {who: aa}}\n    empty:\n",
    );
    assert_eq!(names(&inventory, "all"), "db01 db02 db03 db9");
    assert_eq!(names(&inventory, "zz"), "db02 db01");
    assert_eq!(inventory.group_names("db01").join(" "), "aa zz");
    assert_eq!(inventory.group_names("db9").join(" "), "ungrouped");
    assert_eq!(
        show_vars(&inventory.host("db01").unwrap().vars),
        "a=420 b=true"
    );
    assert_eq!(
        show_vars(&inventory.host("db9").unwrap().vars),
        "ansible_port=5444"
    );
    let layers = inventory.host_layers("db01");
    let layers: Vec<String> = layers.iter().map(|l| show_vars(l)).collect();
    assert_eq!(
        layers,
        ["who=\"all\"", "who=\"aa\"", "who=\"zz\"", "a=420 b=true"]
    );
}

#[test]
fn yaml_mistakes_come_all_at_once() {
    insta::assert_snapshot!(errors(
        "i.yml",
        "all:\n  hosts: [a, b]\n  chlidren:\n    x:\n  db1:\n  vars: 5\nother: 3\nmore:\n  hosts:\n    \
         db[1-3]:\n    db1: text\n  children: []\n"
    ), @r"
    i.yml:2:10: `hosts` must be a mapping, found a list (write one `name:` on a line, its variables indented below it)
    i.yml:3:3: unknown key `chlidren` in group `all` (did you mean `children`?)
    i.yml:5:3: unknown key `db1` in group `all` (a group has `children`, `hosts` or `vars`; a group below it belongs under `children:`, a host under `hosts:`)
    i.yml:6:9: `vars` must be a mapping, found a number (write one `name: value` on a line)
    i.yml:7:8: group `other` must be a mapping, found a number (below a group stand `hosts:`, `children:` and `vars:`)
    i.yml:10:5: `[1-3]` is no range (a range has two numbers or two letters, and perhaps a step: `[1:3]`, `[01:12:2]`, `[a:c]`)
    i.yml:11:10: host `db1` must be a mapping, found a string (write one `name: value` on a line)
    i.yml:12:13: `children` must be a mapping, found a list (write one `name:` on a line)
    ");
    assert_eq!(
        errors("i.yml", "- db1\n"),
        "i.yml:1:1: an inventory must be a mapping of groups, found a list (begin with `all:` and \
         below it `hosts:` with one `name:` on a line)"
    );
    assert_eq!(
        errors("i.yml", "plugin: aws_ec2\n"),
        "i.yml:1:9: inventory plugins are not supported (write what it lists with \
         `ansible-inventory --list --yaml --output FILE`)"
    );
}

#[test]
fn layers_come_in_ansibles_order() {
    let dir = folder(&[
        ("inv/hosts", "[g]\nh v=7\n[g:vars]\nv=2\n[all:vars]\nv=1\n"),
        ("inv/group_vars/all.yml", "v: 3"),
        ("inv/group_vars/g/b.yml", "v: 5b"),
        ("inv/group_vars/g/a.json", "{\"v\": \"5a\", \"w\": 1}"),
        ("inv/group_vars/g/c.txt", "{{ no YAML"),
        ("inv/host_vars/h", "v: 8"),
        ("play/group_vars/all/x.yml", "v: 4"),
        ("play/group_vars/g.yaml", "v: 6"),
        ("play/host_vars/h.yml", "v: 9"),
        ("play/host_vars/.hidden.yml", "{{ no YAML"),
    ]);
    let (mut inventory, _) = load(dir.path(), "inv/hosts").unwrap();
    let warnings = inventory
        .load_playbook_dir_vars(&dir.path().join("play"))
        .unwrap();
    assert!(warnings.is_empty());
    let layers = inventory.host_layers("h");
    let layers: Vec<String> = layers.iter().map(|l| show_vars(l)).collect();
    assert_eq!(
        layers,
        [
            "v=1",
            "v=2",
            "v=3",
            "v=4",
            "v=\"5b\" w=1",
            "v=6",
            "v=7",
            "v=8",
            "v=9"
        ]
    );
    assert_eq!(inventory.host_layers("nosuch").len(), 0);
}

#[test]
fn variable_files_that_cannot_be_used_are_named() {
    let dir = folder(&[
        ("hosts", "h\n"),
        ("group_vars/all.yml", "$ANSIBLE_VAULT;1.1;AES256\n6162\n"),
        ("host_vars/h.yml", "- a\n"),
        ("host_vars/x/a.yml", "a: 1\n"),
        ("host_vars/x.yml", "a: 2\n"),
    ]);
    insta::assert_snapshot!(said(dir.path(), &load(dir.path(), "hosts").unwrap_err()), @r"
    group_vars/all.yml:1:1: the vault data is damaged: it ends before the authentication code (restore it from a copy; every line after the first is hexadecimal digits)
    host_vars/h.yml:1:1: a file of variables must be a mapping, found a list (write one `name: value` on a line)
    `host_vars/x.yml` is not read (`host_vars/x` comes first; put both into one)
    ");
}

#[test]
fn folders_are_read_file_by_file() {
    let dir = folder(&[
        ("10-primary.yml", "primary: {hosts: {db1: {a: 1}}}"),
        ("20-replicas", "[replicas]\ndb2\n[primary:vars]\nb=2\n"),
        ("more/30.ini", "[postgres:children]\nprimary\nreplicas\n"),
        ("looks", "---\nextra:\n  hosts: db3\n"),
        ("ansible.cfg", "[defaults]\n"),
        ("20-replicas.bak", "[oops\n"),
        ("README.md", "# [oops"),
        ("group_vars/replicas.yml", "c: 3"),
    ]);
    let (inventory, warnings) = load(dir.path(), "").unwrap();
    assert_eq!(said(dir.path(), &warnings), "");
    assert_eq!(names(&inventory, "postgres"), "db1 db2");
    assert_eq!(names(&inventory, "extra"), "db3");
    let layers: Vec<String> = inventory
        .host_layers("db1")
        .iter()
        .map(|l| show_vars(l))
        .collect();
    assert_eq!(layers, ["b=2", "a=1"]);
    assert_eq!(show_vars(&inventory.host_layers("db2")[0]), "c=3");
}

#[test]
fn names_alone_are_an_inventory() {
    let (inventory, warnings) = Inventory::load(&["db1,db[2:3]:2222, ".into()]).unwrap();
    assert!(warnings.is_empty());
    assert_eq!(names(&inventory, "all"), "db1 db2 db3");
    assert_eq!(
        show_vars(&inventory.host("db3").unwrap().vars),
        "ansible_port=2222"
    );
    assert_eq!(
        Inventory::load(&["db1,db[2:,".into(), "nosuch".into()])
            .unwrap_err()
            .to_string(),
        "<inventory>:1:5: `[` is not closed (a range is written `db[1:3]`)\n\
         inventory `nosuch` does not exist (to name hosts directly, end with a comma: `-i nosuch,`)"
    );
}

#[test]
fn the_implicit_localhost_is_local_and_in_no_group() {
    let inventory = Inventory::new();
    let localhost = inventory.host("localhost").unwrap();
    assert!(localhost.implicit);
    assert_eq!(show_vars(&localhost.vars), "ansible_connection:=local");
    assert_eq!(names(&inventory, "all"), "");
    assert_eq!(
        show_vars(&inventory.host_layers("127.0.0.1")[0]),
        "ansible_connection:=local"
    );
    let (listed, _) = Inventory::load(&["localhost,".into()]).unwrap();
    assert!(!listed.host("localhost").unwrap().implicit);
}

#[test]
fn hosts_and_groups_may_come_at_run_time() {
    let dir = folder(&[("hosts", "[old]\ndb1\n"), ("group_vars/new.yml", "a: 1")]);
    let (mut inventory, _) = load(dir.path(), "hosts").unwrap();
    let vars = VarMap::from_iter([("x".into(), Var::Data(5.into()))]);
    assert!(inventory.add_host("db9", &["new", "old"], vars.clone()));
    assert!(!inventory.add_host("db9", &["new"], vars));
    assert_eq!(names(&inventory, "old"), "db1 db9");
    assert_eq!(inventory.group_names("db9").join(" "), "new old");
    let layers: Vec<String> = inventory
        .host_layers("db9")
        .iter()
        .map(|l| show_vars(l))
        .collect();
    assert_eq!(layers, ["a=1", "x:=5"]);
    inventory.add_group("pg_primary", &["new"]).unwrap();
    assert!(inventory.add_to_group("db1", "pg_primary"));
    assert!(!inventory.add_to_group("db1", "pg_primary"));
    assert_eq!(names(&inventory, "new"), "db9 db1");
    assert_eq!(inventory.group("pg_primary").unwrap().depth, 2);
    assert!(inventory.add_group("new", &["pg_primary"]).is_err());
}

#[test]
fn scripts_are_run() {
    use std::os::unix::fs::PermissionsExt as _;
    let script = "#!/bin/sh\ncat <<'E'\n{\"db\": {\"hosts\": [\"db1\", \"db2\"], \"vars\": {\"v\": 1.0}},\n\
                  \"top\": {\"children\": [\"db\"]}, \"old\": [\"db3\"],\n\
                  \"_meta\": {\"hostvars\": {\"db1\": {\"a\": \"yes\", \"b\": [true, null, 5]}}}}\nE\n";
    let dir = folder(&[
        ("inv", script),
        ("bad", "#!/bin/sh\necho no luck >&2; exit 3\n"),
    ]);
    for name in ["inv", "bad"] {
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(dir.path().join(name), mode).unwrap();
    }
    let (inventory, _) = load(dir.path(), "inv").unwrap();
    assert_eq!(names(&inventory, "top:old"), "db1 db2 db3");
    let layers: Vec<String> = inventory
        .host_layers("db1")
        .iter()
        .map(|l| show_vars(l))
        .collect();
    assert_eq!(layers, ["v=1.0", r#"a="yes" b=["true", "null", "5"]"#]);
    assert_eq!(
        said(dir.path(), &load(dir.path(), "bad").unwrap_err()),
        "the inventory script `bad` ended with exit status: 3: no luck (try it by hand: \
         `bad --list`; if it is meant to be read and not run: `chmod -x` it)"
    );
}

#[test]
fn the_only_inventory_is_found() {
    let error = |files: &[(&str, &str)]| {
        let dir = folder(files);
        let message = discover(dir.path()).unwrap_err().to_string();
        message.replace(&format!("{}/", dir.path().display()), "")
    };
    let dir = folder(&[
        ("inventories/lab/hosts.yml", ""),
        ("inventories/lab/hosts", ""),
        ("inventories/lab/id_lab", ""),
        ("inventories/README.md", ""),
        ("inventories/keys/id", ""),
    ]);
    assert_eq!(
        discover(dir.path()).unwrap(),
        dir.path().join("inventories/lab/hosts.yml")
    );
    assert_eq!(
        error(&[("inventories/a/hosts", ""), ("inventories/b.yml", "")]),
        "no inventory is named, and there are 2 in `inventories` (name one: `-i \
         inventories/a/hosts` `-i inventories/b.yml`)"
    );
    assert_eq!(
        error(&[("x", "")]),
        "no inventory is named, and there is none in `inventories` (name one with `-i FILE` or \
         `RUNBOOK_INVENTORY`; or write `inventories/hosts.yml`, for example: `all: {hosts: {db1: \
         {ansible_host: 10.0.0.1}}}`)"
    );
}

proptest::proptest! {
    #[test]
    fn no_ini_panics(text in "([\\[\\]a-c:= '\"\\\\#\n0-9é,]|children|vars|\\[a:vars\\]\n){0,40}") {
        let source = SourceFile::inline("x", text);
        let mut inventory = Inventory::new();
        ini::read(&source, &mut inventory, &mut Diagnostics::new());
        inventory.reconcile();
        let _ = inventory.host_layers("a");
    }

    #[test]
    fn no_pattern_panics(text in "([\\[\\]a-c:!&~*?,.0-9\\\\é-]|all|db){0,20}") {
        let mut inventory = Inventory::new();
        inventory.add_host("db1", &["a", "b"], VarMap::new());
        inventory.add_host("c", &["b"], VarMap::new());
        let _ = inventory.resolve(&text);
    }
}
