//! The `ini` lookup: values of INI and properties files, read as Python's `configparser` reads them.

use indexmap::IndexMap;
use minijinja::Error;

use super::{Call, Lookup, lookups};
use crate::template::filters::{fail, truth};
use crate::template::pattern::matches;
use crate::vars::Value;

pub(super) static TABLE: &[Lookup] = lookups! {
    "ini": ini, "values of INI and properties files";
};

/// How often a value may lead to another one.
const MAX_DEPTH: usize = 10;

type Section = IndexMap<String, Option<String>>;

/// Where and how to look.
#[expect(
    clippy::struct_excessive_bools,
    reason = "one field for each option of the lookup"
)]
struct Wanted {
    file: String,
    section: String,
    properties: bool,
    regex: bool,
    default: Value,
    case_sensitive: bool,
    allow_no_value: bool,
}

fn ini(call: &Call<'_, '_>) -> Result<Vec<Value>, Error> {
    let mut wanted = options(call)?;
    let mut found = Vec::new();
    for term in call.texts()? {
        let key = words(&term, &mut wanted)?;
        look(&key, &wanted, call, &mut found)?;
    }
    Ok(found)
}

fn options(call: &Call<'_, '_>) -> Result<Wanted, Error> {
    let text = |name: &str, default: &str| -> Result<String, Error> {
        let value = call.options.get::<Option<Value>>(name)?;
        Ok(value.map_or_else(|| default.to_owned(), |value| value.to_string()))
    };
    Ok(Wanted {
        file: text("file", "ansible.ini")?,
        section: text("section", "global")?,
        properties: properties(&text("type", "ini")?)?,
        regex: call.flag("re", false)?,
        default: call
            .options
            .get::<Option<Value>>("default")?
            .unwrap_or_else(|| Value::from("")),
        case_sensitive: call.flag("case_sensitive", false)?,
        allow_no_value: call.flag("allow_no_value", false)? || call.flag("allow_none", false)?,
    })
}

fn properties(kind: &str) -> Result<bool, Error> {
    match kind {
        "ini" => Ok(false),
        "properties" => Ok(true),
        other => Err(fail(format!(
            "unknown `type={other}`; use ini or properties"
        ))),
    }
}

/// Takes `key name=value …` apart; what a term says counts for those after it, too.
fn words(term: &str, wanted: &mut Wanted) -> Result<String, Error> {
    let mut key = Vec::new();
    for word in term.split_whitespace() {
        let flag = |value: &str| truth(&Value::from(value));
        match word.split_once('=') {
            Some(("file", value)) => value.clone_into(&mut wanted.file),
            Some(("section", value)) => value.clone_into(&mut wanted.section),
            Some(("type", value)) => wanted.properties = properties(value)?,
            Some(("re", value)) => wanted.regex = flag(value),
            Some(("default", value)) => wanted.default = Value::from(value),
            Some(("case_sensitive", value)) => wanted.case_sensitive = flag(value),
            Some(("allow_no_value", value)) => wanted.allow_no_value = flag(value),
            _ => key.push(word),
        }
    }
    Ok(key.join(" "))
}

fn look(
    key: &str,
    wanted: &Wanted,
    call: &Call<'_, '_>,
    found: &mut Vec<Value>,
) -> Result<(), Error> {
    let path = call.found("files", &wanted.file)?;
    let text = super::files::read(&path)?;
    let (name, sections) = if wanted.properties {
        let text = format!("[java_properties]\n{text}");
        ("java_properties", parsed(&text, wanted))
    } else {
        (wanted.section.as_str(), parsed(&text, wanted))
    };
    let sections = sections.map_err(|why| fail(format!("{}: {why}", path.display())))?;
    let Some(section) = sections.get(name) else {
        return Err(fail(format!("{} has no section `{name}`", path.display())));
    };
    let defaults = sections.get("DEFAULT");
    if wanted.regex {
        let mut names: Vec<&String> = section.keys().collect();
        names.extend(defaults.into_iter().flat_map(Section::keys));
        for name in names {
            if matches(&format!(r"\A(?:{key})"), name)? {
                found.extend(value(name, section, defaults, 0)?.map(Value::from));
            }
        }
        return Ok(());
    }
    let name = if wanted.case_sensitive {
        key.to_owned()
    } else {
        key.to_lowercase()
    };
    let is_there =
        section.contains_key(&name) || defaults.is_some_and(|all| all.contains_key(&name));
    if is_there {
        found.extend(value(&name, section, defaults, 0)?.map(Value::from));
    } else {
        found.push(wanted.default.clone());
    }
    Ok(())
}

