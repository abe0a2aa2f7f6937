//! The keywords of the language: one table, from which the decoder, its messages and the
//! documentation are made.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::place::{Place, Places};
use crate::template::Templar;

/// What a keyword takes. Where a template may stand for the value, it is checked once rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `true` or `false`.
    Bool,
    /// One text, perhaps with templates in it.
    Text,
    /// One name that must be known before the run.
    Name,
    /// A whole number.
    Int,
    /// A number, fractions allowed.
    Number,
    /// One text or a list of texts.
    Texts,
    /// A list, or a template of one; a single value where the keyword says so.
    List,
    /// An expression, a boolean, or a list of them.
    Condition,
    /// A mapping.
    Mapping,
    /// A mapping, or a list of mappings.
    Mappings,
    /// A list of tasks.
    Steps,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Checked where it is read.
    Special,
}

/// Whether a keyword is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Support {
    /// It is.
    Supported,
    /// Not yet; the text says what to do instead.
    Refused(&'static str),
}

/// One entry of the table.
#[derive(Debug)]
pub(crate) struct Keyword {
    /// As it is written.
    pub(crate) name: &'static str,
    /// Where it may stand.
    pub(crate) places: Places,
    /// What it takes.
    pub(crate) kind: Kind,
    /// What it is for, in one line.
    pub(crate) doc: &'static str,
    /// Whether it is understood.
    pub(crate) support: Support,
}

const PLAY: Places = Places::of(&[Place::Play]);
const BLOCK: Places = Places::of(&[Place::Block]);
const HANDLER: Places = Places::of(&[Place::Handler]);
const TASKS: Places = Places::of(&[Place::Task, Place::Handler]);
const ROLE: Places = Places::of(&[Place::Role]);
const STEPS: Places = Places::of(&[Place::Block, Place::Task, Place::Handler]);
const STEPS_AND_ROLES: Places =
    Places::of(&[Place::Block, Place::Task, Place::Handler, Place::Role]);
const ALL: Places = Places::of(&[
    Place::Play,
    Place::Block,
    Place::Task,
    Place::Handler,
    Place::Role,
]);
const WITH_IMPORTS: Places = Places::of(&[
    Place::Play,
    Place::Block,
    Place::Task,
    Place::Handler,
    Place::Role,
    Place::ImportPlaybook,
]);
const CONDITIONAL: Places = Places::of(&[
    Place::Block,
    Place::Task,
    Place::Handler,
    Place::Role,
    Place::ImportPlaybook,
]);
const IMPORT: Places = Places::of(&[Place::ImportPlaybook]);
const LOOP: Places = Places::of(&[Place::LoopControl]);

const fn keyword(name: &'static str, places: Places, kind: Kind, doc: &'static str) -> Keyword {
    let support = Support::Supported;
    Keyword {
        name,
        places,
        kind,
        doc,
        support,
    }
}

const fn refused(
    name: &'static str,
    places: Places,
    doc: &'static str,
    remedy: &'static str,
) -> Keyword {
    let (kind, support) = (Kind::Special, Support::Refused(remedy));
    Keyword {
        name,
        places,
        kind,
        doc,
        support,
    }
}

/// The values of `order`.
const ORDERS: &[&str] = &[
    "inventory",
    "sorted",
    "reverse_sorted",
    "reverse_inventory",
    "shuffle",
];

