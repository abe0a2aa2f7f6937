//! What a module is: one entry of the table.

use futures_util::future::BoxFuture;

use super::args::Arguments;
use super::context::Ctx;
use super::outcome::{Failure, Outcome};

/// What kind of value an argument takes; for messages, documentation and the editor's schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArgKind {
    /// Text; numbers and booleans are taken as they were written.
    Str,
    /// A boolean in any of Ansible's spellings.
    Bool,
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// A file mode: octal digits (`0644`, quoted or not) or symbolic (`u=rw,g=r`).
    Mode,
    /// A list of texts; one text is a list of one, and commas separate.
    StrList,
    /// A list of anything.
    List,
    /// A mapping.
    Dict,
    /// Anything.
    Any,
    /// A bare expression, handed over unevaluated (`that`, `var`).
    Expr,
    /// One of these words.
    Choice(&'static [&'static str]),
}

/// One argument of a module.
#[derive(Debug)]
pub struct ArgSpec {
    /// Its name.
    pub name: &'static str,
    /// Other names for it.
    pub aliases: &'static [&'static str],
    /// What it takes.
    pub kind: ArgKind,
    /// Whether it must be given.
    pub required: bool,
    /// The default, as one would write it; none when there is none.
    pub default: Option<&'static str>,
    /// Whether its value must not be seen: it is hidden in all output, as an argument with
    /// `no_log` is in Ansible.
    pub secret: bool,
    /// What it is for: one paragraph.
    pub doc: &'static str,
}

/// How a module behaves under `--check`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckMode {
    /// It predicts what it would change; it looks at [`Ctx::check`] itself.
    Full,
    /// It cannot predict: the engine skips it, and says so.
    Skipped,
    /// It changes nothing, so it runs as ever.
    ReadOnly,
}

/// How arguments reach the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FreeForm {
    /// Only `name: value` and `name=value`.
    No,
    /// The rest of a free-form line is this argument (`command: ls -l chdir=/`).
    Into(&'static str),
    /// What is left of a free-form line without its `name=value` is this argument
    /// (`include_vars: file.yml name=x`).
    Rest(&'static str),
    /// Any names at all (`set_fact`).
    AnyNames,
}

/// A module's function.
pub type Run = for<'a> fn(Arguments, &'a Ctx<'a>) -> BoxFuture<'a, Result<Outcome, Failure>>;

/// One module: everything that can be known about it without running it.
pub struct ModuleSpec {
    /// Its short name.
    pub name: &'static str,
    /// Other short names (`systemd_service` for `systemd`).
    pub aliases: &'static [&'static str],
    /// Where Ansible keeps it: `ansible.builtin`, `community.postgresql`, `runbook`.
    pub collection: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// Its arguments, in the order of the documentation.
    pub args: &'static [ArgSpec],
    /// Whether a free-form line or unlisted names are taken.
    pub free_form: FreeForm,
    /// What `--check` means for it.
    pub check: CheckMode,
    /// Whether it works on the controller alone: no connection is made for it.
    pub local: bool,
    /// What runs.
    pub run: Run,
}

impl std::fmt::Debug for ModuleSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ModuleSpec")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl ModuleSpec {
    /// The argument of this name or alias.
    #[must_use]
    pub fn arg(&self, name: &str) -> Option<&'static ArgSpec> {
        self.args
            .iter()
            .find(|arg| arg.name == name || arg.aliases.contains(&name))
    }
}
