//! Inventories in INI format.
//!
//! `[group]` sections list hosts with variables behind them, `[group:children]` lists groups,
//! `[group:vars]` sets a variable a line. Values are typed as Python literals.

use std::ops::Range;
use std::sync::Arc;

use indexmap::IndexSet;

use super::address;
use super::model::Inventory;
use super::words::{self, Rules, Word};
use super::{python, vars};
use crate::diag::{Diagnostic, Diagnostics, SourceFile, Span, did_you_mean, or_list};
use crate::vars::{Var, VarMap};
use crate::yaml::{Node, Style};

/// The words that may stand behind the colon of a section.
const SUFFIXES: [&str; 3] = ["children", "hosts", "vars"];

/// What the lines of a section are.
#[derive(Debug, Clone)]
enum Section {
    Hosts(String),
    Children(String),
    Vars(String),
    /// Under a header that was refused.
    Unknown,
}

/// Reads a file into the inventory, and goes on after mistakes.
pub(super) fn read(
    source: &Arc<SourceFile>,
    inventory: &mut Inventory,
    diagnostics: &mut Diagnostics,
) {
    let declared = inventory.groups.keys().cloned().collect();
    let mut reader = Reader {
        source,
        declared,
        inventory,
        diagnostics,
        section: Section::Hosts("ungrouped".to_owned()),
        mentioned: Vec::new(),
    };
    let mut start = 0;
    for line in source.text.split_inclusive('\n') {
        let trimmed = line.trim();
        let indent = line.len() - line.trim_start().len();
        reader.line(start + indent..start + indent + trimmed.len());
        start += line.len();
    }
    reader.check_mentions();
}

struct Reader<'a> {
    source: &'a Arc<SourceFile>,
    inventory: &'a mut Inventory,
    diagnostics: &'a mut Diagnostics,
    section: Section,
    /// Groups used by `:vars` and `:children` sections, which may be declared further down.
    mentioned: Vec<Mention>,
    /// Groups that have a section of their own, or stand in an earlier source.
    declared: IndexSet<Arc<str>>,
}

/// A group that must exist once all was read.
struct Mention {
    name: String,
    span: Span,
    /// The group it is a child of; none for the group of a `:vars` section.
    parent: Option<String>,
}

