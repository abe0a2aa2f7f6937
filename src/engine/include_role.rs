//! The role an `include_role` names, once there are values.

use std::sync::{Arc, PoisonError};

use super::keywords;
use super::play::PlayRun;
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::playbook::{IncludeRole, Role, RoleFrom, RoleUsing, Step, role_step};
use crate::vars::Scope;
use crate::yaml::{Node, Style};

/// What an `include_role` asks for on one host.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Asked {
    /// The role's name.
    pub(super) name: String,
    from: RoleFrom,
    public: bool,
    allow_duplicates: bool,
    validate: bool,
}

impl Asked {
    /// Renders the options.
    pub(super) fn of(include: &IncludeRole, scope: &Arc<Scope>) -> Result<Self, Diagnostic> {
        let flag = |name, node: &Option<Node>, default| {
            keywords::flag(name, node.as_ref(), default, scope)
        };
        let file = |name, node: &Option<Node>| keywords::value(name, node.as_ref(), scope);
        let name: String = keywords::value("name", Some(&include.name), scope)?.unwrap_or_default();
        if name.trim().is_empty() {
            let message = "the name of the role came out empty";
            return Err(Diagnostic::error(message).at(&include.name.span));
        }
        Ok(Self {
            name,
            from: RoleFrom {
                tasks: file("tasks_from", &include.tasks_from)?,
                vars: file("vars_from", &include.vars_from)?,
                defaults: file("defaults_from", &include.defaults_from)?,
                handlers: file("handlers_from", &include.handlers_from)?,
            },
            public: flag("public", &include.public, false)?,
            allow_duplicates: flag("allow_duplicates", &include.allow_duplicates, true)?,
            validate: flag("rolespec_validate", &include.validate, true)?,
        })
    }
}

impl PlayRun<'_> {
    /// The block of a role's tasks; the role is read once in a play.
    pub(super) fn role_step(
        &self,
        asked: &Asked,
        named: &Node,
        place: &Span,
    ) -> Result<Step, Diagnostics> {
        let role = self.included_role(asked, named)?;
        let using = RoleUsing {
            allow_duplicates: Some(asked.allow_duplicates),
            public: asked.public,
            validate: asked.validate,
            included: true,
            ..RoleUsing::default()
        };
        Ok(role_step(role, place, using))
    }

    fn included_role(&self, asked: &Asked, named: &Node) -> Result<Arc<Role>, Diagnostics> {
        let key = (asked.name.clone(), asked.from.clone());
        let known = || {
            self.roles_run
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(role) = known().read.get(&key) {
            return Ok(Arc::clone(role));
        }
        let name = Node::text(&named.span, &asked.name, Style::SingleQuoted);
        let project = &self.engine.project;
        let role = project.included_role(&name, &asked.from, &self.play.source)?;
        known().read.insert(key, Arc::clone(&role));
        Ok(role)
    }
}
