//! Reading a role's folder.

use std::sync::Arc;

use super::Role;
use crate::diag::{Diagnostic, SourceFile};
use crate::playbook::ast::Step;
use crate::playbook::decoder::Decoder;
use crate::playbook::files::{Part, RoleFolder};
use crate::playbook::place::Place;
use crate::playbook::step;
use crate::vars::{Var, VarMap};
use crate::yaml::Node;

/// Finds and reads the role that is named at `place`; what is wrong with it is told once.
pub(super) fn role(decoder: &mut Decoder<'_>, place: &Node) -> Option<Arc<Role>> {
    let name = place.raw()?;
    let beside = decoder.roles.stack.last();
    let found = decoder.files.role(&decoder.roles.playbook, beside, name);
    let folder = match found {
        Ok(folder) => folder,
        Err(error) => {
            decoder.push(error.at(&place.span));
            return None;
        }
    };
    if decoder.roles.stack.contains(&folder) {
        decoder.push(cycle(&decoder.roles.stack, &folder).at(&place.span));
        return None;
    }
    if let Some(known) = decoder.roles.read.get(&folder) {
        return known.clone();
    }
    decoder.roles.stack.push(folder.clone());
    let before = decoder.errors();
    let role = read(decoder, &folder);
    decoder.roles.stack.pop();
    let role = (decoder.errors() == before).then(|| Arc::new(role));
    decoder.roles.read.insert(folder, role.clone());
    role
}

fn cycle(stack: &[RoleFolder], again: &RoleFolder) -> Diagnostic {
    let first = stack.iter().position(|role| role == again).unwrap_or(0);
    let mut way: Vec<&str> = stack[first..].iter().map(|r| r.name.as_str()).collect();
    way.push(&again.name);
    Diagnostic::error(format!("the role `{}` needs itself", again.name))
        .help(format!("the way is {}", way.join(" → ")))
}

fn read(decoder: &mut Decoder<'_>, folder: &RoleFolder) -> Role {
    Role {
        name: folder.name.clone(),
        collection: folder.collection.clone(),
        dir: folder.dir.clone(),
        defaults: variables(decoder, folder, Part::Defaults),
        vars: variables(decoder, folder, Part::Vars),
        dependencies: Vec::new(),
        allow_duplicates: false,
        tasks: steps(decoder, folder, Part::Tasks, Place::Task),
        handlers: steps(decoder, folder, Part::Handlers, Place::Handler),
    }
}

fn sources(decoder: &mut Decoder<'_>, folder: &RoleFolder, part: Part) -> Vec<Arc<SourceFile>> {
    decoder
        .files
        .part(folder, part, None)
        .unwrap_or_else(|error| {
            decoder.push(error);
            Vec::new()
        })
}

fn steps(decoder: &mut Decoder<'_>, folder: &RoleFolder, part: Part, place: Place) -> Vec<Step> {
    let mut steps = Vec::new();
    for source in sources(decoder, folder, part) {
        let decoded = decoder.within(&source, |decoder, node| step::file(decoder, node, place));
        steps.extend(decoded.unwrap_or_default());
    }
    steps
}

fn variables(decoder: &mut Decoder<'_>, folder: &RoleFolder, part: Part) -> Arc<VarMap> {
    let mut vars = VarMap::new();
    for source in sources(decoder, folder, part) {
        decoder.within(&source, |decoder, node| {
            variables_of(decoder, node, &mut vars);
        });
    }
    Arc::new(vars)
}

fn variables_of(decoder: &mut Decoder<'_>, node: &Node, vars: &mut VarMap) {
    if node.is_null() {
        return;
    }
    let Some(entries) = node.map() else {
        let message = format!(
            "a file of variables must be a mapping, not {}",
            node.describe()
        );
        decoder.push(Diagnostic::error(message).at(&node.span));
        return;
    };
    for (key, value) in entries {
        decoder.check_templates(value);
        if let Some(name) = key.raw() {
            vars.insert(name.into(), Var::Lazy(value.clone()));
        }
    }
}