impl Reader<'_> {
    fn line(&mut self, range: Range<usize>) {
        let text = &self.source.text[range.clone()];
        if text.is_empty() || text.starts_with(['#', ';']) {
            return;
        }
        if let Some(inner) = text.strip_prefix('[').filter(|inner| is_header(inner)) {
            let end = inner.find(']').map(|close| close + 2);
            self.section = self.header(range, end).unwrap_or(Section::Unknown);
            return;
        }
        match self.section.clone() {
            Section::Hosts(group) => self.host(&group, range),
            Section::Children(group) => self.child(&group, range),
            Section::Vars(group) => self.variable(&group, range),
            Section::Unknown => {}
        }
    }

    /// `[name]` or `[name:suffix]` up to `end`, perhaps with a comment behind it.
    fn header(&mut self, range: Range<usize>, end: Option<usize>) -> Option<Section> {
        let text = &self.source.text[range.clone()];
        let Some(end) = end else {
            let error = Diagnostic::error("the section header is not closed")
                .label("`]` is missing")
                .help("a section is written `[group]`, `[group:children]` or `[group:vars]`");
            return self.refuse(error, range);
        };
        let after = text[end..].trim_start();
        if !after.is_empty() && !after.starts_with(['#', ';']) {
            let error = Diagnostic::error("there is text behind the section header")
                .help("put it on a line of its own");
            return self.refuse(error, range.end - after.len()..range.end);
        }
        let inner = range.start + 1..range.start + end - 1;
        let (name, suffix) = match text[1..end - 1].split_once(':') {
            Some((name, suffix)) => (name, Some(suffix)),
            None => (&text[1..end - 1], None),
        };
        if name.is_empty() || name.contains(char::is_whitespace) {
            let error = Diagnostic::error(format!("`{name}` is no name of a group"))
                .help("group names are one word, best of letters, digits and `_`");
            return self.refuse(error, inner);
        }
        self.section_of(name, suffix, inner)
    }

    fn section_of(
        &mut self,
        name: &str,
        suffix: Option<&str>,
        inner: Range<usize>,
    ) -> Option<Section> {
        let group = name.to_owned();
        match suffix {
            None | Some("hosts") => {
                self.declare(name);
                Some(Section::Hosts(group))
            }
            Some("children") => {
                self.declare(name);
                Some(Section::Children(group))
            }
            Some("vars") => {
                let span = Span::new(self.source, inner.start..inner.start + name.len());
                self.mentioned.push(Mention {
                    name: group.clone(),
                    span,
                    parent: None,
                });
                Some(Section::Vars(group))
            }
            Some(other) => {
                let help = match did_you_mean(other, SUFFIXES) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("a section of group `{name}` is for {}", or_list(SUFFIXES)),
                };
                let error = Diagnostic::error(format!("unknown section suffix `{other}`"));
                self.refuse(error.help(help), inner.end - other.len()..inner.end)
            }
        }
    }

    fn declare(&mut self, name: &str) {
        let group = self.inventory.group_entry(name);
        self.declared.insert(Arc::clone(&group.name));
    }

    fn host(&mut self, group: &str, range: Range<usize>) {
        let Some(words) = self.words(range) else {
            return;
        };
        let Some((first, rest)) = words.split_first() else {
            return;
        };
        let Some((hosts, port)) = self.address(first, group) else {
            return;
        };
        let mut set = VarMap::new();
        set.extend(port.map(|port| ("ansible_port".into(), Var::Lazy(port))));
        for word in rest {
            if let Some((key, value)) = self.assignment(word) {
                set.insert(key, value);
            }
        }
        for host in hosts {
            self.inventory.join(&host, group);
            let vars = &mut self.inventory.host_entry(&host).vars;
            Arc::make_mut(vars).extend(set.clone());
        }
    }

    fn address(&mut self, word: &Word, group: &str) -> Option<(Vec<String>, Option<Node>)> {
        if word.text.contains('=') {
            let error = Diagnostic::error(format!("expected a host, found `{}`", word.text)).help(
                format!("variables of the group belong under `[{group}:vars]`"),
            );
            self.diagnostics.push(error.at(&word.span(self.source)));
            return None;
        }
        match address::parse(&word.text) {
            Ok(hosts) => {
                let span = word.span(self.source);
                let port = hosts
                    .port
                    .map(|p| Node::text(&span, &p.to_string(), Style::Plain));
                Some((hosts.names, port))
            }
            Err(bad) => {
                let error = Diagnostic::error(bad.message).help(bad.help);
                self.diagnostics.push(error.at(&word.span(self.source)));
                None
            }
        }
    }

    /// `key=value` behind a host.
    fn assignment(&mut self, word: &Word) -> Option<(Arc<str>, Var)> {
        let span = word.span(self.source);
        let Some((key, value)) = word.text.split_once('=') else {
            let error = Diagnostic::error(format!("expected `key=value`, found `{}`", word.text));
            let help = "write each host on a line of its own; quote values that hold spaces";
            self.diagnostics.push(error.at(&span).help(help));
            return None;
        };
        if key.is_empty() {
            let error = Diagnostic::error("there is no variable's name before `=`");
            let help = "write `key=value` without spaces around `=`";
            self.diagnostics.push(error.at(&span).help(help));
            return None;
        }
        let offset = key.len() + 1;
        let part = |r: Range<usize>| word.part(self.source, offset + r.start..offset + r.end);
        let node = python::value(value, &part);
        let key_span = word.part(self.source, 0..key.len());
        self.diagnostics.extend(vars::check_name(key, &key_span));
        Some((key.into(), Var::Lazy(node)))
    }

    fn child(&mut self, group: &str, range: Range<usize>) {
        let Some(words) = self.words(range) else {
            return;
        };
        let Some((first, rest)) = words.split_first() else {
            return;
        };
        if let Some(extra) = rest.first() {
            let error = Diagnostic::error(format!("`{}` does not belong here", extra.text))
                .help(format!("`[{group}:children]` lists one group on a line"));
            self.diagnostics.push(error.at(&extra.span(self.source)));
            return;
        }
        self.mentioned.push(Mention {
            name: first.text.clone(),
            span: first.span(self.source),
            parent: Some(group.to_owned()),
        });
    }

    /// `key = value` in a `:vars` section, where the value is the rest of the line.
    fn variable(&mut self, group: &str, range: Range<usize>) {
        let text = &self.source.text[range.clone()];
        let Some((key, value)) = text
            .split_once('=')
            .filter(|(key, _)| !key.trim().is_empty())
        else {
            let error = Diagnostic::error(format!("expected `key=value`, found `{text}`"))
                .help(format!("`[{group}:vars]` sets one variable on a line"));
            self.refuse::<()>(error, range);
            return;
        };
        let key = key.trim_end();
        let value = value.trim_start();
        let start = range.end - value.len();
        let place = |r: Range<usize>| Span::new(self.source, start + r.start..start + r.end);
        let node = python::value(value, &place);
        let key_span = Span::new(self.source, range.start..range.start + key.len());
        self.diagnostics.extend(vars::check_name(key, &key_span));
        let group = self.inventory.group_entry(group);
        if let Err(error) = vars::set_group(group, key, &node) {
            self.diagnostics.push(error);
        }
    }

    fn words(&mut self, range: Range<usize>) -> Option<Vec<Word>> {
        match words::split(&self.source.text, range.clone(), Rules::Comments) {
            Ok(words) => {
                if let Some(at) = words.glued_comment {
                    let warning = Diagnostic::warning("what follows `#` is taken as a comment")
                        .at(&Span::new(self.source, at..range.end))
                        .help("quote the value to keep it: `key='a#b'`")
                        .help("put a space before `#` when a comment is meant");
                    self.diagnostics.push(warning);
                }
                Some(words.words)
            }
            Err(words::Unclosed(at)) => {
                let error = Diagnostic::error("the quote is not closed")
                    .help("close it, or escape it with `\\`");
                self.refuse(error, at..range.end)
            }
        }
    }

    /// Whether the groups that `:vars` and `:children` speak of are declared anywhere.
    fn check_mentions(&mut self) {
        for mention in std::mem::take(&mut self.mentioned) {
            let Mention { name, span, parent } = mention;
            let known = self.declared.contains(name.as_str());
            let result = match parent {
                _ if !known => Err(self.undeclared(&name)),
                Some(parent) => self.inventory.adopt(&parent, &name),
                None => Ok(()),
            };
            if let Err(error) = result {
                self.diagnostics.push(error.at(&span));
            }
        }
    }

    fn undeclared(&self, name: &str) -> Diagnostic {
        let error = Diagnostic::error(format!("group `{name}` is not declared"));
        match did_you_mean(name, self.declared.iter().map(|n| &**n)) {
            Some(meant) => error.help(format!("did you mean `{meant}`?")),
            None => error.help(format!("declare it with a section `[{name}]`")),
        }
    }

    fn refuse<T>(&mut self, error: Diagnostic, range: Range<usize>) -> Option<T> {
        let span = Span::new(self.source, range);
        self.diagnostics.push(error.at(&span));
        None
    }
}

/// Whether what follows `[` is a section's header, and not a host such as `[a:c].example`.
fn is_header(inner: &str) -> bool {
    let Some((name, after)) = inner.split_once(']') else {
        return true;
    };
    let address = name.parse::<std::net::Ipv6Addr>().is_ok();
    !address && !after.starts_with(|c: char| !c.is_whitespace() && c != '#' && c != ';')
}
