//! From what a person wrote to a module's typed arguments.
//!
//! [`module_args!`] declares a module's arguments once: the struct, the table for documentation
//! and checks, and the decoder all come from that one declaration.

use indexmap::IndexMap;

use super::spec::{ArgKind, ArgSpec, FreeForm, ModuleSpec};
use crate::diag::{Diagnostic, Diagnostics, Span, did_you_mean, or_list};
use crate::template::is_omit;
use crate::vars::Value;
use crate::vault;
use crate::yaml::Node;

/// An argument after templating: its value, and where it was written.
#[derive(Debug, Clone)]
pub struct Argument {
    /// The value; for [`ArgKind::Expr`] the node itself counts instead.
    pub value: Value,
    /// What was written.
    pub node: Option<Node>,
}

/// All arguments of one call, by their canonical names.
#[derive(Debug, Clone, Default)]
pub struct Arguments(pub IndexMap<String, Argument>);

/// A type that an argument can have.
pub trait ArgType: Sized {
    /// What it takes, for messages.
    const KIND: ArgKind;
    /// Whether leaving it out is an error.
    const REQUIRED: bool = true;
    /// Whether its value must not be seen.
    const SECRET: bool = false;

    /// Reads it; the error completes "`mode`: …".
    fn decode(argument: &Argument) -> Result<Self, String>;

    /// Its value when it was left out.
    #[must_use]
    fn missing() -> Option<Self> {
        None
    }
}

impl<T: ArgType> ArgType for Option<T> {
    const KIND: ArgKind = T::KIND;
    const REQUIRED: bool = false;
    const SECRET: bool = T::SECRET;

    fn decode(argument: &Argument) -> Result<Self, String> {
        let none = argument.value.is_none() && !matches!(T::KIND, ArgKind::Expr | ArgKind::Any);
        if none {
            Ok(None)
        } else {
            T::decode(argument).map(Some)
        }
    }

    fn missing() -> Option<Self> {
        Some(None)
    }
}

impl Arguments {
    /// Takes one argument out, decoded; `default` is the text of its default.
    pub fn take<T: ArgType>(&mut self, spec: &ArgSpec) -> Result<T, Diagnostic> {
        if let Some(argument) = self.0.shift_remove(spec.name) {
            return T::decode(&argument).map_err(|why| {
                let error = Diagnostic::error(format!("`{}` {why}", spec.name));
                match &argument.node {
                    Some(node) => error.at(&node.span),
                    None => error,
                }
            });
        }
        if let Some(text) = spec.default {
            let argument = Argument {
                value: Value::from(text),
                node: None,
            };
            return T::decode(&argument)
                .map_err(|why| Diagnostic::error(format!("the default of `{}` {why}", spec.name)));
        }
        T::missing().ok_or_else(|| missing(spec))
    }
}

fn missing(spec: &ArgSpec) -> Diagnostic {
    Diagnostic::error(format!("`{}` is required: {}", spec.name, spec.doc))
}

/// What can be said about a call before anything runs: unknown names, names given twice (an alias
/// beside its name), missing ones. `place` is the module's name in the task.
#[must_use]
pub fn check_names(spec: &ModuleSpec, given: &[(Node, Node)], place: &Span) -> Diagnostics {
    let mut found = Diagnostics::new();
    if spec.free_form == FreeForm::AnyNames {
        return found;
    }
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for (key, _) in given {
        let name = key.raw().unwrap_or_default();
        match spec.arg(name) {
            None => found.push(unknown(spec, name).at(&key.span)),
            Some(arg) => match seen.iter().find(|(canonical, _)| *canonical == arg.name) {
                Some((_, first)) => found.push(
                    Diagnostic::error(format!("`{name}` and `{first}` are the same argument"))
                        .at(&key.span),
                ),
                None => seen.push((arg.name, name)),
            },
        }
    }
    for arg in spec.args.iter().filter(|arg| arg.required) {
        if !seen.iter().any(|(canonical, _)| *canonical == arg.name) {
            let message = format!("`{}` needs `{}`: {}", spec.name, arg.name, arg.doc);
            found.push(Diagnostic::error(message).at(place));
        }
    }
    found
}

