//! The rules: one table, from which `--list-rules`, the metadata in SARIF and docs/lint.md come.

use crate::diag::Severity;

/// One rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// What findings, settings and comments call it.
    pub id: &'static str,
    /// How bad a finding is, unless the settings say otherwise.
    pub severity: Severity,
    /// What it finds, in one line.
    pub summary: &'static str,
    /// Why it matters, and what to do.
    pub doc: &'static str,
    /// A piece of YAML in which it finds something.
    pub example: &'static str,
}

macro_rules! rules {
    ($($name:ident = $id:literal, $severity:ident, $summary:literal, $doc:literal, $example:literal;)*) => {
        $(#[doc = $summary] pub(super) static $name: Rule = Rule {
            id: $id,
            severity: Severity::$severity,
            summary: $summary,
            doc: $doc,
            example: $example,
        };)*
        /// Every rule.
        static RULES: &[&Rule] = &[$(&$name),*];
    };
}

rules! {
    LOAD_ERROR = "load-error", Error, "what `runbook play` would refuse to load",
        "Unknown keywords, modules and arguments, values of the wrong type, missing arguments, \
         handlers that a play does not have, YAML and templates that do not parse. Such a finding \
         cannot be silenced, because the file cannot be played.",
        "- hosts: all\n  tasks:\n    - copy: {scr: a, dest: /tmp/a}";
    LOAD_WARNING = "load-warning", Warning, "what `runbook play` would warn about",
        "The file can be played, but a part of it hardly means what was meant.",
        "all:\n  hosts:\n    db1:\n  children:\n    db1: {hosts: {db2: }}";
    MISSING_FILE = "missing-file", Error, "a file that is named literally and does not exist",
        "Files of tasks, roles, variables and templates, and files to copy, whose names hold no template, are looked \
         for as `runbook play` would look for them.",
        "- template: {src: postgresql.conf.j2, dest: /etc/postgresql.conf}";
    TEMPLATE_SYNTAX = "template-syntax", Error, "a template that does not parse",
        "Template files named by a literal `src`, and templates in files of variables. Unknown \
         filters and tests count as well. (In playbooks these are a `load-error`.)",
        "greeting: \"{{ name | defualt('you') }}\"";
    TEMPLATE_NAME = "template-name", Error, "a function or lookup that does not exist",
        "`runbook` would only find out when the template is rendered.",
        "- debug: {msg: \"{{ lookup('fiel', 'motd') }}\"}";
    UNDEFINED_VARIABLE = "undefined-variable", Warning, "a variable that nothing defines",
        "Neither the playbooks nor their roles, files of variables, inventories or registered results \
         give it a value. Order and scope are not looked at. A variable is not told when it is \
         asked for with `is defined` or has a `default`, when `assert` demands it, or when it is \
         given to `lint` with `-e`. Files of tasks that no playbook includes by a literal name are left out.",
        "- command: \"pg_ctl -D {{ pgdta }} status\"";
    UNUSED_VARIABLES = "unused-variables", Warning, "a file of variables that speaks for no group and no host",
        "In `group_vars/` and `host_vars/` a file counts for the group or host it is called after. None of the \
         inventories read has one of this name. Not judged where hosts are added at run time.",
        "# group_vars/postgers.yml, while the group is called `postgres`\nport: 5432";
    UNDEFINED_HANDLER = "undefined-handler", Error, "a `notify` that no handler answers to",
        "No handler of the play or of its roles has this name or listens to it. Names with \
         templates in them are not judged.",
        "- copy: {src: pg_hba.conf, dest: /etc/pg_hba.conf}\n  notify: Relaod";
    DUPLICATE_HANDLER = "duplicate-handler", Warning, "two handlers of a play with the same name",
        "Only one of them is ever run. To run several tasks at one notification give them names \
         of their own and the same `listen`.",
        "handlers:\n  - name: Reload\n    command: pg_ctl reload\n  - name: Reload\n    command: nginx -s reload";
    UNKNOWN_TAG = "unknown-tag", Error, "a tag given to `--tags` or `--skip-tags` that nothing has",
        "With this tag nothing would run, or nothing would be left out.",
        "runbook lint site.yml --tags bakcup";
    UNREACHABLE_TASK = "unreachable-task", Warning, "a task that can never run",
        "Its condition is false, or it follows a `fail`, `meta: end_play` or the like that nothing prevents.",
        "- fail: {msg: not ready}\n- command: pg_ctl promote";
    LOOP_SHADOW = "loop-shadow", Warning, "a loop within a loop that uses the same variable",
        "The inner loop hides the item of the outer one. Name one of them with `loop_control.loop_var`.",
        "- include_tasks: one.yml   # which loops as well\n  loop: [a, b]";
    DEPRECATED = "deprecated", Warning, "a spelling that has a better replacement",
        "It is understood, or was understood by older versions of Ansible; the help says what to write instead.",
        "- command: pg_ctl status\n  when: \"{{ checked }}\"";
    NO_LOG = "no-log", Warning, "a secret that the log would show",
        "What is called like a secret is shown with `-v` and in failures. Put `no_log: true` on the task. \
         Arguments that their module declares as secret (`runbook doc MODULE` tells) need none: they are hidden everywhere.",
        "- set_fact: {app_password: \"{{ lookup('file', 'secret') }}\"}";
    UNKNOWN_RULE = "unknown-rule", Warning, "a rule in a comment or in the settings that does not exist",
        "`# lint: ignore RULE` must name rules of this list. (Unknown names after `# noqa:` are \
         left alone: they may be another tool's.)",
        "- command: ls   # lint: ignore undefned-variable";
}

/// Every rule, in the order of the documentation.
#[must_use]
pub fn rules() -> &'static [&'static Rule] {
    RULES
}

/// The rule of this name.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

/// The names of all rules.
pub fn ids() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|rule| rule.id)
}
