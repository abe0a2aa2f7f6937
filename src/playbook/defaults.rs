//! `module_defaults`: arguments that tasks need not repeat.

use super::args;
use super::decoder::{Decoder, is_template};
use crate::diag::{Diagnostic, did_you_mean, or_list};
use crate::modules;
use crate::yaml::Node;

/// Reads them off a keyword, and checks what can be checked: modules, groups, names of arguments.
pub(super) fn defaults(decoder: &mut Decoder<'_>, node: Option<&Node>) -> Option<Node> {
    let node = node?;
    for map in node.seq().unwrap_or(std::slice::from_ref(node)) {
        if is_template(map) {
            let message = "modules and groups in `module_defaults` must be known before the run";
            let error = Diagnostic::error(message).at(&map.span);
            decoder.push(error.help("the arguments of each may be a template"));
        }
        for (key, value) in map.map().unwrap_or_default() {
            entry(decoder, key, value);
        }
    }
    Some(node.clone())
}

fn entry(decoder: &mut Decoder<'_>, key: &Node, value: &Node) {
    let name = key.raw().unwrap_or_default();
    let spec = modules::find(name);
    if let Some(group) = name.strip_prefix("group/") {
        if modules::group(group).is_none() {
            let message = format!("no module here is in the group `{group}`");
            let known = modules::groups().map(|(name, _)| format!("group/{name}"));
            let known: Vec<String> = known.collect();
            let help = format!(
                "the groups are {}",
                or_list(known.iter().map(String::as_str))
            );
            decoder.push(Diagnostic::error(message).at(&key.span).help(help));
        }
    } else if spec.is_none() {
        let error = Diagnostic::error(format!("unknown module `{name}` in `module_defaults`"));
        let error = error.at(&key.span);
        let short = name.rsplit('.').next().unwrap_or(name);
        decoder.push(match did_you_mean(short, modules::names()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help("`runbook doc` lists the modules there are"),
        });
    }
    if is_template(value) || value.is_null() {
        decoder.check_templates(value);
        return;
    }
    let Some(entries) = value.map() else {
        decoder.expected(name, "a mapping of arguments", value);
        return;
    };
    match spec {
        Some(spec) => args::defaults(decoder, spec, key, entries),
        None => decoder.check_templates(value),
    }
}
