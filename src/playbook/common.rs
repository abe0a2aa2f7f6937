//! The keywords that plays, blocks and tasks share.

use super::ast::Common;
use super::decoder::{Decoder, is_template};
use super::fields::Fields;
use super::{defaults, names};
use crate::diag::Diagnostic;
use crate::yaml::Node;

/// Reads them off a mapping, whatever it is; those that cannot stand there are absent.
pub(super) fn common(decoder: &mut Decoder<'_>, fields: &Fields<'_>) -> Common {
    Common {
        name: fields.take("name"),
        when: fields.take("when"),
        tags: tags(decoder, fields.value("tags")),
        vars: names::vars(decoder, fields.value("vars")),
        r#become: fields.take("become"),
        become_user: fields.take("become_user"),
        become_method: fields.take("become_method"),
        become_flags: fields.take("become_flags"),
        become_exe: fields.take("become_exe"),
        environment: fields.take("environment"),
        module_defaults: defaults::defaults(decoder, fields.value("module_defaults")),
        no_log: fields.take("no_log"),
        check_mode: fields.take("check_mode"),
        diff: fields.take("diff"),
        ignore_errors: fields.take("ignore_errors"),
        ignore_unreachable: fields.take("ignore_unreachable"),
        any_errors_fatal: fields.take("any_errors_fatal"),
        delegate_to: fields.take("delegate_to"),
        run_once: fields.take("run_once"),
        timeout: fields.take("timeout"),
        connection: fields.take("connection"),
        remote_user: fields.take("remote_user"),
        port: fields.take("port"),
        throttle: fields.take("throttle"),
        notify: fields.texts("notify"),
    }
}

/// Tags: a list, or words separated by commas.
pub(super) fn tags(decoder: &mut Decoder<'_>, node: Option<&Node>) -> Vec<String> {
    let mut tags = Vec::new();
    let Some(node) = node else { return tags };
    for item in node.seq().unwrap_or(std::slice::from_ref(node)) {
        if is_template(item) {
            let message = "tags must be known before the run, and cannot be templates";
            decoder.push(Diagnostic::error(message).at(&item.span));
            continue;
        }
        let Some(text) = item.raw() else {
            decoder.expected("tags", "a text or a list of texts", item);
            continue;
        };
        for tag in text.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
            if !tags.iter().any(|known| known == tag) {
                tags.push(tag.to_owned());
            }
        }
    }
    tags
}
