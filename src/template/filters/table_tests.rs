use crate::template::testing::json;

const VARS: &str = r#"
n: 7
text: "a b's"
list: [3, 1, 2, 1]
names: [b, A, a]
hosts: [{name: pg1, port: 1, tags: [x, y]}, {name: pg2, port: 2, tags: []}]
db: {port: 5432, opts: {a: 1, l: [1, 2]}}
over: {opts: {b: 2, l: [2, 3]}}
none_var: null
yaml_text: "a: 0644\nb: yes"
"#;

fn check(cases: &[(&str, &str)]) {
    for (expression, expected) in cases {
        let told = json(expression, VARS);
        // Another library's words are not ours to pin down.
        if *expected == "error" {
            assert!(told.starts_with("error: "), "{expression}: {told}");
        } else {
            assert_eq!(told, *expected, "{expression}");
        }
    }
}

#[test]
fn single_values() {
    check(&[
        (
            "['yes', 'On', '1', 1, true, 'no', 'off', '', 0, 2, none_var, 't'] | map('bool')",
            "[true,true,true,true,true,false,false,false,false,false,false,true]",
        ),
        ("zzz | bool", "error: `zzz` is undefined"),
        ("(n == 7) | ternary('a', 'b')", r#""a""#),
        ("false | ternary('a', 'b')", r#""b""#),
        ("none_var | ternary('a', 'b', 'c')", r#""c""#),
        ("true | ternary(true_val='a', false_val='b')", r#""a""#),
        ("none_var | ternary('a', 'b')", r#""b""#),
        (
            "true | ternary('a')",
            "error: `ternary` needs two values: for true and for false",
        ),
        ("' 42 ' | int", "42"),
        ("'x' | int", "0"),
        ("'x' | int(default=-1)", "-1"),
        ("'ff' | int(base=16)", "255"),
        ("'1.5' | float", "1.5"),
        ("'x' | float", "0.0"),
        ("zzz | int", "error: `zzz` is undefined"),
        ("n | mandatory", "7"),
        ("zzz | mandatory", "error: `zzz` is undefined"),
        ("zzz | mandatory('give zzz')", "error: give zzz"),
        ("text | quote", r#""'a b'\"'\"'s'""#),
        ("'/etc/x' | quote", r#""/etc/x""#),
        ("'' | quote", r#""''""#),
        (
            "[1, 1.5, 'x', true, none_var, [], {}] | map('type_debug')",
            r#"["int","float","str","bool","NoneType","list","dict"]"#,
        ),
        ("'a\nb' | comment", r##""#\n# a\n# b\n#""##),
        ("'a' | comment('xml')", r#""<!--\n -\n - a\n -\n-->""#),
        ("'ab' | center(5)", r#""  ab ""#),
        ("'to be, or not' | wordcount", "4"),
        ("'to be or not' | truncate(8, leeway=0)", r#""to...""#),
        (
            "'to be or not' | truncate(8, true, '!', 0)",
            r#""to be o!""#,
        ),
        ("'to be or not' | truncate(8)", r#""to be or not""#),
        ("range(5) | batch(2, 0)", "[[0,1],[2,3],[4,0]]"),
        ("range(5) | slice(2)", "[[0,1,2],[3,4]]"),
        ("'a\nb' | indent(2)", r#""a\n  b""#),
        ("'a\nb' | indent('> ', first=true)", r#""> a\n> b""#),
        ("'to be or not' | wordwrap(5)", r#""to be\nor\nnot""#),
        ("zzz | default('d')", r#""d""#),
        ("zzz.a.b | default('d')", r#""d""#),
        ("db.nope.deep | d('d')", r#""d""#),
        ("db['nope'].deep is defined", "false"),
        ("db.opts.a is defined", "true"),
        ("'' | default('d', true)", r#""d""#),
        ("'a,b' | split(',')", r#"["a","b"]"#),
        ("'%s-%02d' | format('x', 3)", r#""x-03""#),
        ("'%s=%.1f' % ('x', 2)", r#""x=2.0""#),
        ("-7 % 3 + 7 % -3 + 7.5 % 2", "1.5"),
        ("1 % 0", "error: division by zero"),
        (
            "'7' > 6",
            "error: `>` does not compare a text with a number; make the text a number with `| int`",
        ),
        ("1 < 2 <= 2 != 3 in [3]", "true"),
        ("'A' | ansible.builtin.lower", r#""a""#),
    ]);
}

#[test]
fn lists() {
    check(&[
        ("list | unique", "[3,1,2]"),
        ("names | unique", r#"["b","A"]"#),
        ("names | unique(case_sensitive=true)", r#"["b","A","a"]"#),
        ("hosts | unique(attribute='tags') | length", "2"),
        ("list | sort", "[1,1,2,3]"),
        ("list | max", "3"),
        ("list | min", "1"),
        ("list | sum", "7"),
        ("list | first", "3"),
        ("[] | first", "error: `[] | first` is undefined"),
        ("[[1, [2, [3]]], none_var, 4] | flatten", "[1,2,3,4]"),
        ("[[1, [2, [3]]], 4] | flatten(levels=1)", "[1,[2,[3]],4]"),
        ("[none_var] | flatten(skip_nulls=false)", "[null]"),
        ("[1, 2] | zip(['a', 'b', 'c'])", r#"[[1,"a"],[2,"b"]]"#),
        (
            "[1] | zip_longest(['a', 'b'], fillvalue='-')",
            r#"[[1,"a"],["-","b"]]"#,
        ),
        (
            "[1, 2] | product(['a', 'b'])",
            r#"[[1,"a"],[1,"b"],[2,"a"],[2,"b"]]"#,
        ),
        (
            "range(2000) | product(range(2000))",
            "error: the result would have more than 1000000 items",
        ),
        ("[1, 2, 3] | combinations(2)", "[[1,2],[1,3],[2,3]]"),
        ("[1, 2] | permutations", "[[1,2],[2,1]]"),
        ("10 | random(seed='x') == 10 | random(seed='x')", "true"),
        (
            "0 | random",
            "error: `random` needs an end beyond its start",
        ),
        ("[5] | random", "5"),
        (
            "[] | random",
            "error: `random` has nothing to choose from: the list is empty",
        ),
        ("list | shuffle(seed='s') | sort", "[1,1,2,3]"),
        ("list | difference([1])", "[3,2]"),
        ("list | intersect([2, 1])", "[1,2]"),
        ("list | union([9])", "[3,1,2,9]"),
        ("list | symmetric_difference([1, 9])", "[3,2,9]"),
        (
            "'abc' | union([1])",
            "error: expected a list, found a string",
        ),
        ("zzz | difference([1])", "error: `zzz` is undefined"),
        ("hosts | map(attribute='name') | list", r#"["pg1","pg2"]"#),
        (
            "hosts | selectattr('port', 'gt', 1) | map(attribute='name')",
            r#"["pg2"]"#,
        ),
        (
            "names | map('regex_replace', '^', 'x-')",
            r#"["x-b","x-A","x-a"]"#,
        ),
        ("list | select('in', [1])", "[1,1]"),
    ]);
}

#[test]
fn mappings() {
    check(&[
        ("{'a': 1} | dict2items", r#"[{"key":"a","value":1}]"#),
        (
            "{'a': 1} | dict2items(key_name='k', value_name='v')",
            r#"[{"k":"a","v":1}]"#,
        ),
        (
            "[1] | dict2items",
            "error: `dict2items` needs a mapping, found sequence",
        ),
        ("[{'key': 'a', 'value': 1}] | items2dict", r#"{"a":1}"#),
        (
            "hosts | items2dict(key_name='name', value_name='port')",
            r#"{"pg1":1,"pg2":2}"#,
        ),
        (
            "hosts | items2dict",
            "error: every item needs a `key` for `items2dict`",
        ),
        (
            "db | combine({'port': 1}) | to_json",
            r#""{\"port\": 1, \"opts\": {\"a\": 1, \"l\": [1, 2]}}""#,
        ),
        (
            "db | combine(over)",
            r#"{"port":5432,"opts":{"b":2,"l":[2,3]}}"#,
        ),
        (
            "db | combine(over, recursive=true)",
            r#"{"port":5432,"opts":{"a":1,"l":[2,3],"b":2}}"#,
        ),
        (
            "(db | combine(over, recursive=true, list_merge='append')).opts.l",
            "[1,2,2,3]",
        ),
        (
            "(db | combine(over, recursive=true, list_merge='append_rp')).opts.l",
            "[1,2,3]",
        ),
        (
            "(db | combine(over, recursive=true, list_merge='prepend')).opts.l",
            "[2,3,1,2]",
        ),
        (
            "(db | combine(over, recursive=true, list_merge='prepend_rp')).opts.l",
            "[2,3,1]",
        ),
        (
            "(db | combine(over, recursive=true, list_merge='keep')).opts.l",
            "[1,2]",
        ),
        ("[{'a': 1}, {'b': 2}] | combine", r#"{"a":1,"b":2}"#),
        (
            "{} | combine('x')",
            "error: `combine` needs a mapping, found string",
        ),
        ("'port' | extract(db)", "5432"),
        ("'opts' | extract(db, 'a')", "1"),
        ("'opts' | extract(db, ['l', 1])", "2"),
        ("['port'] | map('extract', db)", "[5432]"),
        ("hosts | rekey_on_member('name') | list", r#"["pg1","pg2"]"#),
        (
            "hosts | subelements('tags')",
            r#"[[{"name":"pg1","port":1,"tags":["x","y"]},"x"],[{"name":"pg1","port":1,"tags":["x","y"]},"y"]]"#,
        ),
        (
            "hosts | subelements('nope')",
            "error: an item has no `nope`",
        ),
        ("hosts | subelements('nope', skip_missing=True)", "[]"),
    ]);
}

#[test]
fn encodings() {
    check(&[
        (
            "{'b': [1, 1.0, 'é'], 'a': none_var} | to_json",
            r#""{\"b\": [1, 1.0, \"\\u00e9\"], \"a\": null}""#,
        ),
        (
            "{'b': 1, 'a': []} | to_nice_json(indent=2)",
            r#""{\n  \"a\": [],\n  \"b\": 1\n}""#,
        ),
        ("'é' | to_json(ensure_ascii=false)", r#""\"é\"""#),
        ("'{\"a\": [1, null]}' | from_json", r#"{"a":[1,null]}"#),
        (
            "'{' | from_json",
            "error: not JSON: EOF while parsing an object at line 1 column 1",
        ),
        (
            "{} | from_json",
            "error: `from_json` needs a text, found map; it may be decoded already",
        ),
        (
            "{'b': [1, 'x'], 'a': {'c': true}} | to_nice_yaml",
            r#""a:\n    c: true\nb:\n- 1\n- x\n""#,
        ),
        ("{'a': '0644'} | to_yaml", r#""{a: '0644'}\n""#),
        ("yaml_text | from_yaml", r#"{"a":420,"b":true}"#),
        ("'a: [' | from_yaml | length == 0", "error"),
        ("'--- 1\n--- 2' | from_yaml_all", "[1,2]"),
        ("'é' | b64encode", r#""w6k=""#),
        ("'w6k=' | b64decode", r#""é""#),
        ("'?' | b64decode", "error"),
        ("'a%20b+c%C3%A9' | urldecode", r#""a b cé""#),
        (
            "'postgres://u:p@DB:5432/x?a=b#f' | urlsplit | to_json(sort_keys=true) | from_json",
            r#"{"fragment":"f","hostname":"db","netloc":"u:p@DB:5432","password":"p","path":"/x","port":5432,"query":"a=b","scheme":"postgres","username":"u"}"#,
        ),
        ("'https://[::1]/x' | urlsplit('hostname')", r#""::1""#),
        ("'x' | urlsplit('nope')", "error: a URL has no part `nope`"),
        (
            "'x' | hash",
            r#""11f6ad8ec52a2984abaafd7c3b516503785c2072""#,
        ),
        ("'x' | checksum == 'x' | sha1", "true"),
        (
            "'x' | hash('sha256')",
            r#""2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881""#,
        ),
        (
            "'x' | hash('nope')",
            "error: unknown digest `nope`; use md5, sha1, sha2 (sha224 to sha512, sha512_256), sha3_224 to sha3_512, blake2b or blake2s",
        ),
        (
            "'x' | to_uuid('6ba7b810-9dad-11d1-80b4-00c04fd430c8')",
            r#""05b16a01-46c6-56dd-bd6e-c6dfb4a1427a""#,
        ),
    ]);
}

#[test]
fn regular_expressions() {
    check(&[
        (
            r"'pg1.example' | regex_replace('^(\w+)\.(.*)$', '\2-\1')",
            r#""example-pg1""#,
        ),
        (
            r"'a1b2' | regex_replace('(?P<d>\d)', '<\g<d>>')",
            r#""a<1>b<2>""#,
        ),
        ("'aaa' | regex_replace('a', 'b', count=2)", r#""bba""#),
        (
            "'ABC' | regex_replace('b', 'x', ignorecase=true)",
            r#""AxC""#,
        ),
        (
            "'a' | regex_replace('b', 'c', mandatory_count=1)",
            "error: `b` must match 1 times, but matches 0 times",
        ),
        (r"'port=5432' | regex_search('\d+')", r#""5432""#),
        (
            r"'port=5432' | regex_search('(\w+)=(\d+)', '\2', '\1')",
            r#"["5432","port"]"#,
        ),
        (r"'x' | regex_search('\d')", "null"),
        (
            r"'x' | regex_search('x', '\1')",
            r"error: the regular expression has no group `1`",
        ),
        (r"'1 22' | regex_findall('\d+')", r#"["1","22"]"#),
        (
            r"'a=1 b=2' | regex_findall('(\w)=(\d)')",
            r#"[["a","1"],["b","2"]]"#,
        ),
        ("'a.b' | regex_escape", r#""a\\.b""#),
        ("'ax' | regex_search('(?<=a)x')", r#""x""#),
        (r"'abab' | regex_replace('(ab)\1', '\1')", r#""ab""#),
        (
            "'x' | regex_search('(')",
            "error: regular expression `(` is not usable: opening parenthesis without closing parenthesis",
        ),
    ]);
}

#[test]
fn digests_and_chance() {
    check(&[
        ("'a' | md5", r#""0cc175b9c0f1b6a831c399e269772661""#),
        (
            "'a' | hash('sha3_256')",
            r#""80084bf2fba02475726feb2cab2d8215eab14bc6bdd8bfb2c8151257032ecd8b""#,
        ),
        ("[3, 1, 2] | shuffle(seed='abc')", "[3,1,2]"),
        ("100 | random(start=5, step=5, seed=1)", "25"),
        (
            "'x' | password_hash('md5')",
            "error: `md5` is no hash for passwords any more; use `sha512` or `bcrypt`",
        ),
    ]);
}

#[test]
fn paths_and_sizes() {
    check(&[
        ("'/a/b.c' | basename", r#""b.c""#),
        ("'/a/' | basename", r#""""#),
        ("'/a/b' | dirname", r#""/a""#),
        ("'/a' | dirname", r#""/""#),
        ("'a' | dirname", r#""""#),
        ("'a/b.tar.gz' | splitext", r#"["a/b.tar",".gz"]"#),
        ("'.bashrc' | splitext", r#"[".bashrc",""]"#),
        ("['/a', 'b', 'c'] | path_join", r#""/a/b/c""#),
        ("['/a', '/b'] | path_join", r#""/b""#),
        ("'/a/./b/../c//d' | normpath", r#""/a/c/d""#),
        ("'' | normpath", r#"".""#),
        ("'/a/b/c' | relpath('/a/d')", r#""../b/c""#),
        ("'/proc/self/..' | realpath", r#""/proc""#),
        ("['/a/b', '/a/c'] | commonpath", r#""/a""#),
        ("'/nowhere/x*' | fileglob", "[]"),
        ("'$NOT_SET_AT_ALL/x' | expandvars", r#""$NOT_SET_AT_ALL/x""#),
        ("1024 | human_readable", r#""1.00 KB""#),
        ("8388608 | human_readable(isbits=true)", r#""8.00 Mb""#),
        ("1024 | human_readable(unit='B')", r#""1024.00 Bytes""#),
        ("'10 MB' | human_to_bytes", "10485760"),
        ("'1.5G' | human_to_bytes", "1610612736"),
        ("'10' | human_to_bytes(default_unit='K')", "10240"),
        (
            "'10 Q' | human_to_bytes",
            "error: `10 Q` is no size; write a number and a unit, as `10 MB`",
        ),
        ("8 | log(2)", "3.0"),
        ("2 | pow(10)", "1024.0"),
        ("9 | root", "3.0"),
    ]);
}

#[test]
fn times() {
    check(&[
        (
            "'%Y-%m-%d %H:%M' | strftime(0, utc=true)",
            r#""1970-01-01 00:00""#,
        ),
        ("('2026-11-29 10:00:00' | to_datetime).year", "2026"),
        (
            "('2026-11-29' | to_datetime('%Y-%m-%d')).strftime('%d.%m.')",
            r#""29.11.""#,
        ),
        (
            "('2026-11-29 10:00:00' | to_datetime) > ('2026-11-28 10:00:00' | to_datetime)",
            "true",
        ),
        ("now().year > 2000", "true"),
        ("now(utc=true, fmt='%Y') | int > 2000", "true"),
    ]);
}

#[test]
fn methods_of_python() {
    check(&[
        ("'7'.zfill(3)", r#""007""#),
        ("'-7'.zfill(3)", r#""-07""#),
        ("'a.b.c'.rsplit('.', 1)", r#"["a.b","c"]"#),
        ("' a  b c '.rsplit(none, 1)", r#"[" a  b","c"]"#),
        ("'a=b=c'.partition('=')", r#"["a","=","b=c"]"#),
        ("'a=b=c'.rpartition('=')", r#"["a=b","=","c"]"#),
        ("'abc'.index('c')", "2"),
        ("'abc'.index('z')", "error: the text does not contain `z`"),
        ("'a'.ljust(3, '.') ~ 'b'.rjust(2)", r#""a.. b""#),
        ("'abc'.removeprefix('a').removesuffix('c')", r#""b""#),
        ("list.index(2)", "2"),
        ("db.get('nope', 1)", "1"),
        ("db.keys() | list", r#"["port","opts"]"#),
        ("'Ab'.swapcase()", r#""aB""#),
        ("'a,b'.split(',')[-1].upper()", r#""B""#),
        ("db.copy().port", "5432"),
    ]);
}

#[test]
fn every_filter_has_one_row() {
    let mut names: Vec<_> = super::all().map(|entry| entry.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(super::all().all(|entry| !entry.summary.is_empty()));
}