/// Every keyword, by the widest place it may stand in.
#[rustfmt::skip]
pub(crate) static KEYWORDS: &[Keyword] = &[
    keyword("name", WITH_IMPORTS, Kind::Text, "what it does, shown when it runs"),
    keyword("tags", WITH_IMPORTS, Kind::Special, "words to select it by with `--tags`"),
    keyword("vars", WITH_IMPORTS, Kind::Special, "variables for everything in it"),
    keyword("when", CONDITIONAL, Kind::Condition, "the condition under which it runs"),
    keyword("become", ALL, Kind::Bool, "whether to become another user"),
    keyword("become_user", ALL, Kind::Text, "the user to become"),
    keyword("become_method", ALL, Kind::Text, "how to become it"),
    keyword("become_flags", ALL, Kind::Text, "further flags for the way to become it"),
    keyword("become_exe", ALL, Kind::Text, "the program with which to become it"),
    keyword("environment", ALL, Kind::Mappings, "environment variables on the host"),
    keyword("module_defaults", ALL, Kind::Mappings, "default arguments of modules"),
    keyword("no_log", ALL, Kind::Bool, "whether to keep arguments and results secret"),
    keyword("check_mode", ALL, Kind::Bool, "whether to predict changes instead of making them"),
    keyword("diff", ALL, Kind::Bool, "whether to show what changes"),
    keyword("ignore_errors", ALL, Kind::Bool, "whether to go on after a failure"),
    keyword("ignore_unreachable", ALL, Kind::Bool, "whether to go on when the host is away"),
    keyword("any_errors_fatal", ALL, Kind::Bool, "whether one host's failure is every host's"),
    keyword("run_once", ALL, Kind::Bool, "whether to run it on the first host only"),
    keyword("timeout", ALL, Kind::Number, "after how many seconds it has failed"),
    keyword("connection", ALL, Kind::Text, "how hosts are reached"),
    keyword("remote_user", ALL, Kind::Text, "the user to log in as"),
    keyword("port", ALL, Kind::Int, "the port to connect to"),
    keyword("throttle", ALL, Kind::Int, "on how many hosts it runs at the same time"),
    keyword("collections", ALL, Kind::Texts, "where short names of modules are looked for"),
    keyword("delegate_to", STEPS_AND_ROLES, Kind::Text, "the host on which it runs instead"),
    keyword("delegate_facts", STEPS_AND_ROLES, Kind::Bool, "whether facts belong to the delegated host"),
    keyword("notify", STEPS, Kind::Texts, "handlers to run after a change"),

    keyword("hosts", PLAY, Kind::Special, "the hosts the play runs on"),
    keyword("gather_facts", PLAY, Kind::Bool, "whether to gather facts first"),
    keyword("gather_subset", PLAY, Kind::Texts, "which facts to gather"),
    keyword("fact_path", PLAY, Kind::Text, "the folder of local facts (`ansible_local`) on the hosts"),
    keyword("gather_timeout", PLAY, Kind::Int, "how many seconds gathering one kind of facts may take"),
    keyword("vars_prompt", PLAY, Kind::Special, "variables that the operator is asked for"),
    keyword("vars_files", PLAY, Kind::Special, "files of variables"),
    keyword("serial", PLAY, Kind::Special, "how many hosts go through the play at a time"),
    keyword("order", PLAY, Kind::Choice(ORDERS), "the order of the hosts"),
    keyword("max_fail_percentage", PLAY, Kind::Number, "the part of a batch that may fail"),
    keyword("force_handlers", PLAY, Kind::Bool, "whether handlers run after a failure, too"),
    keyword("strategy", PLAY, Kind::Special, "how hosts go through the tasks"),
    keyword("roles", PLAY, Kind::Special, "roles, run between `pre_tasks` and `tasks`"),
    keyword("pre_tasks", PLAY, Kind::Steps, "tasks before the others"),
    keyword("tasks", PLAY, Kind::Steps, "what the play does"),
    keyword("post_tasks", PLAY, Kind::Steps, "tasks after the others"),
    keyword("handlers", PLAY, Kind::Steps, "tasks that run when notified"),

    keyword("block", BLOCK, Kind::Steps, "tasks that share keywords"),
    keyword("rescue", BLOCK, Kind::Steps, "tasks that run when the block fails"),
    keyword("always", BLOCK, Kind::Steps, "tasks that run in any case"),

    keyword("action", TASKS, Kind::Special, "the module with its arguments, in one value"),
    keyword("local_action", TASKS, Kind::Special, "the same, run on the controller"),
    keyword("args", TASKS, Kind::Special, "further arguments of the module"),
    keyword("register", TASKS, Kind::Name, "the variable that keeps the result"),
    keyword("loop", TASKS, Kind::List, "the list whose items it runs for"),
    keyword("loop_control", TASKS, Kind::Mapping, "how the loop behaves"),
    keyword("until", TASKS, Kind::Condition, "the condition until which it is repeated"),
    keyword("retries", TASKS, Kind::Int, "how often it is repeated at most"),
    keyword("delay", TASKS, Kind::Number, "seconds between repetitions"),
    keyword("changed_when", TASKS, Kind::Condition, "the condition under which it changed something"),
    keyword("failed_when", TASKS, Kind::Condition, "the condition under which it has failed"),
    keyword("async", TASKS, Kind::Int, "for how many seconds it may run in the background"),
    keyword("poll", TASKS, Kind::Int, "whether its end is waited for: with 0 it is not"),
    keyword("listen", HANDLER, Kind::Texts, "other names it can be notified by"),

    keyword("role", ROLE, Kind::Special, "the role's name, or the path of its folder"),

    keyword("import_playbook", IMPORT, Kind::Special, "the playbook whose plays stand here"),

    keyword("loop_var", LOOP, Kind::Name, "the variable that holds the item"),
    keyword("index_var", LOOP, Kind::Name, "the variable that holds the item's index"),
    keyword("label", LOOP, Kind::Text, "what is shown of the item"),
    keyword("pause", LOOP, Kind::Number, "seconds between items"),
    keyword("extended", LOOP, Kind::Bool, "whether `ansible_loop` tells more about the loop"),
    keyword("extended_allitems", LOOP, Kind::Bool, "whether `ansible_loop.allitems` holds all items"),
    keyword("break_when", LOOP, Kind::Condition, "the condition after which no further item runs"),

    refused("accelerate", PLAY, "a connection of old", OF_OLD),
    refused("accelerate_ipv6", PLAY, "a connection of old", OF_OLD),
    refused("accelerate_port", PLAY, "a connection of old", OF_OLD),
    refused("debugger", ALL, "when the debugger starts", "use `--step` or `-vvv`"),
];

