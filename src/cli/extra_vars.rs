//! What `-e` sets: `key=value` words, a mapping in JSON or YAML, or a file of variables.

use std::path::Path;
use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics, SourceFile, Span};
use crate::inventory::words::{self, Rules, Unclosed, Word};
use crate::inventory::{python, var_files, vars};
use crate::vars::{Var, VarMap};

/// How messages name the argument.
const NAME: &str = "<extra vars>";

/// Reads the arguments of all `-e`, later ones winning. In `key=value` every value is a string, as
/// in Ansible; JSON and YAML have types. Beside the variables come warnings.
pub fn parse(args: &[String]) -> Result<(VarMap, Diagnostics), Diagnostics> {
    let mut diagnostics = Diagnostics::new();
    let mut out = VarMap::new();
    for arg in args {
        out.extend(one(arg, &mut diagnostics));
    }
    let warnings = diagnostics.clone();
    diagnostics.result((out, warnings))
}

fn one(arg: &str, diagnostics: &mut Diagnostics) -> VarMap {
    let text = arg.trim();
    match text.strip_prefix('@') {
        Some("") => {
            let error = Diagnostic::error("`-e @` names no file");
            diagnostics.push(error.help("write `-e @FILE`"));
            VarMap::new()
        }
        Some(path) => var_files::read_file(Path::new(path), diagnostics),
        None if text.starts_with(['{', '[']) => {
            var_files::read_source(&SourceFile::inline(NAME, text), diagnostics)
        }
        None => assignments(&SourceFile::inline(NAME, text), diagnostics),
    }
}

fn assignments(source: &Arc<SourceFile>, diagnostics: &mut Diagnostics) -> VarMap {
    let end = source.text.len();
    let words = match words::split(&source.text, 0..end, Rules::Templates) {
        Ok(words) => words.words,
        Err(Unclosed(at)) => {
            let error = Diagnostic::error("the quote is not closed");
            let help = "put the whole argument in quotes too: `-e 'key=\"a b\"'`";
            diagnostics.push(error.at(&Span::new(source, at..end)).help(help));
            return VarMap::new();
        }
    };
    let shown = masked(source, &words);
    let mut vars = VarMap::new();
    for word in &words {
        vars.extend(assignment(word, source, &shown, diagnostics));
    }
    vars
}

/// The argument as messages may quote it: values may be passwords.
fn masked(source: &Arc<SourceFile>, words: &[Word]) -> Arc<SourceFile> {
    let mut text = source.text.clone();
    for word in words {
        if let Some((key, _)) = word.text.split_once('=') {
            let range = word.part(source, key.len() + 1..word.text.len()).range();
            let stars = "*".repeat(range.len());
            text.replace_range(range, &stars);
        }
    }
    SourceFile::inline(NAME, text)
}

fn assignment(
    word: &Word,
    source: &Arc<SourceFile>,
    shown: &Arc<SourceFile>,
    diagnostics: &mut Diagnostics,
) -> Option<(Arc<str>, Var)> {
    let Some((key, value)) = word.text.split_once('=').filter(|(key, _)| !key.is_empty()) else {
        diagnostics.push(no_assignment(&word.text).at(&word.span(shown)));
        return None;
    };
    diagnostics.extend(vars::check_name(key, &word.part(shown, 0..key.len())));
    let span = word.part(source, key.len() + 1..word.text.len());
    Some((key.into(), Var::Lazy(python::string(&span, value))))
}

fn no_assignment(text: &str) -> Diagnostic {
    let error = Diagnostic::error(format!("expected `key=value`, found `{text}`"));
    if Path::new(text).is_file() {
        return error.help(format!("to read the file write `-e @{text}`"));
    }
    error
        .help("no spaces around `=`, and quotes around values that hold spaces: `-e 'key=\"a b\"'`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Scalar;

    fn read(args: &[&str]) -> Result<Vec<String>, String> {
        let args: Vec<String> = args.iter().map(|a| (*a).to_owned()).collect();
        let (vars, _) = parse(&args).map_err(|e| e.to_string())?;
        let show = |(name, var): (&Arc<str>, &Var)| match var {
            Var::Lazy(node) => match node.scalar() {
                Some(Scalar::Str(text)) => format!("{name}={text:?}"),
                other => format!("{name}={other:?}"),
            },
            Var::Data(_) => unreachable!(),
        };
        Ok(vars.iter().map(show).collect())
    }

    #[test]
    fn words_are_strings() {
        assert_eq!(
            read(&[
                "a=1 b=true c=\"x y\" d='p=q' e= f={{ a | int }} g=#1",
                "a=2"
            ])
            .unwrap(),
            [
                "a=\"2\"",
                "b=\"true\"",
                "c=\"x y\"",
                "d=\"p=q\"",
                "e=\"\"",
                "f=\"{{ a | int }}\"",
                "g=\"#1\""
            ]
        );
    }

    #[test]
    fn json_and_yaml_have_types() {
        assert_eq!(
            read(&[r#" {"a": 1, "b": "1", c: yes}"#]).unwrap(),
            ["a=Some(Int(1))", "b=\"1\"", "c=Some(Bool(true))"]
        );
    }

    #[test]
    fn files_are_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.yml");
        std::fs::write(&path, "a: 5\n").unwrap();
        let path = path.display().to_string();
        assert_eq!(
            read(&[&format!("@{path}"), "b=1"]).unwrap(),
            ["a=Some(Int(5))", "b=\"1\""]
        );
        assert_eq!(
            read(&[&path]).unwrap_err(),
            format!(
                "<extra vars>:1:1: expected `key=value`, found `{path}` (to read the file write `-e @{path}`)"
            )
        );
    }

    #[test]
    fn values_are_not_quoted() {
        let errors = parse(&["pw='geheim é' b".to_owned()]).unwrap_err();
        let text = errors.render(false);
        assert!(
            text.contains("pw='*********' b") && !text.contains("geheim"),
            "{text}"
        );
    }

    #[test]
    fn mistakes_come_all_at_once() {
        assert_eq!(
            read(&["a=1 b", "=2", "c='x", "[1]", "@", "@/nosuch"]).unwrap_err(),
            "<extra vars>:1:5: expected `key=value`, found `b` (no spaces around `=`, and quotes around values that hold spaces: `-e 'key=\"a b\"'`)\n\
             <extra vars>:1:1: expected `key=value`, found `=2` (no spaces around `=`, and quotes around values that hold spaces: `-e 'key=\"a b\"'`)\n\
             <extra vars>:1:3: the quote is not closed (put the whole argument in quotes too: `-e 'key=\"a b\"'`)\n\
             <extra vars>:1:1: a file of variables must be a mapping, found a list (write one `name: value` on a line)\n\
             `-e @` names no file (write `-e @FILE`)\n\
             failed to read `/nosuch`: No such file or directory (os error 2) (check the path)"
        );
    }
}
