//! What came out of a vault, removed from an event before anyone reads it.

use std::borrow::Cow;

use super::{Event, StepResult};
use crate::vault::{knows_secrets, redacted, redacted_map};

impl Event {
    /// The event as readers may see it. Names of hosts and tasks' ids stay: they are what events
    /// are told apart by.
    pub(super) fn redacted(&self) -> Cow<'_, Self> {
        if !knows_secrets() {
            return Cow::Borrowed(self);
        }
        let mut event = self.clone();
        match &mut event {
            Self::ItemFinished(result) | Self::StepFinished(result) => step(result),
            Self::TaskStarted { name: text, .. }
            | Self::PlayStarted { name: text, .. }
            | Self::StepRetried { msg: text, .. }
            | Self::Notice { message: text }
            | Self::Warning { message: text }
            | Self::PlayAborted { reason: text }
            | Self::StepStarted {
                item: Some(text), ..
            } => hide(text),
            Self::CustomStats { run, hosts } => {
                let all = hosts.values_mut().chain([run]);
                all.for_each(redacted_map);
            }
            _ => {}
        }
        Cow::Owned(event)
    }
}

fn step(result: &mut StepResult) {
    let texts = [&mut result.item, &mut result.msg, &mut result.place];
    texts.into_iter().flatten().for_each(hide);
    redacted_map(&mut result.result);
    result.warnings.iter_mut().for_each(hide);
    for diff in &mut result.diff {
        hide(&mut diff.before);
        hide(&mut diff.after);
    }
}

fn hide(text: &mut String) {
    if let Cow::Owned(shown) = redacted(text) {
        *text = shown;
    }
}
