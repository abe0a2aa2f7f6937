//! What holds where a playbook says nothing: the settings of the run.

use crate::playbook::Common;

/// When facts are gathered without `gather_facts` on the play.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Gathering {
    /// In every play.
    #[default]
    Implicit,
    /// In no play.
    Explicit,
    /// Of hosts whose facts are not known yet.
    Smart,
}

/// Settings in place of keywords: any keyword wins over them.
#[derive(Debug, Clone)]
pub struct KeywordDefaults {
    /// Keywords that tasks inherit, as if they stood around every play.
    pub common: Common,
    /// When facts are gathered.
    pub gathering: Gathering,
    /// Which facts are gathered; all when it is empty.
    pub gather_subset: Vec<String>,
    /// How many seconds gathering facts may take.
    pub gather_timeout: Option<u64>,
    /// How hosts go through the tasks.
    pub strategy: String,
    /// Whether notified handlers run after a failure.
    pub force_handlers: bool,
    /// How many seconds lie between two looks at an `async` task.
    pub poll_interval: u64,
}

impl Default for KeywordDefaults {
    fn default() -> Self {
        Self {
            common: Common::default(),
            gathering: Gathering::default(),
            gather_subset: Vec::new(),
            gather_timeout: None,
            strategy: "linear".to_owned(),
            force_handlers: false,
            poll_interval: 15,
        }
    }
}
