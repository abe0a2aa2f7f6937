//! How long it takes to render 100,000 small templates.
//!
//! Each is rendered in a scope of its own, as a task's arguments are: once with ten texts again and
//! again, as in a loop over hosts, and once with texts that are all different and have to be
//! compiled.

#![allow(missing_docs, reason = "a benchmark has no interface")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use runbook::diag::SourceFile;
use runbook::template::Templar;
use runbook::vars::{Scope, Var, VarMap};
use runbook::yaml::{Node, Style, read_one};

const COUNT: usize = 100_000;

const VARS: &str = "
name: pg1
port: 5432
role: primary
tags: [a, b, c]
db: {host: 10.0.0.1, user: app, opts: {ssl: true}}
dsn: 'host={{ db.host }} port={{ port }}'
";

const TEXTS: [&str; 10] = [
    "{{ name }}",
    "/etc/{{ name }}/{{ port }}.conf",
    "{{ db.host }}:{{ port }}",
    "{{ tags | join(',') }}",
    "{{ db.opts.ssl | default(false) | bool }}",
    "{{ dsn }} user={{ db.user }}",
    "{{ 'yes' if role == 'primary' else 'no' }}",
    "{% if port > 1024 %}high{% else %}low{% endif %}",
    "{{ name | upper }}-{{ '%05d' % port }}",
    "{{ tags | length }} of {{ tags | map('upper') | list }}",
];

fn main() {
    let node = read_one(&SourceFile::inline("vars.yml", VARS)).expect("the variables parse");
    let entries = node.map().expect("a mapping").iter();
    let vars: VarMap = entries
        .map(|(key, value)| (key.raw().expect("a name").into(), Var::Lazy(value.clone())))
        .collect();
    let vars = Arc::new(vars);
    let same: Vec<Node> = TEXTS.iter().map(|text| node_of(text)).collect();
    let different: Vec<Node> = (0..COUNT)
        .map(|at| node_of(&format!("{} # {at}", TEXTS[at % TEXTS.len()])))
        .collect();
    let again = timed(&vars, (0..COUNT).map(|at| &same[at % same.len()]));
    let anew = timed(&vars, different.iter());
    println!(
        "{COUNT} renderings of {} templates: {again:.2?}",
        TEXTS.len()
    );
    println!("{COUNT} renderings of as many templates: {anew:.2?}");
}

fn node_of(text: &str) -> Node {
    let span = SourceFile::inline("bench.yml", text).whole();
    Node::text(&span, text, Style::Plain)
}

fn timed<'a>(vars: &Arc<VarMap>, nodes: impl Iterator<Item = &'a Node>) -> Duration {
    let templar = Templar::new();
    let start = Instant::now();
    for node in nodes {
        let scope = Scope::builder(&templar).layer(Arc::clone(vars)).build();
        let value = templar.node(node, &scope).expect("the template renders");
        std::hint::black_box(value);
    }
    start.elapsed()
}
