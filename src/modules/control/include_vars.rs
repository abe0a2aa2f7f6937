//! `include_vars`: variables from files, when the task runs.

mod folder;
mod merge;

use std::path::Path;
use std::sync::Arc;

use futures_util::FutureExt as _;
use serde_json::{Map, Value as Json};

use crate::diag::{Diagnostic, SourceFile};
use crate::modules::context::{FileKind, ProjectFile};
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Effect, Failure, Outcome};
use crate::vars::{Var, VarMap, to_json};
use crate::yaml::{self, Kind, Node};
use crate::{module_args, module_choice};

module_choice! {
    /// What becomes of mappings that are there already.
    pub(crate) enum Hashes {
        Replace = "replace",
        Merge = "merge",
    }
}

module_args! {
    /// Arguments of `include_vars`.
    pub(crate) struct Args {
        /// The file; looked for in `vars/` beside the task and beside it.
        file: Option<String>;
        /// A folder whose files are read, in the order of their names, folders within it after them.
        dir: Option<String>;
        /// The variable that takes everything, as a mapping.
        name: Option<String>;
        /// How many levels of folders to go down; 0 for all of them.
        depth: Option<i64>;
        /// Only files whose name this regular expression finds.
        files_matching: Option<String>;
        /// No files whose name ends with one of these, which are regular expressions.
        ignore_files: Option<Vec<String>>;
        /// The extensions of files of variables; `yaml`, `yml` and `json` when left out.
        extensions: Option<Vec<String>>;
        /// Whether other extensions are passed over; they are an error otherwise.
        ignore_unknown_extensions: Option<bool>;
        /// Whether mappings replace those that are there or are merged into them.
        hash_behaviour: Option<Hashes>;
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "include_vars",
    aliases: &[],
    collection: "ansible.builtin",
    summary: "Read variables from files while the play runs",
    args: Args::SPECS,
    free_form: FreeForm::Rest("file"),
    check: CheckMode::ReadOnly,
    local: true,
    run: |arguments, ctx| async move { run(&Args::decode(arguments)?, ctx) }.boxed(),
};

/// What was read so far; a failure tells it, too.
#[derive(Default)]
struct Read {
    vars: VarMap,
    files: Vec<String>,
}

fn run(args: &Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    check(args)?;
    let mut read = Read::default();
    let done = match (&args.file, &args.dir) {
        (Some(file), _) => read.project_file(file, ctx),
        (None, Some(dir)) => read.folder(dir, args, ctx),
        (None, None) => Err(Diagnostic::error("`include_vars` needs `file` or `dir`")),
    };
    if let Err(why) = done {
        let facts = args
            .name
            .iter()
            .map(|name| (name.clone(), Json::Object(Map::new())));
        return Err(Failure::from(why.clone())
            .with("message", why.sentence())
            .with("ansible_facts", facts.collect::<Map<_, _>>())
            .with("ansible_included_var_files", read.files));
    }
    let vars = match &args.name {
        Some(name) => under(name, read.vars),
        None => read.vars,
    };
    let vars = match args.hash_behaviour {
        Some(Hashes::Merge) => merge::into_scope(vars, ctx.scope)?,
        Some(Hashes::Replace) | None => vars,
    };
    let mut outcome = Outcome::ok()
        .with("ansible_facts", shown(&vars, ctx))
        .with("ansible_included_var_files", read.files);
    outcome.effects.push(Effect::IncludeVars(vars));
    Ok(outcome)
}

/// Refuses arguments that only mean something with a folder.
fn check(args: &Args) -> Result<(), Failure> {
    let of_folders = [
        ("dir", args.dir.is_some()),
        ("depth", args.depth.is_some()),
        ("files_matching", args.files_matching.is_some()),
        ("ignore_files", args.ignore_files.is_some()),
        ("extensions", args.extensions.is_some()),
        (
            "ignore_unknown_extensions",
            args.ignore_unknown_extensions.is_some(),
        ),
    ];
    let given = of_folders.iter().find(|(_, given)| *given);
    if let (Some(_), Some((name, _))) = (&args.file, given) {
        let msg = format!("`{name}` is about folders, and `file` names a file: leave one out");
        return Err(Failure::new(msg));
    }
    match &args.name {
        Some(name) if !super::set_fact::is_name(name) => Err(Failure::new(format!(
            "`{name}` cannot be a variable's name: use letters, digits and `_`, and begin with no digit"
        ))),
        _ => Ok(()),
    }
}

impl Read {
    fn project_file(&mut self, name: &str, ctx: &Ctx<'_>) -> Result<(), Diagnostic> {
        match ctx.controller.find(FileKind::Vars, name)? {
            ProjectFile::Disk(path) => self.file(&path),
            ProjectFile::Embedded(name, bytes) => {
                let text = String::from_utf8_lossy(bytes);
                self.source(&SourceFile::inline(name.clone(), text), name)
            }
        }
    }

    fn folder(&mut self, dir: &str, args: &Args, ctx: &Ctx<'_>) -> Result<(), Diagnostic> {
        let root = ctx.controller.vars_folder(dir);
        let wanted = folder::Wanted::new(args)?;
        wanted.walk(&root, &mut |path| self.file(path))
    }

    fn file(&mut self, path: &Path) -> Result<(), Diagnostic> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let name = path.display().to_string();
        let source = SourceFile::read(&path)
            .map_err(|why| Diagnostic::error(format!("failed to read {name}: {why}")))?;
        self.source(&source, name)
    }

    fn source(&mut self, source: &Arc<SourceFile>, name: String) -> Result<(), Diagnostic> {
        let node = yaml::read_one(source).map_err(|found| {
            let first = found.into_iter().next();
            first.unwrap_or_else(|| Diagnostic::error(format!("failed to read {name}")))
        })?;
        if !node.is_null() {
            let Some(entries) = node.map() else {
                let message = format!(
                    "a file of variables must be a mapping, not {}",
                    node.describe()
                );
                return Err(Diagnostic::error(message).at(&node.span));
            };
            for (key, value) in entries {
                let Some(key) = key.raw() else {
                    let message = format!(
                        "the name of a variable must be text, not {}",
                        key.describe()
                    );
                    return Err(Diagnostic::error(message).at(&key.span));
                };
                self.vars.insert(key.into(), Var::Lazy(value.clone()));
            }
        }
        self.files.push(name);
        Ok(())
    }
}

/// All variables as one mapping.
fn under(name: &str, vars: VarMap) -> VarMap {
    let source = SourceFile::inline("include_vars", "");
    let entries = vars.into_iter().filter_map(|(key, var)| match var {
        Var::Lazy(node) => {
            let key = Node::text(&source.whole(), &key, yaml::Style::DoubleQuoted);
            Some((key, node))
        }
        Var::Data(_) => None,
    });
    let mapping = Node::new(source.whole(), None, Kind::Map(entries.collect()));
    VarMap::from_iter([(name.into(), Var::Lazy(mapping))])
}

/// What the variables come to here; one that cannot be rendered yet is shown as it was written.
fn shown(vars: &VarMap, ctx: &Ctx<'_>) -> Map<String, Json> {
    let scope = ctx.scope.with(Arc::new(vars.clone()));
    let value = |name: &Arc<str>, var: &Var| match (scope.get(name), var) {
        (Ok(Some(value)), _) => to_json(&value),
        (_, Var::Lazy(node)) => Json::from(node.raw().unwrap_or_default()),
        (_, Var::Data(value)) => to_json(value),
    };
    vars.iter()
        .map(|(name, var)| (name.to_string(), value(name, var)))
        .collect()
}

#[cfg(test)]
mod tests;