/// Ansible still lists the keywords, and has no such connection any more.
const OF_OLD: &str = "remove it: connections over `ssh` are kept open anyway";

/// What a loop keyword begins with when a lookup makes its items.
const WITH: &str = "with_";

/// A loop over what a lookup finds, for every lookup there is.
static LOOKUPS: LazyLock<Vec<Keyword>> = LazyLock::new(|| {
    let keyword = |(name, summary): (&str, &'static str)| {
        let (doc, support) = match summary.strip_prefix("refused: ") {
            Some(reason) => ("a loop over this lookup", Support::Refused(reason)),
            None => (
                &*format!("a loop over {summary}").leak(),
                Support::Supported,
            ),
        };
        Keyword {
            name: format!("{WITH}{name}").leak(),
            places: TASKS,
            kind: Kind::Special,
            doc,
            support,
        }
    };
    Templar::lookups().map(keyword).collect()
});

/// Every keyword: those of the table, and the loops over lookups.
pub(crate) fn all() -> impl Iterator<Item = &'static Keyword> {
    KEYWORDS.iter().chain(LOOKUPS.iter())
}

/// The keyword of this name; the lookup of a `with_…` may be qualified.
pub(crate) fn find(name: &str) -> Option<&'static Keyword> {
    static BY_NAME: LazyLock<HashMap<&str, &Keyword>> =
        LazyLock::new(|| KEYWORDS.iter().map(|k| (k.name, k)).collect());
    let Some(lookup) = name.strip_prefix(WITH) else {
        return BY_NAME.get(name).copied();
    };
    let short = lookup.strip_prefix("ansible.builtin.").unwrap_or(lookup);
    LOOKUPS
        .iter()
        .find(|keyword| keyword.name.strip_prefix(WITH) == Some(short))
}

/// The lookup whose name stands in a `with_…`.
pub(super) fn lookup(keyword: &'static str) -> Option<&'static str> {
    keyword.strip_prefix(WITH)
}

/// Whether the keyword makes a loop.
pub(super) fn is_loop(name: &str) -> bool {
    name == "loop" || name.starts_with(WITH)
}

/// The names that may be used at a place.
pub(crate) fn names(place: Place) -> impl Iterator<Item = &'static str> {
    all()
        .filter(move |k| k.places.contain(place) && k.support == Support::Supported)
        .map(|k| k.name)
}

/// A keyword as the documentation shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeywordDoc {
    /// As it is written.
    pub name: &'static str,
    /// Where it may stand: "plays, blocks and tasks".
    pub places: String,
    /// What it is for, in one line.
    pub doc: &'static str,
    /// What to do instead, where it is refused.
    pub instead: Option<&'static str>,
}

/// Every keyword of the language, in the table's order.
pub fn keywords() -> impl Iterator<Item = KeywordDoc> {
    all().map(|keyword| KeywordDoc {
        name: keyword.name,
        places: keyword.places.describe(),
        doc: keyword.doc,
        instead: match keyword.support {
            Support::Supported => None,
            Support::Refused(remedy) => Some(remedy),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_keyword_stands_once_in_the_table_with_a_doc() {
        for (i, keyword) in all().enumerate() {
            let twice = all().take(i).any(|other| other.name == keyword.name);
            assert!(!twice, "{} stands twice in the table", keyword.name);
            assert!(!keyword.doc.is_empty(), "{} has no doc", keyword.name);
        }
    }

    #[test]
    fn refused_keywords_are_not_suggested() {
        assert!(names(Place::Play).any(|name| name == "serial"));
        assert!(!names(Place::Play).any(|name| name == "debugger"));
        assert!(!names(Place::Task).any(|name| name == "serial"));
    }
}
