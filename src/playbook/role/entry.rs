//! The entries of `roles`.

use std::fmt::Write as _;
use std::sync::Arc;

use super::{Role, RoleFrom, RoleUse, load};
use crate::diag::{Diagnostic, Span};
use crate::playbook::ast::{Block, Common, Step};
use crate::playbook::common::common;
use crate::playbook::decoder::{Decoder, is_template};
use crate::playbook::fields::Fields;
use crate::playbook::keyword;
use crate::playbook::place::Place;
use crate::vars::{Var, VarMap};
use crate::yaml::Node;

/// The roles of a play, or those a role depends on, each a block of its tasks.
pub(in crate::playbook) fn roles(
    decoder: &mut Decoder<'_>,
    keyword: &str,
    node: Option<&Node>,
) -> Vec<Step> {
    let Some(node) = node else { return Vec::new() };
    let Some(entries) = node.seq() else {
        decoder.expected(keyword, "a list of roles", node);
        return Vec::new();
    };
    entries
        .iter()
        .filter_map(|entry| decoder.inside(entry, |decoder| one(decoder, entry)))
        .collect()
}

fn one(decoder: &mut Decoder<'_>, entry: &Node) -> Option<Step> {
    let (name, common, params) = if entry.map().is_some() {
        mapping(decoder, entry)?
    } else {
        (
            named(decoder, entry, entry)?,
            Common::default(),
            VarMap::new(),
        )
    };
    let role = load::role(decoder, &name, &RoleFrom::default())?;
    let used = Use {
        common,
        params,
        ..Use::default()
    };
    Some(step(role, &entry.span, used))
}

/// `{role: NAME, keyword: …, parameter: …}`.
fn mapping(decoder: &mut Decoder<'_>, entry: &Node) -> Option<(Node, Common, VarMap)> {
    let fields = Fields::read(decoder, entry, Place::Role)?;
    let mut common = common(decoder, &fields);
    let written = fields.value("role").or(fields.value("name"));
    let Some(written) = written else {
        let error = Diagnostic::error("this role has no name").at(&entry.span);
        decoder.push(error.help("write `role: NAME`"));
        return None;
    };
    common.name = None;
    let params = params(decoder, &fields);
    let name = named(decoder, written, entry)?;
    Some((name, common, params))
}

/// What is no keyword is a parameter of the role.
fn params(decoder: &mut Decoder<'_>, fields: &Fields<'_>) -> VarMap {
    let mut params = VarMap::new();
    for (key, value) in &fields.others {
        decoder.check_templates(value);
        let Some(name) = key.raw() else {
            let message = "the name of a parameter must be a text";
            decoder.push(Diagnostic::error(message).at(&key.span));
            continue;
        };
        if keyword::find(name).is_some() {
            let message = format!("`{name}` is no keyword of roles, and becomes a parameter");
            let warning = Diagnostic::warning(message).at(&key.span);
            decoder.push(warning.help("write it on an `include_role`, or on the role's tasks"));
        }
        params.insert(name.into(), Var::Lazy((*value).clone()));
    }
    params
}

/// The name, which must be known before the run.
fn named(decoder: &mut Decoder<'_>, node: &Node, entry: &Node) -> Option<Node> {
    if is_template(node) {
        let message = "the name of a role must be known before the run, and cannot be a template";
        let error = Diagnostic::error(message).at(&node.span);
        decoder.push(error.help("use `include_role`, which finds the role when it runs"));
        return None;
    }
    match node.raw() {
        Some(name) if !node.is_null() && !name.trim().is_empty() => Some(node.clone()),
        _ => {
            let place = if node.is_null() { entry } else { node };
            decoder.expected("role", "the name of a role", place);
            None
        }
    }
}

/// How a role is used at one place.
#[derive(Debug, Clone)]
pub(crate) struct Use {
    /// The keywords for its tasks.
    pub(crate) common: Common,
    /// Parameters in line.
    pub(crate) params: VarMap,
    /// Whether it may run again; none for what the role itself says.
    pub(crate) allow_duplicates: Option<bool>,
    /// Whether the whole play sees its variables.
    pub(crate) public: bool,
    /// Whether its arguments are checked.
    pub(crate) validate: bool,
    /// Whether an `import_role` or `include_role` brought it.
    pub(crate) included: bool,
}

impl Default for Use {
    fn default() -> Self {
        Self {
            common: Common::default(),
            params: VarMap::new(),
            allow_duplicates: None,
            public: true,
            validate: true,
            included: false,
        }
    }
}

/// The role's tasks behind those of the roles it depends on, as a block.
pub(crate) fn step(role: Arc<Role>, span: &Span, mut used: Use) -> Step {
    let vars = std::mem::take(&mut used.common.vars);
    let identity = identity(&role, &used, &vars);
    let mut body = role.dependencies.clone();
    body.extend(role.validation.iter().filter(|_| used.validate).cloned());
    body.extend(role.tasks.iter().cloned());
    let block = RoleUse {
        allow_duplicates: used.allow_duplicates.unwrap_or(role.allow_duplicates),
        public: used.public,
        included: used.included,
        params: Arc::new(used.params),
        vars,
        identity,
        role,
    };
    Step::Block(Arc::new(Block {
        span: span.clone(),
        common: used.common,
        body,
        rescue: Vec::new(),
        always: Vec::new(),
        role: Some(Arc::new(block)),
    }))
}

/// Name, folder, files, parameters, variables, condition and tags as one text.
fn identity(role: &Role, used: &Use, vars: &VarMap) -> Arc<str> {
    let (name, dir) = (&role.name, role.dir.display());
    let mut text = format!("{name}\0{dir}\0{:?}\0{}", role.from, used.included);
    for vars in [&used.params, vars] {
        text.push('\0');
        let mut vars: Vec<(&str, &Var)> = vars.iter().map(|(name, var)| (&**name, var)).collect();
        vars.sort_by_key(|(name, _)| *name);
        for (name, var) in vars {
            let _ = write!(text, "{name}=");
            if let Var::Lazy(node) = var {
                written(node, &mut text);
            }
        }
    }
    text.push('\0');
    if let Some(when) = &used.common.when {
        written(when, &mut text);
    }
    let mut tags = used.common.tags.clone();
    tags.sort_unstable();
    let _ = write!(text, "\0{tags:?}");
    text.into()
}

/// A value in a form that is the same wherever it stands.
fn written(node: &Node, text: &mut String) {
    if let Some(items) = node.seq() {
        text.push('[');
        for item in items {
            written(item, text);
            text.push(',');
        }
        text.push(']');
    } else if let Some(entries) = node.map() {
        text.push('{');
        for (key, value) in entries {
            written(key, text);
            text.push(':');
            written(value, text);
            text.push(',');
        }
        text.push('}');
    } else {
        let _ = write!(text, "{:?}", node.scalar());
    }
}
