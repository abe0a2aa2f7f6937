//! The order in which variables win.

/// Where variables come from, lowest precedence first: of two variables with one name the later
/// one counts. The order is ansible-core's ("Understanding variable precedence" in its manual;
/// its first level, options of the command line such as `-u`, holds no variables). Within one
/// level the layer that was put there last wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// `defaults/` of roles.
    RoleDefaults,
    /// Variables of groups in an inventory file or script.
    InventoryGroups,
    /// `group_vars/all` beside the inventory.
    InventoryGroupVarsAll,
    /// `group_vars/all` beside the playbook.
    PlaybookGroupVarsAll,
    /// Other `group_vars/` beside the inventory.
    InventoryGroupVars,
    /// Other `group_vars/` beside the playbook.
    PlaybookGroupVars,
    /// Variables of hosts in an inventory file or script.
    InventoryHosts,
    /// `host_vars/` beside the inventory.
    InventoryHostVars,
    /// `host_vars/` beside the playbook.
    PlaybookHostVars,
    /// Facts, and what `set_fact` keeps with `cacheable`.
    Facts,
    /// `vars` of a play.
    PlayVars,
    /// Answers to `vars_prompt`.
    VarsPrompt,
    /// `vars_files` of a play.
    VarsFiles,
    /// `vars/` of roles.
    RoleVars,
    /// `vars` of the blocks around a task, the innermost last.
    BlockVars,
    /// `vars` of a task.
    TaskVars,
    /// `include_vars`.
    IncludeVars,
    /// `set_fact` and `register`.
    SetFacts,
    /// What is given to a role where it is used.
    RoleParams,
    /// What is given to an `include_tasks` or `include_role`.
    IncludeParams,
    /// `--extra-vars`.
    ExtraVars,
    /// What the engine itself says; nobody can override it.
    Magic,
    /// The item of a loop, and what else holds for a single call.
    Call,
}

impl Level {
    /// Every level, lowest precedence first, with what people know it by.
    pub const ALL: [(Self, &'static str); 23] = [
        (Self::RoleDefaults, "`defaults/` of roles"),
        (
            Self::InventoryGroups,
            "inventory file or script: variables of groups",
        ),
        (
            Self::InventoryGroupVarsAll,
            "`group_vars/all` beside the inventory",
        ),
        (
            Self::PlaybookGroupVarsAll,
            "`group_vars/all` beside the playbook",
        ),
        (
            Self::InventoryGroupVars,
            "other `group_vars/` beside the inventory",
        ),
        (
            Self::PlaybookGroupVars,
            "other `group_vars/` beside the playbook",
        ),
        (
            Self::InventoryHosts,
            "inventory file or script: variables of hosts",
        ),
        (Self::InventoryHostVars, "`host_vars/` beside the inventory"),
        (Self::PlaybookHostVars, "`host_vars/` beside the playbook"),
        (Self::Facts, "facts, and `set_fact` with `cacheable`"),
        (Self::PlayVars, "`vars` of the play"),
        (Self::VarsPrompt, "`vars_prompt`"),
        (Self::VarsFiles, "`vars_files`"),
        (Self::RoleVars, "`vars/` of roles"),
        (Self::BlockVars, "`vars` of blocks"),
        (Self::TaskVars, "`vars` of the task"),
        (Self::IncludeVars, "`include_vars`"),
        (Self::SetFacts, "`set_fact` and `register`"),
        (Self::RoleParams, "parameters of roles"),
        (
            Self::IncludeParams,
            "`vars` of `include_tasks` and `include_role`",
        ),
        (Self::ExtraVars, "`--extra-vars`"),
        (Self::Magic, "magic variables"),
        (Self::Call, "the item of a loop"),
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_levels() {
        let levels = Level::ALL.map(|(level, _)| level);
        assert!(levels.is_sorted_by(|a, b| a < b));
    }
}
