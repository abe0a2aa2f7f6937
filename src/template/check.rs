//! What can be said about templates before any variable is known.

use std::ops::Range;

use super::compile::Language;
use super::condition::{bare, literal};
use super::render::unparsed_at;
use super::tags::Delimiters;
use super::{Templar, TemplateError, names, scan};
use crate::diag::Diagnostic;
use crate::yaml::{Kind, Node};

impl Templar {
    /// Checks that every template in a node parses and that its filters and tests exist, without
    /// any variable.
    pub fn check(&self, node: &Node) -> Result<(), TemplateError> {
        if node.is_unsafe() || node.is_vault() {
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

    /// Checks a bare expression, or every one of a list, in the same way.
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
        let language = Language::Expression;
        self.cache.check(inner, language, || {
            let parsed = language.parse(inner);
            parsed.map_err(|unparsed| unparsed_at(node, at, &unparsed))?;
            known(node, at, names::unknown_in_expression(inner))
        })
    }

    fn check_text(&self, node: &Node, text: &str) -> Result<(), TemplateError> {
        if !scan::is_template(text) {
            return Ok(());
        }
        let body = text.strip_suffix('\n').unwrap_or(text);
        let language = Language::Template;
        self.cache.check(body, language, || {
            let parsed = language.parse(body);
            parsed.map_err(|unparsed| unparsed_at(node, 0, &unparsed))?;
            let unknown = names::unknown_in_template(body, &Delimiters::default());
            known(node, 0, unknown)
        })
    }
}

/// Puts what was found at its place, an offset on in the node's text.
fn known(
    node: &Node,
    offset: usize,
    found: Option<(Diagnostic, Range<usize>)>,
) -> Result<(), TemplateError> {
    match found {
        None => Ok(()),
        Some((told, range)) => {
            let place = node.locate(offset + range.start..offset + range.end);
            Err(told.at(&place).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::template::Templar;
    use crate::template::testing::node;

    fn told(text: &str) -> String {
        match Templar::new().check(&node(text)) {
            Ok(()) => "fine".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    fn told_of_expression(text: &str) -> String {
        match Templar::new().check_expression(&node(text)) {
            Ok(()) => "fine".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn templates_are_checked_without_variables() {
        for (text, expected) in [
            (
                "{a: ['{{ x.y | default(z) | ansible.builtin.bool }}', plain]}",
                "fine",
            ),
            ("'{{ x is defined and y is not none }}'", "fine"),
            (
                "\"{{ 'x | nope' }} {% raw %}{{ x | nope }}{% endraw %}\"",
                "fine",
            ),
            ("!unsafe '{{ x | nope'", "fine"),
            (
                "{a: ['{{ x | defualt(1) }}']}",
                "test.yml:1:14: unknown filter `defualt` (did you mean `default`?)",
            ),
            (
                "'{% if x is defnied %}{% endif %}'",
                "test.yml:1:13: unknown test `defnied` (did you mean `defined`?)",
            ),
            (
                "'{{ x | }}'",
                "test.yml:1:7: template does not parse: unexpected end of input, expected identifier",
            ),
        ] {
            assert_eq!(told(text), expected, "{text}");
        }
    }

    #[test]
    fn expressions_are_checked_without_variables() {
        for (text, expected) in [
            ("x is failed or y | length > 0", "fine"),
            ("true", "fine"),
            ("[a is defined, '{{ b }}', [c]]", "fine"),
            ("x is not in y", "fine"),
            (
                "x is faild",
                "test.yml:1:6: unknown test `faild` (did you mean `failed`?)",
            ),
            (
                "[a, b | bol]",
                "test.yml:1:9: unknown filter `bol` (did you mean `bool`?)",
            ),
            (
                "'a =='",
                "test.yml:1:4: template does not parse: unexpected end of input, expected expression",
            ),
        ] {
            assert_eq!(told_of_expression(text), expected, "{text}");
        }
    }
}
