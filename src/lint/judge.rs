//! Everything that is said about one play, block or task.

use std::ops::Range;

use super::item::Way;
use super::names::is_function;
use super::walk::{PlayScope, Step};
use super::{Lint, loops, reach, rules, secrets, spelling};
use crate::diag::{Diagnostic, Span, did_you_mean};
use crate::playbook::Place;
use crate::template::Templar;
use crate::yaml::{Node, Scalar};

/// A variable that is used somewhere.
#[derive(Debug)]
pub(super) struct Used {
    pub(super) name: String,
    /// The text it stands in, and where in it.
    pub(super) place: Where,
}

/// A place that is only worked out when it is needed.
#[derive(Debug)]
pub(super) enum Where {
    Node(Node, Range<usize>),
    Span(Span),
}

impl Used {
    pub(super) fn span(&self) -> Span {
        match &self.place {
            Where::Node(node, range) => node.locate(range.clone()),
            Where::Span(span) => span.clone(),
        }
    }
}

impl Lint<'_> {
    /// Judges a mapping by every rule that needs no more than it and what is around it.
    pub(super) fn judge(&mut self, scope: &mut PlayScope, step: &Step<'_>) {
        let item = step.item;
        self.names.of_item(item);
        let call = item.call.as_ref();
        self.population.grows |= call.is_some_and(|c| matches!(&*c.name, "add_host" | "group_by"));
        reach::tags_of(item, &mut self.tags);
        if let Some(found) = reach::never(item) {
            self.findings.add(&rules::UNREACHABLE_TASK, found);
        }
        for found in spelling::of_item(item) {
            self.findings.add(&rules::DEPRECATED, found);
        }
        if let Some(found) = secrets::shown(step) {
            self.findings.add(&rules::NO_LOG, found);
        }
        if let Some(found) = loops::shadow(step) {
            self.findings.add(&rules::LOOP_SHADOW, found);
        }
        self.files_of(scope, step);
        Self::handlers_of(scope, step);
        item.templates(&mut |node, way| self.used(scope, Some(step), node, way));
    }

    /// Records what a text uses, and tells functions and lookups that do not exist.
    pub(super) fn used(
        &mut self,
        scope: &PlayScope,
        step: Option<&Step<'_>>,
        node: &Node,
        way: Way,
    ) {
        let Some(text) = node.raw() else { return };
        if way == Way::Expression && !matches!(node.scalar(), Some(Scalar::Str(_))) {
            return;
        }
        let uses = self.uses_of(text, way);
        for (name, range) in &uses.lookups {
            self.lookup(name, node, range);
        }
        for used in &uses.names {
            let name = used.name.as_str();
            if is_function(name) {
                continue;
            }
            if used.called {
                self.called
                    .push((name.to_owned(), node.clone(), used.range.clone()));
                continue;
            }
            let guarded = uses.guards().any(|guard| guard == name)
                || step
                    .is_some_and(|step| step.trail().any(|i| i.guards.iter().any(|g| g == name)));
            if scope.judged && !guarded {
                let place = Where::Node(node.clone(), used.range.clone());
                self.uses.push(Used {
                    name: name.to_owned(),
                    place,
                });
            }
        }
    }

    fn lookup(&mut self, name: &str, node: &Node, range: &Range<usize>) {
        let short = super::item::builtin(name);
        if Templar::lookups().any(|(known, _)| known == short) {
            return;
        }
        let error =
            Diagnostic::error(format!("unknown lookup `{name}`")).at(&node.locate(range.clone()));
        let error = match did_you_mean(short, Templar::lookups().map(|(known, _)| known)) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error,
        };
        self.findings.add(&rules::TEMPLATE_NAME, error);
    }

    /// Tells calls of what is neither a function nor a variable.
    pub(super) fn functions(&mut self) {
        for (name, node, range) in std::mem::take(&mut self.called) {
            if self.names.has(&name) {
                continue;
            }
            let error =
                Diagnostic::error(format!("unknown function `{name}`")).at(&node.locate(range));
            let error = match did_you_mean(&name, Templar::functions().map(|entry| entry.name)) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error,
            };
            self.findings.add(&rules::TEMPLATE_NAME, error);
        }
    }

    /// What a handler answers to, and what is notified.
    fn handlers_of(scope: &mut PlayScope, step: &Step<'_>) {
        let item = step.item;
        let texts = |node: &Node| node.seq().unwrap_or(std::slice::from_ref(node)).to_vec();
        if item.place == Place::Handler || step.trail().any(|i| i.place == Place::Handler) {
            let names = item
                .get("name")
                .into_iter()
                .map(|name| (name.clone(), false));
            let listens = item.get("listen").map(texts).unwrap_or_default();
            let names: Vec<_> = names
                .chain(listens.into_iter().map(|name| (name, true)))
                .collect();
            let templated = |node: &Node| node.raw().is_none_or(super::paths::is_template);
            scope.opaque |= names.iter().any(|(name, _)| templated(name));
            scope.handlers.extend(names);
        }
        scope
            .notified
            .extend(item.get("notify").map(texts).unwrap_or_default());
    }

    /// Compares what a play notifies with what its handlers answer to.
    pub(super) fn judge_handlers(&mut self, scope: &PlayScope) {
        let named: Vec<&str> = scope.handlers.iter().filter_map(|(n, _)| n.raw()).collect();
        let own = scope.handlers.iter().filter(|(_, listen)| !listen);
        let mut first: Vec<&Node> = Vec::new();
        for (name, _) in own {
            match first.iter().find(|other| other.raw() == name.raw()) {
                Some(other) if other.span != name.span => {
                    let message = format!(
                        "two handlers are called `{}`",
                        name.raw().unwrap_or_default()
                    );
                    let warning = Diagnostic::warning(message)
                        .at(&name.span)
                        .also(&other.span, "the other one")
                        .help("only one of them runs; to run both give them the same `listen`");
                    self.findings.add(&rules::DUPLICATE_HANDLER, warning);
                }
                _ => first.push(name),
            }
        }
        if scope.opaque {
            return;
        }
        for node in &scope.notified {
            let name = node.raw().unwrap_or_default();
            let short = name.rsplit(" : ").next().unwrap_or(name);
            if super::paths::is_template(name) || named.contains(&name) || named.contains(&short) {
                continue;
            }
            let error = Diagnostic::error(format!("no handler of this play is called `{name}`"))
                .at(&node.span);
            let error = match did_you_mean(name, named.iter().copied()) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help("add it below `handlers:` of the play"),
            };
            self.findings.add(&rules::UNDEFINED_HANDLER, error);
        }
    }
}
