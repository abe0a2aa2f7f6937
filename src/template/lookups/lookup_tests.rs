use crate::template::testing::json;

/// A folder with files, and the variables that make it the playbook's.
fn folder() -> (tempfile::TempDir, String) {
    let dir = tempfile::tempdir().expect("tempdir");
    let write = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().expect("parent")).expect("mkdir");
        std::fs::write(path, text).expect("write");
    };
    write("files/motd", "hello\n");
    write("files/a.conf", "1");
    write("files/b.conf", "2");
    write(
        "templates/t.j2",
        "name={{ name }}{{ extra | default('') }}\n{% include 'part.j2' %}",
    );
    write("templates/part.j2", "part {{ name }}");
    write("templates/bad.j2", "ok\n{{ nmae }}\n");
    let vars = format!(
        "playbook_dir: {}\nname: pg1\npg_a: 1\npg_b: 2\nbroken: '{{{{ zzz }}}}'",
        dir.path().display()
    );
    (dir, vars)
}

#[test]
fn files_are_looked_for_beside_the_playbook() {
    let (dir, vars) = folder();
    let here = dir.path().display();
    for (expression, expected) in [
        ("lookup('file', 'motd')", r#""hello""#.to_owned()),
        (
            "lookup('ansible.builtin.file', 'motd', rstrip=false)",
            r#""hello\n""#.to_owned(),
        ),
        (
            "query('file', 'a.conf', 'b.conf')",
            r#"["1","2"]"#.to_owned(),
        ),
        (
            "query('fileglob', '*.conf') | map('basename')",
            r#"["a.conf","b.conf"]"#.to_owned(),
        ),
        (
            "lookup('first_found', ['nope', 'motd'])",
            format!("\"{here}/files/motd\""),
        ),
        (
            "lookup('first_found', {'files': ['x', 'a.conf'], 'paths': ['files']})",
            format!("\"{here}/files/a.conf\""),
        ),
        ("query('first_found', ['nope'], skip=true)", "[]".to_owned()),
        (
            "lookup('first_found', 'no')",
            "error: none of these files exists: no".to_owned(),
        ),
        (
            "lookup('template', 't.j2')",
            r#""name=pg1\npart pg1""#.to_owned(),
        ),
        (
            "lookup('template', 't.j2', template_vars={'extra': '!'})",
            r#""name=pg1!\npart pg1""#.to_owned(),
        ),
        ("lookup('file', 'nope', errors='ignore')", "null".to_owned()),
    ] {
        assert_eq!(json(expression, &vars), expected, "{expression}");
    }
    let missing = json("lookup('file', 'nope')", &vars);
    assert!(
        missing.starts_with("error: no file `nope`; looked in "),
        "{missing}"
    );
    let bad = json("lookup('template', 'bad.j2')", &vars);
    assert!(
        bad.starts_with("error: `nmae` is undefined (did you mean `name`?) (needed at "),
        "{bad}"
    );
}

#[test]
fn variables_and_commands() {
    let (_dir, vars) = folder();
    for (expression, expected) in [
        ("lookup('vars', 'pg_' ~ 'a')", "1"),
        ("lookup('vars', 'pg_a', 'pg_b', wantlist=true)", "[1,2]"),
        ("lookup('vars', 'pg_z', default='d')", r#""d""#),
        (
            "lookup('vars', 'pg_z')",
            "error: there is no variable `pg_z`",
        ),
        (
            "lookup('vars', 'broken')",
            "error: `zzz` is undefined (needed at test.yml:1:4)",
        ),
        ("query('varnames', '^pg_.$') | sort", r#"["pg_a","pg_b"]"#),
        ("lookup('env', 'NOT_SET_AT_ALL')", r#""""#),
        ("lookup('env', 'NOT_SET_AT_ALL', default='d')", r#""d""#),
        ("lookup('pipe', 'echo a; echo b')", r#""a\nb""#),
        ("query('lines', 'echo a; echo b')", r#"["a","b"]"#),
        (
            "lookup('pipe', 'echo no >&2; exit 3')",
            "error: `echo no >&2; exit 3` failed (exit status: 3): no",
        ),
        (
            "lookup('evn', 'HOME')",
            "error: unknown lookup `evn` (did you mean `env`?)",
        ),
        ("lookup('file', zzz)", "error: `zzz` is undefined"),
        ("lookup('env', 'HOME', nope=1)", "error"),
    ] {
        let told = json(expression, &vars);
        if expected == "error" {
            assert!(told.starts_with("error: "), "{expression}: {told}");
        } else {
            assert_eq!(told, expected, "{expression}");
        }
    }
}

#[test]
fn lists() {
    for (expression, expected) in [
        ("query('items', [1, [2]], 3)", "[1,[2],3]"),
        ("query('list', [1], 2)", "[[1],2]"),
        ("query('flattened', [1, [2, [3]]])", "[1,2,3]"),
        ("query('indexed_items', ['a', 'b'])", r#"[[0,"a"],[1,"b"]]"#),
        ("query('dict', {'a': 1})", r#"[{"key":"a","value":1}]"#),
        (
            "query('nested', ['a', 'b'], [1, 2])",
            r#"[["a",1],["a",2],["b",1],["b",2]]"#,
        ),
        (
            "query('together', ['a', 'b'], [1])",
            r#"[["a",1],["b",null]]"#,
        ),
        (
            "query('subelements', [{'u': 'x', 'k': [1, 2]}], 'k')",
            r#"[[{"u":"x"},1],[{"u":"x"},2]]"#,
        ),
        (
            "query('sequence', 'start=1 end=5 stride=2')",
            r#"["1","3","5"]"#,
        ),
        (
            "query('sequence', '2-4:pg%02d')",
            r#"["pg02","pg03","pg04"]"#,
        ),
        ("query('sequence', count=2, format='x%d')", r#"["x1","x2"]"#),
        ("query('sequence', 'count=0')", "[]"),
        (
            "query('sequence', 'start=3 end=1 stride=-1')",
            r#"["3","2","1"]"#,
        ),
        (
            "query('sequence', 'end=999999')",
            "error: `sequence` needs an end or a count of at most 100000 numbers",
        ),
        ("lookup('items', ['a', 'b'])", r#""a,b""#),
        ("lookup('items', [1, 2])", "[1,2]"),
        ("lookup('random_choice', ['a'])", r#""a""#),
    ] {
        assert_eq!(json(expression, "{}"), expected, "{expression}");
    }
}

#[test]
fn tables_and_settings_in_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let write =
        |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    write("a.ini", "[db]\nPort = 5432\nurl = h:%(port)s\n");
    write("a.csv", "joe,1,x\nann,2,y\n");
    let vars = format!("playbook_dir: {}", folder.path().display());
    for (expression, expected) in [
        ("lookup('ini', 'port section=db file=a.ini')", r#""5432""#),
        (
            "lookup('ini', 'url', section='db', file='a.ini')",
            r#""h:5432""#,
        ),
        (
            "lookup('ini', 'x', section='db', file='a.ini', default='d')",
            r#""d""#,
        ),
        (
            "query('ini', '.*', section='db', file='a.ini', re=true)",
            r#"["5432","h:5432"]"#,
        ),
        (
            "lookup('csvfile', 'ann', file='a.csv', delimiter=',', col=2)",
            r#""y""#,
        ),
        (
            "lookup('csvfile', 'bob', file='a.csv', delimiter=',', default='none')",
            r#""none""#,
        ),
        ("lookup('csvfile', 'bob file=a.csv delimiter=,')", "[]"),
    ] {
        assert_eq!(json(expression, &vars), expected, "{expression}");
    }
    let told = json("lookup('ini', 'x', section='no', file='a.ini')", &vars);
    assert!(told.contains("a.ini has no section `no`"), "{told}");
}

#[test]
fn a_password_is_made_once_and_kept_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let vars = format!("playbook_dir: {}", folder.path().display());
    let first = json(
        "lookup('password', 'deep/pw length=30 chars=digits')",
        &vars,
    );
    assert!(
        first.len() == 32 && first[1..31].bytes().all(|b| b.is_ascii_digit()),
        "{first}"
    );
    assert_eq!(json("lookup('password', 'deep/pw length=8')", &vars), first);
    let hash = json(
        "lookup('password', 'deep/pw', encrypt='sha256_crypt')",
        &vars,
    );
    assert!(hash.starts_with("\"$5$rounds=535000$"), "{hash}");
    assert_eq!(
        json(
            "lookup('password', 'deep/pw', encrypt='sha256_crypt')",
            &vars
        ),
        hash
    );
    let kept = folder.path().join("deep/pw");
    let mode =
        |path: &std::path::Path| path.metadata().expect("metadata").permissions().mode() & 0o777;
    assert_eq!(
        (mode(&kept), mode(&folder.path().join("deep"))),
        (0o600, 0o700)
    );
    let text = std::fs::read_to_string(kept).expect("the file");
    assert!(
        text.starts_with(&first[1..31]) && text.contains(" salt="),
        "{text}"
    );
}
