//! What can be said about templates before any variable is known.

use super::condition::{bare, literal};
use super::render::unparsed_at;
use super::{Templar, TemplateError, scan};
use crate::yaml::{Kind, Node};

impl Templar {
    /// Checks that every template in a node parses, without any variable.
    pub fn check(&self, node: &Node) -> Result<(), TemplateError> {
        if node.is_unsafe() {
            return Ok(());
        }
        match node.kind() {
            Kind::Scalar { text, .. } => self.check_text(node, text),
            Kind::Seq(items) => items.iter().try_for_each(|item| self.check(item)),
            Kind::Map(entries) => entries.iter().try_for_each(|(key, value)| {
                self.check(key)?;
                self.check(value)
            }),
        }
    }

    /// Checks that a bare expression, or every one of a list, parses.
    pub fn check_expression(&self, node: &Node) -> Result<(), TemplateError> {
        if let Some(nodes) = node.seq() {
            return nodes
                .iter()
                .try_for_each(|node| self.check_expression(node));
        }
        let Some(text) = node.raw().filter(|_| literal(node).is_none()) else {
            return Ok(());
        };
        let (inner, at) = bare(node, text)?;
        let code = self.cache.expression(inner);
        code.map_err(|unparsed| unparsed_at(node, at, &unparsed))?;
        Ok(())
    }

    fn check_text(&self, node: &Node, text: &str) -> Result<(), TemplateError> {
        if !scan::is_template(text) {
            return Ok(());
        }
        let body = text.strip_suffix('\n').unwrap_or(text);
        let program = self.cache.program(body);
        program.map_err(|unparsed| unparsed_at(node, 0, &unparsed))?;
        Ok(())
    }
}
