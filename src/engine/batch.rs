//! One batch of a play: its sections in order, and what their end means for the run.

use std::sync::PoisonError;

use super::inherit::Inherited;
use super::play::{Ended, PlayEnd, PlayRun};
use super::steps::{Cause, Standing};
use crate::event::Event;
use crate::playbook::Step;

impl PlayRun<'_> {
    /// Runs the sections on one batch; says how the play ends when this was its last.
    pub(super) async fn run_batch(&self) -> Option<PlayEnd> {
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let inherited = Inherited::of_play(self.play, &self.engine.options.keywords);
        let mut standing = Standing::all(self.batch.clone());
        standing = self.gather(&inherited, standing).await;
        for (name, steps) in [
            ("pre_tasks", &self.play.pre_tasks),
            ("tasks", &self.play.tasks),
            ("post_tasks", &self.play.post_tasks),
        ] {
            standing = self.section(name, steps, &inherited, standing).await;
            standing = self.flush_after_section(&inherited, standing).await;
        }
        self.settle(&standing)
    }

    async fn section(
        &self,
        name: &str,
        steps: &[Step],
        inherited: &Inherited,
        standing: Standing,
    ) -> Standing {
        let path = format!("{}/{name}", self.index);
        let Standing { ok, mut failed } = standing;
        let mut after = self.list(steps, inherited, ok, &path).await;
        failed.append(&mut after.failed);
        Standing {
            ok: after.ok,
            failed,
        }
    }

    /// What the batch's end means for the play and the run.
    fn settle(&self, standing: &Standing) -> Option<PlayEnd> {
        for fallen in &standing.failed {
            self.engine.lose(&fallen.host);
        }
        let ended = *self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        match ended {
            Some(Ended::Play) => return Some(PlayEnd::GoOn),
            Some(Ended::Batch) | None => {}
        }
        let fatal = standing
            .failed
            .iter()
            .any(|fallen| fallen.cause == Cause::Collateral);
        if fatal || self.engine.interrupt.requested() {
            return Some(PlayEnd::Break);
        }
        if standing.failed.len() == self.batch.len() {
            let hosts: Vec<&str> = self.batch.iter().map(|h| &**h).collect();
            let reason = if hosts.len() == self.all.len() {
                format!("no hosts left: {} failed", hosts.join(", "))
            } else {
                format!(
                    "the whole batch failed ({}): nothing further is touched",
                    hosts.join(", ")
                )
            };
            self.engine.sink.emit(&Event::PlayAborted { reason });
            return Some(PlayEnd::Break);
        }
        None
    }

    pub(super) fn end(&self, how: Ended) {
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(how);
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_some()
    }
}
