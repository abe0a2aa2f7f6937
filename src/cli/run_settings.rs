//! Settings as the engine and the report take them.

use std::time::Duration;

use crate::config::{Key, Settings};
use crate::diag::{Diagnostic, SourceFile};
use crate::engine::{ConnectionDefaults, Gathering, KeywordDefaults};
use crate::playbook::Common;
use crate::report;
use crate::yaml::{Node, Style};

/// How hosts are reached when neither the command line nor a playbook says anything.
pub(super) fn connection(settings: &Settings) -> ConnectionDefaults {
    let usual = ConnectionDefaults::default();
    let timeout = settings.number(Key::Timeout).map(Duration::from_secs);
    ConnectionDefaults {
        user: settings.text(Key::RemoteUser),
        connection: None,
        private_key: settings.text(Key::PrivateKeyFile),
        ssh_args: settings.text(Key::SshArgs),
        ssh_common_args: settings.text(Key::SshCommonArgs),
        ssh_extra_args: settings.text(Key::SshExtraArgs),
        timeout: timeout.unwrap_or(usual.timeout),
        host_key_checking: settings.flag(Key::HostKeyChecking),
        r#become: settings.flag(Key::Become),
        become_user: settings.text(Key::BecomeUser),
        become_password: None,
        shell: settings.text(Key::Executable).unwrap_or(usual.shell),
    }
}

/// What holds where a playbook says nothing.
pub(super) fn keywords(settings: &Settings) -> Result<KeywordDefaults, Diagnostic> {
    let strategy = settings.text(Key::Strategy).unwrap_or_default();
    if strategy.rsplit('.').next() != Some("linear") {
        let message = format!("the setting `strategy` cannot be `{strategy}`");
        return Err(Diagnostic::error(message).help("the only one supported yet is `linear`"));
    }
    let gathering = match settings.text(Key::Gathering).as_deref() {
        Some("explicit") => Gathering::Explicit,
        Some("smart") => Gathering::Smart,
        _ => Gathering::Implicit,
    };
    Ok(KeywordDefaults {
        common: common(settings),
        gathering,
        gather_subset: settings.list(Key::GatherSubset),
        gather_timeout: settings.number(Key::GatherTimeout),
        strategy,
        force_handlers: settings.flag(Key::ForceHandlers),
        poll_interval: settings.number(Key::PollInterval).unwrap_or(15),
    })
}

/// Settings that stand for a keyword of the same meaning; those left at their defaults stay away.
fn common(settings: &Settings) -> Common {
    let node = |key: Key| {
        let text = settings.value(key).to_string();
        let wanted = settings.is_set(key) && !text.is_empty();
        wanted.then(|| {
            let source = SourceFile::inline("<settings>", text.as_str());
            Node::text(&source.whole(), &text, Style::Plain)
        })
    };
    Common {
        connection: node(Key::Transport),
        port: node(Key::RemotePort),
        become_method: node(Key::BecomeMethod),
        become_flags: node(Key::BecomeFlags),
        become_exe: node(Key::BecomeExe),
        any_errors_fatal: node(Key::AnyErrorsFatal),
        no_log: node(Key::NoLog),
        timeout: node(Key::TaskTimeout),
        ..Common::default()
    }
}

/// How much is shown.
pub(super) fn display(settings: &Settings, verbosity: u8) -> report::Options {
    let context = settings.number(Key::DiffContext);
    let context = context.and_then(|lines| usize::try_from(lines).ok());
    report::Options {
        skipped: settings.flag(Key::DisplaySkippedHosts),
        ok: settings.flag(Key::DisplayOkHosts),
        custom_stats: settings.flag(Key::ShowCustomStats),
        diff_context: context.unwrap_or(3),
        ..report::Options::for_stdout(verbosity)
    }
}
