//! Reading a role's folder.

use std::sync::Arc;

use super::{Role, RoleFrom};
use crate::diag::{Diagnostic, SourceFile};
use crate::playbook::ast::Step;
use crate::playbook::decoder::Decoder;
use crate::playbook::files::{Part, RoleFolder};
use crate::playbook::place::Place;
use crate::playbook::step;
use crate::vars::{Var, VarMap};
use crate::yaml::Node;

/// Finds and reads the role that is named at `place`; what is wrong with it is told once.
pub(in crate::playbook) fn role(
    decoder: &mut Decoder<'_>,
    place: &Node,
    from: &RoleFrom,
) -> Option<Arc<Role>> {
    let name = place.raw()?;
    let beside = decoder.roles.stack.last().map(|(folder, _)| folder);
    let found = decoder.files.role(&decoder.roles.playbook, beside, name);
    let folder = match found {
        Ok(folder) => folder,
        Err(error) => {
            decoder.push(error.at(&place.span));
            return None;
        }
    };
    let key = (folder, from.clone());
    if decoder.roles.stack.contains(&key) {
        decoder.push(cycle(&decoder.roles.stack, &key).at(&place.span));
        return None;
    }
    if let Some(known) = decoder.roles.read.get(&key) {
        return known.clone();
    }
    decoder.roles.stack.push(key.clone());
    let before = decoder.errors();
    let role = Reader {
        decoder,
        folder: &key.0,
        place,
    }
    .read(from);
    decoder.roles.stack.pop();
    let role = (decoder.errors() == before).then(|| Arc::new(role));
    decoder.roles.read.insert(key, role.clone());
    role
}

fn cycle(stack: &[(RoleFolder, RoleFrom)], again: &(RoleFolder, RoleFrom)) -> Diagnostic {
    let first = stack.iter().position(|role| role == again).unwrap_or(0);
    let again = &again.0;
    let mut way: Vec<&str> = stack[first..]
        .iter()
        .map(|(r, _)| r.name.as_str())
        .collect();
    way.push(&again.name);
    Diagnostic::error(format!("the role `{}` needs itself", again.name))
        .help(format!("the way is {}", way.join(" → ")))
}

/// Reads the parts of one role.
struct Reader<'r, 'd> {
    decoder: &'r mut Decoder<'d>,
    folder: &'r RoleFolder,
    /// Where the role is named.
    place: &'r Node,
}

impl Reader<'_, '_> {
    fn read(&mut self, from: &RoleFrom) -> Role {
        let folder = self.folder;
        Role {
            name: folder.name.clone(),
            collection: folder.collection.clone(),
            dir: folder.dir.clone(),
            defaults: self.variables(Part::Defaults, from.defaults.as_deref()),
            vars: self.variables(Part::Vars, from.vars.as_deref()),
            validation: None,
            dependencies: Vec::new(),
            allow_duplicates: false,
            tasks: self.steps(Part::Tasks, Place::Task, from.tasks.as_deref()),
            handlers: self.steps(Part::Handlers, Place::Handler, from.handlers.as_deref()),
            from: from.clone(),
        }
    }

    fn sources(&mut self, part: Part, file: Option<&str>) -> Vec<Arc<SourceFile>> {
        let found = self.decoder.files.part(self.folder, part, file);
        found.unwrap_or_else(|error| {
            self.decoder.push(error.at(&self.place.span));
            Vec::new()
        })
    }

    fn steps(&mut self, part: Part, place: Place, file: Option<&str>) -> Vec<Step> {
        let mut steps = Vec::new();
        for source in self.sources(part, file) {
            let decoded = self
                .decoder
                .within(&source, |decoder, node| step::file(decoder, node, place));
            steps.extend(decoded.unwrap_or_default());
        }
        steps
    }

    fn variables(&mut self, part: Part, file: Option<&str>) -> Arc<VarMap> {
        let mut vars = VarMap::new();
        for source in self.sources(part, file) {
            self.decoder.within(&source, |decoder, node| {
                variables_of(decoder, node, &mut vars);
            });
        }
        Arc::new(vars)
    }
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
