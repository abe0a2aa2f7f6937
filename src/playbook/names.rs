//! Names of variables, and the variables of `vars`.

use std::sync::Arc;

use super::decoder::Decoder;
use crate::diag::Diagnostic;
use crate::vars::{Var, VarMap};
use crate::yaml::{Node, Scalar};

/// Words that are no names in expressions.
const RESERVED: [&str; 15] = [
    "true", "false", "none", "True", "False", "None", "and", "or", "not", "in", "is", "if", "else",
    "for", "import",
];

/// Whether an expression could use this as the name of a variable.
pub(super) fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !RESERVED.contains(&text)
}

/// Says that the value of a keyword, or a key of `vars`, is no name.
pub(super) fn invalid(keyword: &str, node: &Node) -> Diagnostic {
    let Some(text) = node.raw() else {
        let message = format!(
            "`{keyword}` must be the name of a variable, not {}",
            node.describe()
        );
        return Diagnostic::error(message).at(&node.span);
    };
    let error =
        Diagnostic::error(format!("`{text}` cannot be the name of a variable")).at(&node.span);
    if RESERVED.contains(&text) {
        return error.help("the word has a meaning of its own in expressions");
    }
    let mut fixed: String = text
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    if !fixed.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        fixed.insert(0, '_');
    }
    let error = error.help("a name is made of letters, digits and `_`, and begins with no digit");
    if is_name(&fixed) && text.len() < 60 && !text.contains("{{") {
        error.help(format!("`{fixed}` would be one"))
    } else {
        error
    }
}

/// The variables of a `vars`.
pub(super) fn vars(decoder: &mut Decoder<'_>, node: Option<&Node>) -> Arc<VarMap> {
    let mut vars = VarMap::new();
    let Some(node) = node.filter(|node| !node.is_null()) else {
        return Arc::new(vars);
    };
    let Some(entries) = node.map() else {
        decoder.expected("vars", "a mapping", node);
        return Arc::new(vars);
    };
    for (key, value) in entries {
        match key.raw() {
            Some(name) if is_name(name) && matches!(key.scalar(), Some(Scalar::Str(_))) => {
                decoder.check_templates(value);
                vars.insert(name.into(), Var::Lazy(value.clone()));
            }
            _ => decoder.push(invalid("vars", key)),
        }
    }
    Arc::new(vars)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_expressions_can_use() {
        for name in ["a", "_", "a1", "PGDATA", "in_recovery"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "1a", "a-b", "a.b", "é", "in", "true", "a b", "{{ a }}"] {
            assert!(!is_name(name), "{name}");
        }
    }
}
