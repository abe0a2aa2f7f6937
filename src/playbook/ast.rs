//! What a playbook is once it is decoded. Values that may hold templates stay nodes.

use std::sync::Arc;

use super::role::{IncludeRole, RoleUse};
use crate::diag::{SourceFile, Span};
use crate::modules::ModuleSpec;
use crate::vars::VarMap;
use crate::yaml::Node;

/// All plays of a file, those of imported playbooks in place.
#[derive(Debug, Clone)]
pub struct Playbook {
    /// The file itself.
    pub source: Arc<SourceFile>,
    /// The plays, in order.
    pub plays: Vec<Play>,
}

/// The keywords that plays, blocks and tasks share. On a task they win over the block's, there
/// over the play's; `when` and `tags` add up instead.
#[derive(Debug, Clone, Default)]
pub struct Common {
    /// `name`.
    pub name: Option<Node>,
    /// `when`: an expression, a boolean, or a list of them.
    pub when: Option<Node>,
    /// `tags`, written ones only; `always` and `never` among them.
    pub tags: Vec<String>,
    /// `vars`.
    pub vars: Arc<VarMap>,
    /// `become`.
    pub r#become: Option<Node>,
    /// `become_user`.
    pub become_user: Option<Node>,
    /// `become_method`.
    pub become_method: Option<Node>,
    /// `become_flags`.
    pub become_flags: Option<Node>,
    /// `become_exe`.
    pub become_exe: Option<Node>,
    /// `environment`: a mapping, or a list of mappings, or a template of one.
    pub environment: Option<Node>,
    /// `module_defaults`: a mapping of modules and groups, or a list of such mappings.
    pub module_defaults: Option<Node>,
    /// `no_log`.
    pub no_log: Option<Node>,
    /// `check_mode`.
    pub check_mode: Option<Node>,
    /// `diff`.
    pub diff: Option<Node>,
    /// `ignore_errors`.
    pub ignore_errors: Option<Node>,
    /// `ignore_unreachable`.
    pub ignore_unreachable: Option<Node>,
    /// `any_errors_fatal`.
    pub any_errors_fatal: Option<Node>,
    /// `delegate_to` (blocks and tasks).
    pub delegate_to: Option<Node>,
    /// `delegate_facts` (blocks and tasks).
    pub delegate_facts: Option<Node>,
    /// `run_once`.
    pub run_once: Option<Node>,
    /// `timeout`, in seconds.
    pub timeout: Option<Node>,
    /// `connection`.
    pub connection: Option<Node>,
    /// `remote_user`.
    pub remote_user: Option<Node>,
    /// `port`.
    pub port: Option<Node>,
    /// `throttle`.
    pub throttle: Option<Node>,
    /// `notify`, each a template (blocks and tasks).
    pub notify: Vec<Node>,
}

/// One play.
#[derive(Debug, Clone)]
pub struct Play {
    /// The file it stands in.
    pub source: Arc<SourceFile>,
    /// Where.
    pub span: Span,
    /// The shared keywords.
    pub common: Common,
    /// `hosts`: a pattern, or a list of patterns.
    pub hosts: Node,
    /// `gather_facts`.
    pub gather_facts: Option<Node>,
    /// `gather_subset`.
    pub gather_subset: Option<Node>,
    /// `gather_timeout`, in seconds.
    pub gather_timeout: Option<Node>,
    /// `vars_prompt`.
    pub vars_prompt: Vec<Prompt>,
    /// `vars_files`.
    pub vars_files: Vec<Node>,
    /// `serial`: sizes of the batches, the last one repeated; empty for all at once. A template
    /// may stand for one size or for the list.
    pub serial: Option<Node>,
    /// `order`.
    pub order: Option<Node>,
    /// `strategy`.
    pub strategy: Option<Node>,
    /// `max_fail_percentage`.
    pub max_fail_percentage: Option<Node>,
    /// `force_handlers`.
    pub force_handlers: Option<Node>,
    /// `pre_tasks`.
    pub pre_tasks: Vec<Step>,
    /// `roles`, each a block, and then `tasks`.
    pub tasks: Vec<Step>,
    /// `post_tasks`.
    pub post_tasks: Vec<Step>,
    /// The handlers of roles, a block for each role, then `handlers`.
    pub handlers: Vec<Step>,
}

/// `strategy`: how hosts go through a play.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    /// All hosts finish a task before the next one begins.
    Linear,
    /// Every host goes on as fast as it can.
    Free,
    /// The same, and a host that has begun is taken to its end before another one begins.
    HostPinned,
}

impl Strategy {
    const ALL: [Self; 3] = [Self::Linear, Self::Free, Self::HostPinned];

    /// As it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Free => "free",
            Self::HostPinned => "host_pinned",
        }
    }

    /// The strategy of this name, or why there is none.
    pub fn find(name: &str) -> Result<Self, String> {
        let bare = name.strip_prefix("ansible.builtin.").unwrap_or(name);
        let known = Self::ALL.into_iter().find(|one| one.name() == bare);
        known.ok_or_else(|| {
            if bare == "debug" {
                return "`strategy: debug` starts Ansible's debugger, which is not there: \
                    use `--step`, or `-vvv`"
                    .to_owned();
            }
            let names = crate::diag::or_list(Self::ALL.into_iter().map(Self::name));
            format!("`strategy` must be {names}, not `{name}`")
        })
    }
}

