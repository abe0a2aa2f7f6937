//! One call of a module on one host.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Map;

use super::arguments;
use super::connections::{self, Way};
use super::controller::TaskController;
use super::jobs::Background;
use super::judge;
use super::keywords;
use super::play::PlayRun;
use super::step::Done;
use super::task::TaskRun;
use crate::diag::Diagnostic;
use crate::event::Status;
use crate::modules::args::Arguments;
use crate::modules::spec::CheckMode;
use crate::modules::{Ctx, Failure, ModuleSpec, Outcome, Remote};
use crate::playbook::Action;
use crate::vars::Scope;

/// Everything a call needs, worked out from the task and its scope.
pub(super) struct Call {
    /// The host whose step this is.
    pub(super) host: String,
    /// Where it runs instead.
    pub(super) delegated_to: Option<String>,
    pub(super) scope: Arc<Scope>,
    pub(super) way: Option<Way>,
    pub(super) environment: Vec<(String, String)>,
    timeout: Option<Duration>,
    pub(super) check: bool,
    pub(super) diff: bool,
}

impl Call {
    /// The host it runs on.
    pub(super) fn target(&self) -> &str {
        self.delegated_to.as_deref().unwrap_or(&self.host)
    }
}

impl PlayRun<'_> {
    /// Works out how the task reaches which host, and in which mode.
    pub(super) fn call(
        &self,
        run: &TaskRun<'_>,
        host: &str,
        scope: &Arc<Scope>,
    ) -> Result<Call, Diagnostic> {
        let keywords = &run.inherited.keywords;
        let options = &self.engine.options;
        let host = host.to_owned();
        let delegate: Option<String> =
            keywords::value("delegate_to", keywords.delegate_to.as_ref(), scope)?;
        let delegated_to = delegate.filter(|to| *to != host);
        let local = matches!(&run.task.action, Action::Module { spec, .. } if spec.local);
        let way = if local {
            None
        } else {
            let target = delegated_to.as_deref().unwrap_or(&host);
            let target_scope = match &delegated_to {
                Some(to) => self.delegate_scope(to)?,
                None => Arc::clone(scope),
            };
            let way =
                connections::way(target, &target_scope, scope, keywords, &options.connection)?;
            for warning in &way.unheeded {
                self.engine.warn_once(warning.clone());
            }
            Some(way)
        };
        Ok(Call {
            delegated_to,
            way,
            environment: keywords::environment(&run.inherited.environment, scope)?,
            timeout: keywords::seconds("timeout", keywords.timeout.as_ref(), scope)?,
            check: keywords::flag(
                "check_mode",
                keywords.check_mode.as_ref(),
                options.check,
                scope,
            )?,
            diff: keywords::flag("diff", keywords.diff.as_ref(), options.diff, scope)?,
            scope: Arc::clone(scope),
            host,
        })
    }

    /// The connection variables of a delegate: the inventory's (this
    /// machine is in it by its implicit names); a host nobody knows is an error.
    fn delegate_scope(&self, to: &str) -> Result<Arc<Scope>, Diagnostic> {
        let store = &self.engine.store;
        if store.inventory().host(to).is_none() {
            let error = Diagnostic::error(format!("`delegate_to` names `{to}`, which is no host"));
            let inventory = store.inventory();
            let near = crate::diag::did_you_mean(to, inventory.hosts().map(|host| &*host.name));
            return Err(match near {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help("name a host of the inventory, or `localhost`"),
            });
        }
        Ok(self.scope(&to.into(), &super::inherit::Inherited::default()))
    }

    /// Closes the connection to a host; the next task opens a new one.
    pub(super) async fn reset_connection(&self, run: &TaskRun<'_>, host: &Arc<str>) {
        let scope = self.scope(host, &run.inherited);
        let keywords = &run.inherited.keywords;
        let way = connections::way(
            host,
            &scope,
            &scope,
            keywords,
            &self.engine.options.connection,
        );
        if let Ok(way) = way {
            self.engine.connections.forget(&way.target).await;
        }
    }

    /// The host of a call as its module sees it.
    pub(super) async fn remote(&self, call: &Call) -> Result<Remote, Failure> {
        let remote = match &call.way {
            Some(way) => self.engine.connections.remote(way).await?,
            None => Remote::none(),
        };
        Ok(remote
            .with_environment(&call.environment)
            .with_timeout(call.timeout))
    }

    /// Runs the module once and judges the outcome.
    pub(super) async fn invoke(&self, run: &TaskRun<'_>, call: &Call) -> Done {
        let Action::Module {
            spec,
            args,
            written,
        } = &run.task.action
        else {
            return Done::skipped(&"not a module".into());
        };
        if call.check && spec.check == CheckMode::Skipped {
            return unpredictable(written);
        }
        let ended =
            match arguments::arguments(spec, args, &run.inherited.module_defaults, &call.scope) {
                Ok(arguments) => self.begin(run, spec, arguments, call).await,
                Err(mistake) => Err(mistake.into()),
            };
        let mut done = done_of(ended, run);
        if !call.diff {
            done.diff.clear();
        }
        done.delegated_to.clone_from(&call.delegated_to);
        if done.status == Status::Unreachable
            && let Some(way) = &call.way
        {
            self.engine.connections.forget(&way.target).await;
        }
        if let Some(delegate) = &call.delegated_to
            && done.status == Status::Unreachable
        {
            blame_delegate(&mut done, delegate);
        }
        judge::verdict(run, &call.scope, done)
    }

    /// Runs the module, in the background where the task says so.
    async fn begin(
        &self,
        run: &TaskRun<'_>,
        spec: &'static ModuleSpec,
        arguments: Arguments,
        call: &Call,
    ) -> Result<Outcome, Failure> {
        let poll = self.engine.options.keywords.poll_interval;
        match Background::of(run, call, poll)? {
            None => self.run_module(run, spec, arguments, call).await,
            Some(job) => self.background(run, spec, arguments, call, job).await,
        }
    }

    async fn run_module(
        &self,
        run: &TaskRun<'_>,
        spec: &ModuleSpec,
        arguments: Arguments,
        call: &Call,
    ) -> Result<Outcome, Failure> {
        let controller = TaskController::new(self, run, call.target());
        let ctx = Ctx {
            host: call.target(),
            remote: self.remote(call).await?,
            check: call.check,
            diff: call.diff,
            scope: &call.scope,
            controller: &controller,
        };
        let work = (spec.run)(arguments, &ctx);
        match call.timeout {
            // A script is ended by the connection, which says what became of its processes.
            Some(limit) if call.way.is_none() => tokio::time::timeout(limit, work)
                .await
                .unwrap_or_else(|_| Err(Failure::timed_out(limit))),
            _ => work.await,
        }
    }
}

