//! One walk over plays, blocks and tasks, and over the files they name.

use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

use super::Lint;
use super::item::Item;
use super::library::Unit;
use super::{reach, rules};
use crate::diag::{Diagnostic, SourceFile};
use crate::playbook::{Files as _, Place, Section};
use crate::yaml::Node;

/// A play, block or task, with what is around it.
pub(super) struct Step<'t> {
    pub(super) item: &'t Item<'t>,
    pub(super) up: Option<&'t Step<'t>>,
}

impl<'t> Step<'t> {
    /// This one and everything around it, from the inside.
    pub(super) fn trail(&self) -> impl Iterator<Item = &'t Item<'t>> + '_ {
        let mut next = Some((self.item, self.up));
        std::iter::from_fn(move || {
            let (item, up) = next?;
            next = up.map(|up| (up.item, up.up));
            Some(item)
        })
    }
}

/// What is collected over a play.
#[derive(Debug, Default)]
pub(super) struct PlayScope {
    /// Where it stands: names are looked for beside it as well.
    pub(super) source: Option<Arc<SourceFile>>,
    /// The names handlers answer to, and whether each is a `listen`.
    pub(super) handlers: Vec<(Node, bool)>,
    pub(super) notified: Vec<Node>,
    /// Handlers whose names nobody can know.
    pub(super) opaque: bool,
    /// Undefined variables are told.
    pub(super) judged: bool,
    /// The roles whose dependencies were followed.
    pub(super) dependencies: HashSet<String>,
    pub(super) seen: HashSet<(*const Unit, bool)>,
}

impl Lint<'_> {
    /// The plays of a playbook.
    pub(super) fn playbook(&mut self, unit: &Rc<Unit>) {
        if !self.played.insert(unit.source.name.clone()) {
            return;
        }
        self.beside(&unit.source);
        let entries = unit.node.as_ref().and_then(Node::seq).unwrap_or_default();
        for entry in entries {
            let import = ["import_playbook", "ansible.builtin.import_playbook"];
            if let Some(file) = import.iter().find_map(|name| entry.get(name)) {
                self.imported(unit, entry, file);
            } else if let Some(item) = Item::read(entry, Place::Play) {
                self.play(unit, &item);
            }
        }
    }

    fn imported(&mut self, unit: &Rc<Unit>, entry: &Node, file: &Node) {
        if let Some(item) = Item::read(entry, Place::ImportPlaybook) {
            let mut scope = PlayScope {
                judged: true,
                ..PlayScope::default()
            };
            self.judge(
                &mut scope,
                &Step {
                    item: &item,
                    up: None,
                },
            );
        }
        let Some(name) = file.raw() else { return };
        if let Ok(source) = self.project.read(&unit.source, name) {
            let unit = self.library.unit(&source);
            self.playbook(&unit);
        }
    }

    fn play(&mut self, unit: &Rc<Unit>, item: &Item<'_>) {
        let mut scope = PlayScope {
            source: Some(Arc::clone(&unit.source)),
            judged: true,
            ..PlayScope::default()
        };
        let step = Step { item, up: None };
        self.judge(&mut scope, &step);
        self.vars_files(item);
        self.roles_of_play(&mut scope, &step);
        for (name, list) in item.steps() {
            let place = match name {
                "handlers" => Place::Handler,
                _ => Place::Task,
            };
            self.list(&mut scope, list, place, Some(&step));
        }
        self.judge_handlers(&scope);
    }

    /// The steps of a list.
    pub(super) fn list(
        &mut self,
        scope: &mut PlayScope,
        list: &Node,
        place: Place,
        up: Option<&Step<'_>>,
    ) {
        let mut ended = None;
        for node in list.seq().unwrap_or_default() {
            let is_block = ["block", "rescue", "always"]
                .iter()
                .any(|k| node.get(k).is_some());
            let own = if is_block { Place::Block } else { place };
            let Some(item) = Item::read(node, own) else {
                continue;
            };
            let step = Step { item: &item, up };
            if place != Place::Handler {
                if let Some((what, at)) = ended.take() {
                    self.findings
                        .add(&rules::UNREACHABLE_TASK, reach::after(node, what, &at));
                }
                ended = reach::ends(&step);
            }
            self.step(scope, &step, place);
        }
    }

    fn step(&mut self, scope: &mut PlayScope, step: &Step<'_>, place: Place) {
        self.judge(scope, step);
        for (_, list) in step.item.steps() {
            self.list(scope, list, place, Some(step));
        }
        let Some(call) = &step.item.call else { return };
        match call.name.as_str() {
            "include_tasks" | "import_tasks" => self.included(scope, step, place),
            "include_role" | "import_role" => self.role_of_task(scope, step, place),
            "include_vars" => self.include_vars(scope, step),
            _ => {}
        }
    }

    fn included(&mut self, scope: &mut PlayScope, step: &Step<'_>, place: Place) {
        let Some(call) = &step.item.call else { return };
        let Some((file, name)) = call.arg("file").and_then(|f| Some((f, f.raw()?))) else {
            return;
        };
        if super::paths::is_template(name) {
            scope.opaque |= place == Place::Handler;
            return;
        }
        let found = self.project.read(file.span.source(), name);
        let found = found.or_else(|why| match &scope.source {
            Some(play) => self.project.read(play, name).map_err(|_| why),
            None => Err(why),
        });
        match found {
            Ok(source) => {
                let unit = self.library.unit(&source);
                self.tasks(scope, &unit, place, Some(step));
            }
            Err(why) => {
                let error = Diagnostic::error(why).at(&file.span);
                self.findings.add(&rules::MISSING_FILE, error);
            }
        }
    }

    /// The tasks of a file, judged once in every play.
    pub(super) fn tasks(
        &mut self,
        scope: &mut PlayScope,
        unit: &Rc<Unit>,
        place: Place,
        up: Option<&Step<'_>>,
    ) {
        let handlers = place == Place::Handler;
        if !scope.seen.insert((Rc::as_ptr(unit), handlers)) {
            return;
        }
        let section = if handlers {
            Section::Handlers
        } else {
            Section::Tasks
        };
        self.load_tasks(unit, section);
        if let Some(node) = &unit.node {
            self.list(scope, node, place, up);
        }
    }
}