/// Hides the value of a secret argument from everything that is shown from now on.
pub fn hide_value(spec: &ModuleSpec, name: &str, value: &Value) {
    let secret = spec.arg(name).is_some_and(|arg| arg.secret);
    if secret && !value.is_undefined() && !value.is_none() && !is_omit(value) {
        vault::hide(&value.to_string());
    }
}

/// Hides secrets that a playbook spells out, before a message could quote their lines.
pub fn hide_written(spec: &ModuleSpec, given: &[(Node, Node)]) {
    for (key, value) in given {
        let name = key.raw().unwrap_or_default();
        let secret = spec.arg(name).is_some_and(|arg| arg.secret);
        let text = value.raw().unwrap_or_default();
        if secret && !value.is_null() && !text.contains("{{") && !text.contains("{%") {
            vault::hide(text);
        }
    }
}

fn unknown(spec: &ModuleSpec, name: &str) -> Diagnostic {
    let names: Vec<&str> = spec
        .args
        .iter()
        .flat_map(|a| std::iter::once(&a.name).chain(a.aliases))
        .copied()
        .collect();
    let error = Diagnostic::error(format!("`{}` has no argument `{name}`", spec.name));
    match did_you_mean(name, names.iter().copied()) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None if spec.args.is_empty() => error.help("it takes no arguments"),
        None => error.help(format!(
            "it takes {}",
            or_list(spec.args.iter().map(|a| a.name))
        )),
    }
}

/// Declares a module's arguments: a struct with a decoder, and the table `Args::SPECS`.
///
/// A field is `name: Type;` with, in this order and each optional, `= "default"` and
/// `[alias, other]`. A raw identifier (`r#type`) is the argument without `r#`.
#[macro_export]
macro_rules! module_args {
    (
        $(#[doc = $struct_doc:literal])*
        $vis:vis struct $name:ident {
            $( $(#[doc = $doc:literal])+ $field:ident : $ty:ty $(= $default:literal)? $([$($alias:literal),+])? ; )*
        }
    ) => {
        $(#[doc = $struct_doc])*
        #[derive(Debug, Clone)]
        #[allow(clippy::struct_field_names, reason = "the names are Ansible's")]
        $vis struct $name {
            $( $(#[doc = $doc])+ pub(crate) $field: $ty, )*
        }

        impl $name {
            /// The arguments, for documentation and checks.
            pub(crate) const SPECS: &'static [$crate::modules::spec::ArgSpec] = &[
                $( $crate::modules::spec::ArgSpec {
                    name: $crate::modules::args::plain_name(stringify!($field)),
                    aliases: &[$($($alias),+)?],
                    kind: <$ty as $crate::modules::args::ArgType>::KIND,
                    required: <$ty as $crate::modules::args::ArgType>::REQUIRED
                        && $crate::modules::args::default_of(&[$($default)?]).is_none(),
                    default: $crate::modules::args::default_of(&[$($default)?]),
                    secret: <$ty as $crate::modules::args::ArgType>::SECRET,
                    doc: $crate::modules::args::doc_text(concat!($($doc, "\n"),+)),
                } ),*
            ];

            /// Decodes the arguments of one call.
            #[allow(unused_mut, unused_variables, reason = "a module may take no arguments")]
            pub(crate) fn decode(
                mut arguments: $crate::modules::args::Arguments,
            ) -> Result<Self, $crate::diag::Diagnostic> {
                let mut specs = Self::SPECS.iter();
                Ok(Self {
                    $( $field: match specs.next() {
                        Some(spec) => arguments.take(spec)?,
                        None => return Err($crate::diag::Diagnostic::error(
                            "an argument is missing from its module's own table",
                        )),
                    } ),*
                })
            }
        }
    };
}

/// `r#type` without its `r#`.
#[must_use]
pub const fn plain_name(field: &'static str) -> &'static str {
    match field.as_bytes() {
        [b'r', b'#', ..] => field.split_at(2).1,
        _ => field,
    }
}

/// The default, if one was declared.
#[must_use]
pub const fn default_of(declared: &[&'static str]) -> Option<&'static str> {
    match declared {
        [default, ..] => Some(default),
        [] => None,
    }
}

/// A doc comment without the blank at its start.
#[must_use]
pub const fn doc_text(doc: &'static str) -> &'static str {
    doc.trim_ascii()
}
