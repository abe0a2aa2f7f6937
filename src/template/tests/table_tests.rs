use crate::template::testing::json;

const VARS: &str = "
ok: {failed: false, changed: true}
bad: {failed: true}
loop: {results: [{changed: false}, {changed: true}]}
gone: {unreachable: true}
skip: {skipped: true, changed: false}
job: {started: 1, finished: 0}
version: 15.18-0+deb12u1
";

fn holds(cases: &[(&str, &str)]) {
    for (expression, expected) in cases {
        assert_eq!(json(expression, VARS), *expected, "{expression}");
    }
}

#[test]
fn results() {
    holds(&[
        ("ok is failed", "false"),
        ("ok is succeeded and ok is success", "true"),
        ("bad is failed and bad is failure", "true"),
        ("ok is changed", "true"),
        ("bad is changed", "false"),
        ("loop is changed", "true"),
        ("skip is skipped", "true"),
        ("gone is unreachable", "true"),
        ("ok is reachable", "true"),
        ("job is finished", "false"),
        ("ok is finished", "true"),
        ("ok is timedout", "false"),
        (
            "'x' is failed",
            "error: this test needs the registered result of a task, found string",
        ),
        ("zzz is failed", "error: `zzz` is undefined"),
    ]);
}

#[test]
fn texts() {
    holds(&[
        ("'postgres' is match('post')", "true"),
        ("'a\\npost' is match('post', multiline=true)", "false"),
        ("'postgres' is match('gres')", "false"),
        ("'postgres' is search('gres')", "true"),
        ("'POSTGRES' is search('gres', ignorecase=true)", "true"),
        ("'ab' is regex('a', match_type='fullmatch')", "false"),
        ("'https://x' is url", "true"),
        ("'x' is url", "false"),
        ("'urn:x:y' is urn", "true"),
        (
            "'a' is search('(')",
            "error: regular expression `(` is not usable: opening parenthesis without closing parenthesis",
        ),
    ]);
}

#[test]
fn values() {
    holds(&[
        ("[1, true] is all", "true"),
        ("[0, false] is any", "false"),
        ("[1] is subset([1, 2])", "true"),
        ("[1, 2] is superset([3])", "false"),
        ("[1, 2] is contains(2)", "true"),
        ("{'a': 1} is contains('a')", "true"),
        ("['a'] is truthy", "true"),
        ("'no' is truthy", "true"),
        ("'no' is truthy(convert_bool=true)", "false"),
        ("'' is falsy", "true"),
        ("zzz is truthy", "error: `zzz` is undefined"),
        ("'/etc' is directory", "true"),
        ("'/etc/passwd' is file and '/etc/passwd' is exists", "true"),
        ("'/nowhere' is link_exists", "false"),
        ("'/' is mount", "true"),
        ("'etc' is abs", "false"),
        ("1 is ansible.builtin.number", "true"),
    ]);
}

#[test]
fn versions() {
    holds(&[
        ("'15.18' is version('15.9', '>')", "true"),
        ("version is version('15.18', '>=')", "true"),
        ("version is version('15.19', '<')", "true"),
        ("version is version('15.18-0+deb12u2', 'lt')", "true"),
        ("version is version(version)", "true"),
        ("'15~rc1' is version('15', '<')", "true"),
        ("'15rc1' is version('15', '>')", "true"),
        ("'1.0' is version('1', '>')", "true"),
        ("'1.0' is version('1', operator='>')", "true"),
        (
            "'1.2rc1' is version('1.2rc1', version_type='pep440')",
            "true",
        ),
        ("'1.0' is version('1.0.0', strict=true)", "true"),
        ("'007' is version('7')", "true"),
        ("15 is version(9, 'gt')", "true"),
        ("'1.0' is version('1.0.0', '==', strict=true)", "true"),
        (
            "'1.2.3-rc.1' is version('1.2.3', '<', version_type='semver')",
            "true",
        ),
        (
            "'1.2.3+a' is version('1.2.3', '==', version_type='semver')",
            "true",
        ),
        (
            "'1.2rc1' is version('1.2', '<', version_type='pep440')",
            "true",
        ),
        (
            "'1.2' is version('1.2', '=', version_type='semver')",
            "error: `1.2` is no such version; use version_type='loose'",
        ),
        (
            "'1' is version('1', '~>')",
            "error: unknown operator `~>`; use ==, !=, <, <=, > or >=",
        ),
        (
            "'' is version('1', '>')",
            "error: an empty text is no version",
        ),
        ("zzz is version('1', '>')", "error: `zzz` is undefined"),
    ]);
}