/// A variable the operator is asked for. But for its name everything may be a template.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// Where it stands.
    pub span: Span,
    /// The variable.
    pub name: String,
    /// `prompt`: the question; the name itself when absent.
    pub prompt: Option<Node>,
    /// `default`.
    pub default: Option<Node>,
    /// `private`: whether the answer is hidden, which it is when absent.
    pub private: Option<Node>,
    /// `confirm`: whether it is asked for twice.
    pub confirm: Option<Node>,
    /// `encrypt`: the scheme with which the answer is hashed.
    pub encrypt: Option<Node>,
    /// `salt` of that hash.
    pub salt: Option<Node>,
    /// `salt_size`: how long a salt made up for it is.
    pub salt_size: Option<Node>,
}

/// Which list of a play a step stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// `pre_tasks`.
    PreTasks,
    /// `tasks`.
    Tasks,
    /// `post_tasks`.
    PostTasks,
    /// `handlers`.
    Handlers,
}

/// A size of a batch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SerialSize {
    /// So many hosts.
    Hosts(usize),
    /// This part of all hosts, in per cent, at least one host.
    Percent(f64),
}

/// One entry of a list of tasks.
#[derive(Debug, Clone)]
pub enum Step {
    /// A task.
    Task(Arc<Task>),
    /// A block, an `import_tasks` or a role, whose tasks stand in it.
    Block(Arc<Block>),
}

/// `block`, `rescue`, `always`.
#[derive(Debug, Clone)]
pub struct Block {
    /// Where.
    pub span: Span,
    /// The shared keywords.
    pub common: Common,
    /// What is tried.
    pub body: Vec<Step>,
    /// What a failure of the body leads to.
    pub rescue: Vec<Step>,
    /// What follows in any case.
    pub always: Vec<Step>,
    /// The role whose tasks or handlers these are.
    pub role: Option<Arc<RoleUse>>,
}

/// One task or handler.
#[derive(Debug, Clone)]
pub struct Task {
    /// Where it stands: the whole mapping.
    pub span: Span,
    /// Where its action's key stands.
    pub action_span: Span,
    /// The shared keywords.
    pub common: Common,
    /// What it does.
    pub action: Action,
    /// `register`.
    pub register: Option<Node>,
    /// `loop`, or the terms of a `with_…`.
    pub r#loop: Option<Node>,
    /// The lookup that makes the items, when the loop was written as `with_…`.
    pub loop_lookup: Option<&'static str>,
    /// `loop_control`.
    pub loop_control: LoopControl,
    /// `until`.
    pub until: Option<Node>,
    /// `retries`.
    pub retries: Option<Node>,
    /// `delay`, in seconds.
    pub delay: Option<Node>,
    /// `changed_when`.
    pub changed_when: Option<Node>,
    /// `failed_when`.
    pub failed_when: Option<Node>,
    /// `listen` (handlers).
    pub listen: Vec<Node>,
    /// `async`, in seconds.
    pub r#async: Option<Node>,
    /// `poll`, in seconds; 0 for not at all.
    pub poll: Option<Node>,
}

/// `loop_control`.
#[derive(Debug, Clone, Default)]
pub struct LoopControl {
    /// `loop_var`, `item` when absent.
    pub loop_var: Option<Node>,
    /// `index_var`.
    pub index_var: Option<Node>,
    /// `label`, a template.
    pub label: Option<Node>,
    /// `pause`, in seconds.
    pub pause: Option<Node>,
    /// `extended`.
    pub extended: Option<Node>,
    /// `extended_allitems`.
    pub extended_allitems: Option<Node>,
    /// `break_when`.
    pub break_when: Option<Node>,
}

/// What a task does.
#[derive(Debug, Clone)]
pub enum Action {
    /// A module runs.
    Module {
        /// Which.
        spec: &'static ModuleSpec,
        /// Its name as written.
        written: String,
        /// Its arguments, not yet templated.
        args: TaskArgs,
    },
    /// `include_tasks`: a file of tasks is read when the task runs.
    Include(Box<Include>),
    /// `include_role`: a role is found when the task runs.
    IncludeRole(Box<IncludeRole>),
    /// `meta`.
    Meta(Meta),
}

/// Arguments as written: `name: value` pairs; a free-form line is already put under the argument
/// it belongs to.
#[derive(Debug, Clone, Default)]
pub struct TaskArgs {
    /// The pairs, aliases not yet resolved.
    pub pairs: Vec<(Node, Node)>,
    /// `args: "{{ template }}"`: a mapping only known at run time; its entries lose against `pairs`.
    pub template: Option<Node>,
}

/// `include_tasks`.
#[derive(Debug, Clone)]
pub struct Include {
    /// The file, a template.
    pub file: Node,
    /// `apply`: keywords for the included tasks.
    pub apply: Common,
}

/// `meta`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meta {
    /// Run the handlers notified so far.
    FlushHandlers,
    /// End the play for this host.
    EndHost,
    /// End the role for this host.
    EndRole,
    /// End the play for every host.
    EndPlay,
    /// End this batch.
    EndBatch,
    /// Failed hosts come back.
    ClearHostErrors,
    /// Read the inventory's sources again.
    RefreshInventory,
    /// Forget facts.
    ClearFacts,
    /// Close the connection; the next task opens a new one.
    ResetConnection,
    /// Nothing.
    Noop,
}