/// A delegate that cannot be reached fails the step, and does not make the step's own host
/// unreachable: that one can still be put in order by `rescue` and `always`.
fn blame_delegate(done: &mut Done, delegate: &str) {
    let reason = done.msg().unwrap_or_default();
    let msg = format!("{delegate}, which this step is delegated to, is unreachable: {reason}");
    done.status = Status::Failed;
    done.result.insert("failed".into(), true.into());
    done.result.insert("msg".into(), msg.into());
}

fn unpredictable(module: &str) -> Done {
    let mut result = Map::new();
    result.insert("changed".into(), false.into());
    result.insert("failed".into(), false.into());
    result.insert("skipped".into(), true.into());
    let msg = format!("remote module ({module}) does not support check mode");
    result.insert("msg".into(), msg.into());
    let mut done = Done::new(Status::Skipped, result);
    done.detail = Some(": not run, it cannot tell what it would change".to_owned());
    done
}

fn done_of(ended: Result<Outcome, Failure>, run: &TaskRun<'_>) -> Done {
    match ended {
        Ok(outcome) => {
            let status = match (outcome.skipped, outcome.changed) {
                (true, _) => Status::Skipped,
                (false, true) => Status::Changed,
                (false, false) => Status::Ok,
            };
            let mut result = Map::new();
            result.insert("changed".into(), outcome.changed.into());
            result.insert("failed".into(), false.into());
            if outcome.skipped {
                result.insert("skipped".into(), true.into());
            }
            result.extend(outcome.result);
            let mut done = Done::new(status, result);
            (done.diff, done.warnings) = (outcome.diff, outcome.warnings);
            done.effects = outcome.effects;
            done
        }
        Err(Failure::Unreachable(reason)) => {
            let mut result = Map::new();
            result.insert("changed".into(), false.into());
            result.insert("unreachable".into(), true.into());
            result.insert("msg".into(), reason.into());
            Done::new(Status::Unreachable, result)
        }
        Err(Failure::Failed {
            msg,
            detail,
            result: more,
            place,
        }) => {
            let mut result = Map::new();
            result.insert("changed".into(), false.into());
            result.insert("failed".into(), true.into());
            result.insert("msg".into(), msg.into());
            result.extend(more);
            let mut done = Done::new(Status::Failed, result);
            done.detail = detail;
            let place = place.filter(|place| place.span.is_some());
            done.place = Some(match place {
                Some(place) => place.render(false),
                None => run.task.span.to_string(),
            });
            done
        }
    }
}
