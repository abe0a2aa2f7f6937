//! The gathering of facts at the start of a play.

use std::sync::Arc;

use super::defaults::Gathering;
use super::inherit::Inherited;
use super::keywords;
use super::play::PlayRun;
use super::steps::Standing;
use crate::event::{TaskId, TaskKind};
use crate::modules;
use crate::playbook::{Action, Common, LoopControl, Task, TaskArgs};
use crate::yaml::{Node, Style};

impl PlayRun<'_> {
    /// Gathers facts on every host, unless the play says `gather_facts: false`, or
    /// the setting `gathering` says otherwise.
    pub(super) async fn gather(&self, inherited: &Inherited, mut standing: Standing) -> Standing {
        let (Some(task), Some(first)) = (self.gather_task(), standing.ok.first()) else {
            return standing;
        };
        let scope = self.scope(first, inherited);
        let gathering = self.engine.options.keywords.gathering;
        let wanted = self.play.gather_facts.as_ref();
        let usual = gathering != Gathering::Explicit;
        if !keywords::flag("gather_facts", wanted, usual, &scope).unwrap_or(true) {
            return standing;
        }
        let id = TaskId(format!("{}/gather", self.index));
        let mut hosts = standing.ok.clone();
        if gathering == Gathering::Smart {
            hosts.retain(|host| !self.engine.store.has_facts(host));
        }
        if hosts.is_empty() {
            return standing;
        }
        let end = self
            .task(&task, inherited, &hosts, id, TaskKind::Gather)
            .await;
        standing
            .ok
            .retain(|host| !end.fallen.iter().any(|f| f.host == *host));
        standing.failed.extend(end.fallen);
        standing
    }

    fn gather_task(&self) -> Option<Arc<Task>> {
        let spec = modules::find("setup")?;
        let span = &self.play.span;
        let text = |text: &str| Node::text(span, text, Style::Plain);
        let subset = self.play.gather_subset.clone().or_else(|| {
            let subset = &self.engine.options.keywords.gather_subset;
            (!subset.is_empty()).then(|| text(&subset.join(",")))
        });
        let timeout = self.play.gather_timeout.clone();
        Some(Arc::new(Task {
            span: span.clone(),
            action_span: span.clone(),
            common: Common {
                name: Some(text("Gathering Facts")),
                tags: vec!["always".to_owned()],
                ..Common::default()
            },
            action: Action::Module {
                spec,
                written: "setup".to_owned(),
                args: TaskArgs {
                    pairs: [
                        ("gather_subset", subset),
                        ("gather_timeout", timeout),
                        ("fact_path", self.play.fact_path.clone()),
                    ]
                    .into_iter()
                    .filter_map(|(name, node)| Some((text(name), node?)))
                    .collect(),
                    template: None,
                },
            },
            register: None,
            r#loop: None,
            loop_lookup: None,
            loop_control: LoopControl::default(),
            until: None,
            retries: None,
            delay: None,
            changed_when: None,
            failed_when: None,
            listen: Vec::new(),
            r#async: None,
            poll: None,
        }))
    }
}
