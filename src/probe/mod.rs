//! Doors for the fuzz targets in `fuzz/` and for `tests/corpus.rs`: each takes bytes from anywhere
//! and reads them as one of the things people or hosts write. A panic is a finding.

use std::sync::Arc;

use crate::diag::{Diagnostics, SourceFile};
use crate::inventory::Inventory;
use crate::project::Project;
use crate::template::{FileOptions, Templar};
use crate::vars::{Scope, Var, VarMap};
use crate::vault::{Envelope, Keyring, Password};
use crate::yaml::{self, Node};

pub use crate::transport::probe_frames as frames;

/// Reads bytes as one kind of input.
pub type Door = fn(&[u8]);

/// Every door by its name, which is the fuzz target's.
pub const DOORS: [(&str, Door); 7] = [
    ("yaml", yaml),
    ("ini", ini),
    ("pattern", pattern),
    ("template", template),
    ("playbook", playbook),
    ("frames", frames),
    ("vault", vault),
];

/// The longest input that is tried: what matters shows in less.
const LONGEST: usize = 64 * 1024;

/// Text as a source; none when the bytes are no text.
fn source(bytes: &[u8]) -> Option<Arc<SourceFile>> {
    let text = std::str::from_utf8(bytes).ok()?;
    (text.len() <= LONGEST).then(|| SourceFile::inline("fuzz", text))
}

/// Messages must be printable wherever they point.
fn shown(mistakes: &Diagnostics) {
    for mistake in mistakes {
        assert!(!mistake.message.is_empty(), "a message says something");
        let _ = (mistake.render(false), mistake.one_line());
    }
}

/// The reader of YAML, and the places of what it read.
pub fn yaml(bytes: &[u8]) {
    let Some(source) = source(bytes) else { return };
    match yaml::read_all(&source) {
        Ok(nodes) => nodes.iter().for_each(|node| places(node, &mut 0)),
        Err(mistakes) => shown(&mistakes),
    }
}

/// Looks for the place of every text; aliases make more of them than is worth the time.
fn places(node: &Node, seen: &mut usize) {
    *seen += 1;
    if *seen > 2000 {
        return;
    }
    let _ = (node.scalar(), node.describe(), node.span.line_col());
    if let Some(text) = node.raw() {
        let _ = node.locate(0..text.len());
        let _ = node.locate(text.len() / 2..text.len());
    }
    for item in node.seq().unwrap_or_default() {
        places(item, seen);
    }
    for (key, value) in node.map().unwrap_or_default() {
        places(key, seen);
        places(value, seen);
    }
}

/// Inventories in INI format.
pub fn ini(bytes: &[u8]) {
    let Some(source) = source(bytes) else { return };
    match Inventory::from_ini(&source) {
        Ok((inventory, warnings)) => {
            shown(&warnings);
            let _ = inventory.select("all");
            let _ = inventory.groups_map();
        }
        Err(mistakes) => shown(&mistakes),
    }
}

/// Patterns of hosts, against a small inventory.
pub fn pattern(bytes: &[u8]) {
    let hosts = SourceFile::inline(
        "hosts",
        "[web]\nweb[1:20].example.org\n[db]\ndb1\ndb2\n[site:children]\nweb\ndb\n",
    );
    let Some(source) = source(bytes) else { return };
    let (inventory, _) = Inventory::from_ini(&hosts).expect("the inventory is right");
    match inventory.select(&source.text) {
        Ok(hosts) => assert!(hosts.len() <= 23, "no host is there twice"),
        Err(mistake) => shown(&mistake.into()),
    }
}

/// Whether a text names a lookup that runs commands, writes files or asks servers: made-up ones
/// must not do so on the machine of whoever fuzzes.
fn reaches_out(text: &str) -> bool {
    let lookups = ["pipe", "lines", "password", "url"];
    lookups.iter().any(|name| {
        ["'", "\"", "builtin."]
            .iter()
            .any(|before| text.contains(&format!("{before}{name}")))
    })
}

/// Texts with templates, template files and bare expressions, rendered with a few variables.
pub fn template(bytes: &[u8]) {
    let Some(source) = source(bytes) else { return };
    if reaches_out(&source.text) {
        return;
    }
    let templar = Templar::new();
    let vars = "{name: x, number: 7, list: [1, b, 2.5], map: {a: 1, b: {c: d}}, twice: '{{ name }}{{ name }}'}";
    let node = yaml::read_one(&SourceFile::inline("vars", vars)).expect("the variables are right");
    let vars: VarMap = node
        .map()
        .unwrap_or_default()
        .iter()
        .map(|(key, value)| {
            (
                key.raw().unwrap_or_default().into(),
                Var::Lazy(value.clone()),
            )
        })
        .collect();
    let scope = Scope::builder(&templar).layer(Arc::new(vars)).build();
    let text = Node::text(&source.whole(), &source.text, yaml::Style::DoubleQuoted);
    let told = |error: crate::template::TemplateError| {
        shown(&crate::diag::Diagnostic::from(error).into());
    };
    let _ = templar.check(&text).map_err(told);
    let _ = templar.node(&text, &scope).map_err(told);
    let _ = templar.expression(&text, &scope).map_err(told);
    let _ = templar
        .file(&source, &FileOptions::default(), &scope)
        .map_err(told);
}

/// Whole playbooks.
pub fn playbook(bytes: &[u8]) {
    let Some(source) = source(bytes) else { return };
    let templar = Templar::new();
    let project = Project::new("/nonexistent".into(), &templar);
    match crate::playbook::load(&source, project.as_ref(), &templar) {
        Ok((_, warnings)) => shown(&warnings),
        Err(mistakes) => shown(&mistakes),
    }
}

/// Encrypted text: it is taken apart and put together again.
pub fn vault(bytes: &[u8]) {
    let Ok(envelope) = Envelope::parse(bytes) else {
        return;
    };
    let again = Envelope::parse(envelope.text().as_bytes());
    assert_eq!(
        again.as_ref(),
        Ok(&envelope),
        "what was read is written alike"
    );
    let secret = Password::new(b"fake").expect("a secret");
    let ring = Keyring::new(vec![("default".to_owned(), secret)], false);
    let _ = ring.open(bytes);
}
