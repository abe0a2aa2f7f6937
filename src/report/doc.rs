//! Pages about modules, from the table they are run from.

use std::fmt::Write as _;

use crate::modules::spec::CheckMode;
use crate::modules::{ArgKind, ArgSpec, ModuleSpec};

/// All modules, a line each.
#[must_use]
pub fn list(modules: &[&ModuleSpec]) -> String {
    let width = modules
        .iter()
        .map(|m| m.name.len())
        .max()
        .unwrap_or_default();
    let mut sorted = modules.to_vec();
    sorted.sort_by_key(|module| module.name);
    let mut text = String::new();
    for m in sorted {
        let _ = writeln!(text, "{:width$}  {}", m.name, m.summary);
    }
    text
}

/// Everything about one module.
#[must_use]
pub fn page(module: &ModuleSpec) -> String {
    let mut text = format!(
        "{}.{}\n\n  {}\n",
        module.collection, module.name, module.summary
    );
    if !module.aliases.is_empty() {
        let _ = writeln!(text, "  Also called: {}", module.aliases.join(", "));
    }
    let check = match module.check {
        CheckMode::Full => "predicts what it would change",
        CheckMode::Skipped => "is skipped, for it cannot predict",
        CheckMode::ReadOnly => "runs as ever, for it changes nothing",
    };
    let _ = writeln!(text, "  In check mode it {check}.");
    if !module.args.is_empty() {
        text.push_str("\nArguments:\n");
    }
    for arg in module.args {
        argument(&mut text, arg);
    }
    text.push('\n');
    text
}

fn argument(text: &mut String, arg: &ArgSpec) {
    let mut notes = vec![kind(arg.kind)];
    if arg.required {
        notes.push("required".to_owned());
    }
    if let Some(default) = arg.default {
        notes.push(format!(
            "default: {}",
            if default.is_empty() { "empty" } else { default }
        ));
    }
    if !arg.aliases.is_empty() {
        notes.push(format!("also: {}", arg.aliases.join(", ")));
    }
    if arg.secret {
        notes.push("secret: hidden in all output".to_owned());
    }
    let _ = writeln!(text, "  {} ({})", arg.name, notes.join("; "));
    for line in arg.doc.lines() {
        let _ = writeln!(text, "      {}", line.trim());
    }
}

/// What an argument takes, in words.
#[must_use]
pub fn kind(kind: ArgKind) -> String {
    match kind {
        ArgKind::Str => "text".to_owned(),
        ArgKind::Bool => "boolean".to_owned(),
        ArgKind::Int => "whole number".to_owned(),
        ArgKind::Float => "number".to_owned(),
        ArgKind::Mode => "file mode".to_owned(),
        ArgKind::StrList => "list of texts".to_owned(),
        ArgKind::List => "list".to_owned(),
        ArgKind::Dict => "mapping".to_owned(),
        ArgKind::Any => "anything".to_owned(),
        ArgKind::Expr => "expression".to_owned(),
        ArgKind::Choice(words) => words.join(" | "),
    }
}