/// The sections of a file; a mistake is told with its line.
fn parsed(text: &str, wanted: &Wanted) -> Result<IndexMap<String, Section>, String> {
    let mut sections: IndexMap<String, Section> = IndexMap::new();
    let mut section: Option<String> = None;
    // The option a line further to the right goes on with.
    let mut open: Option<(String, usize)> = None;
    for (at, line) in text.lines().enumerate() {
        let at = at + 1;
        let body = line.trim();
        let indent = line.len() - line.trim_start().len();
        if body.starts_with(['#', ';']) {
            continue;
        }
        let current = section.as_ref().and_then(|name| sections.get_mut(name));
        if let Some((name, column)) = &open
            && (indent > *column || body.is_empty())
        {
            if let Some(Some(value)) = current.and_then(|all| all.get_mut(name)) {
                value.push('\n');
                value.push_str(body);
            }
            continue;
        }
        if body.is_empty() {
            continue;
        }
        if let Some(name) = body
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            open = None;
            sections.entry(name.to_owned()).or_default();
            section = Some(name.to_owned());
            continue;
        }
        let current = current.ok_or_else(|| format!("line {at} stands in no section"))?;
        let (name, value) = match body.split_once(['=', ':']) {
            Some((name, value)) => (name.trim(), Some(value.trim().to_owned())),
            None if wanted.allow_no_value => (body, None),
            None => return Err(format!("line {at} has no `=`")),
        };
        let name = if wanted.case_sensitive {
            name.to_owned()
        } else {
            name.to_lowercase()
        };
        if current.insert(name.clone(), value).is_some() {
            return Err(format!("line {at} sets `{name}` a second time"));
        }
        open = Some((name, indent));
    }
    for value in sections
        .values_mut()
        .flat_map(IndexMap::values_mut)
        .flatten()
    {
        value.truncate(value.trim_end_matches('\n').len());
    }
    Ok(sections)
}

/// A value with its `%(name)s` filled in.
fn value(
    name: &str,
    section: &Section,
    defaults: Option<&Section>,
    depth: usize,
) -> Result<Option<String>, Error> {
    let held = section.get(name).or_else(|| defaults?.get(name));
    let Some(Some(text)) = held else {
        return Ok(None);
    };
    if depth > MAX_DEPTH {
        return Err(fail(format!("`{name}` leads to itself")));
    }
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            out.push('%');
            rest = after;
            continue;
        }
        let inner = rest
            .strip_prefix('(')
            .and_then(|rest| rest.split_once(")s"));
        let (inner, after) = inner.ok_or_else(|| {
            fail(format!(
                "`{name}` holds a `%` that is neither `%%` nor `%(name)s`"
            ))
        })?;
        let other = value(&inner.to_lowercase(), section, defaults, depth + 1)?;
        out.push_str(
            &other.ok_or_else(|| fail(format!("`{name}` needs `{inner}`, which is not set")))?,
        );
        rest = after;
    }
    Ok(Some(out + rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted() -> Wanted {
        Wanted {
            file: String::new(),
            section: String::new(),
            properties: false,
            regex: false,
            default: Value::from(""),
            case_sensitive: false,
            allow_no_value: false,
        }
    }

    #[test]
    fn sections_are_read_as_python_reads_them() {
        let text = "[DEFAULT]\nd = 1\n[a]\nKey: x ; y\n  more\n\n# note\nother = %(d)s%%\n";
        let sections = parsed(text, &wanted()).expect("sections");
        let a = &sections["a"];
        let told = |name| value(name, a, sections.get("DEFAULT"), 0).expect("a value");
        assert_eq!(told("key").as_deref(), Some("x ; y\nmore"));
        assert_eq!(told("other").as_deref(), Some("1%"));
        assert_eq!(told("nope"), None);
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        let told = |text| parsed(text, &wanted()).expect_err("a mistake");
        assert_eq!(told("a = 1"), "line 1 stands in no section");
        assert_eq!(told("[a]\nword"), "line 2 has no `=`");
        assert_eq!(told("[a]\nx=1\nX=2"), "line 3 sets `x` a second time");
        let sections = parsed("[a]\nx = %(y)s\ny = %(x)s", &wanted()).expect("sections");
        let error = value("x", &sections["a"], None, 0).expect_err("no end");
        assert!(error.to_string().contains("leads to itself"), "{error}");
    }
}
