//! Reading playbooks and files of tasks.

use std::sync::Arc;

use super::ast::{Playbook, Section, Step};
use super::decoder::Decoder;
use super::files::Files;
use super::place::Place;
use super::role::{Role, RoleFrom};
use super::{play, role, step};
use crate::diag::{Diagnostic, Diagnostics, SourceFile};
use crate::template::Templar;
use crate::yaml::{self, Node};

/// Reads a playbook with everything it imports. Warnings come with it; an error comes with
/// everything else that is wrong.
pub fn load(
    source: &Arc<SourceFile>,
    files: &dyn Files,
    templar: &Templar,
) -> Result<(Playbook, Diagnostics), Diagnostics> {
    let node = yaml::read_one(source)?;
    let mut decoder = Decoder::new(source, files, templar);
    let plays = play::playbook(&mut decoder, &node);
    let found = decoder.found.in_order();
    if found.has_errors() {
        return Err(found);
    }
    let source = Arc::clone(source);
    Ok((Playbook { source, plays }, found))
}

/// Reads a file of tasks, for a section of a play of `playbook`.
pub fn load_tasks(
    source: &Arc<SourceFile>,
    playbook: &Arc<SourceFile>,
    files: &dyn Files,
    templar: &Templar,
    section: Section,
) -> Result<Vec<Step>, Diagnostics> {
    let node = yaml::read_one(source)?;
    let mut decoder = Decoder::new(source, files, templar).for_play_of(playbook);
    // Those of the play that includes the file are not known here.
    decoder.has_defaults = true;
    let place = match section {
        Section::Handlers => Place::Handler,
        Section::PreTasks | Section::Tasks | Section::PostTasks => Place::Task,
    };
    let steps = step::file(&mut decoder, &node, place);
    decoder.found.in_order().result(steps)
}

/// Reads the role that a play of `playbook` calls `name`, which stands at a place of a task.
pub fn load_role(
    name: &Node,
    from: &RoleFrom,
    playbook: &Arc<SourceFile>,
    files: &dyn Files,
    templar: &Templar,
) -> Result<Arc<Role>, Diagnostics> {
    let mut decoder = Decoder::new(name.span.source(), files, templar).for_play_of(playbook);
    decoder.has_defaults = true;
    let role = role::load_role(&mut decoder, name, from);
    let found = decoder.found.in_order();
    match role {
        Some(role) if !found.has_errors() => Ok(role),
        _ if found.has_errors() => Err(found),
        _ => Err(Diagnostic::error("this role cannot be read")
            .at(&name.span)
            .into()),
    }
}
