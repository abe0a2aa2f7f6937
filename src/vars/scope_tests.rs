use super::*;
use crate::diag::SourceFile;
use crate::yaml::read_one;

fn layer(name: &str, text: &str) -> Arc<VarMap> {
    let node = read_one(&SourceFile::inline(name, text)).expect("test YAML");
    let entries = node.map().expect("a mapping").iter();
    let vars = entries.map(|(key, value)| {
        let key = key.raw().expect("a name");
        (Arc::from(key), Var::Lazy(value.clone()))
    });
    Arc::new(vars.collect())
}

fn scope(layers: &[&str]) -> Arc<Scope> {
    let builder = Scope::builder(&Templar::new());
    let layers = layers.iter().map(|text| layer("vars.yml", text));
    layers.fold(builder, ScopeBuilder::layer).build()
}

fn text(scope: &Arc<Scope>, name: &str) -> String {
    match scope.get(name) {
        Ok(Some(value)) => value.to_string(),
        Ok(None) => "nothing".to_owned(),
        Err(error) => format!("error: {error}"),
    }
}

#[test]
fn the_highest_layer_wins_and_templates_see_it() {
    let scope = scope(&["a: low\nb: '{{ a }}!'", "a: high"]);
    assert_eq!(text(&scope, "a"), "high");
    assert_eq!(text(&scope, "b"), "high!");
    assert_eq!(text(&scope, "c"), "nothing");
    let above = scope.with(layer("task.yml", "a: highest"));
    assert_eq!(text(&above, "b"), "highest!");
    assert_eq!(text(&scope, "b"), "high!");
}

#[test]
fn names_come_once_from_the_highest_layer_down() {
    let scope = scope(&["a: 1\nb: 2", "c: 3\na: 4"]);
    let names = scope.names();
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    assert_eq!(names, ["c", "a", "b"]);
}

#[test]
fn what_nobody_asks_for_is_never_rendered() {
    let scope = scope(&["broken: '{{ nowhere }}'\nfine: 1"]);
    assert_eq!(text(&scope, "fine"), "1");
    assert!(scope.failure("broken").is_none());
}

#[test]
fn a_value_is_rendered_once_for_a_scope() {
    let scope = scope(&["chance: '{{ 1000000 | random }}'\nagain: '{{ chance }}'"]);
    assert_eq!(text(&scope, "again"), text(&scope, "chance"));
    assert_eq!(text(&scope, "again"), text(&scope, "chance"));
}

#[test]
fn recursion_is_told_with_its_way() {
    let scope = scope(&["a: '{{ b }}'\nb: '{{ c }}'\nc: 'x {{ a }}'\nd: '{{ a }}'\ne: '{{ e }}'"]);
    let told = |name: &str| {
        scope
            .get(name)
            .expect_err(name)
            .diagnostic()
            .message
            .clone()
    };
    assert_eq!(told("e"), "recursive variable: e → e");
    assert_eq!(told("d"), "recursive variable: a → b → c → a");
}

#[test]
fn a_long_way_ends_before_the_stack_does() {
    let line = |i: usize| format!("v{i}: '{{{{ v{} }}}}'", i + 1);
    let vars = (0..2000).map(line).collect::<Vec<_>>().join("\n");
    let scope = scope(&[&vars]);
    let told = scope
        .get("v0")
        .expect_err("too deep")
        .diagnostic()
        .message
        .clone();
    assert_eq!(
        told,
        "`v40` is the 41th variable in a row that needs another one first"
    );
}

#[test]
fn an_error_stands_where_the_template_stands() {
    let scope = scope(&["dsn: 'host={{ hots }}'\nhost: h\nuse: '{{ dsn }}'"]);
    assert_eq!(
        text(&scope, "use"),
        "error: vars.yml:1:15: `hots` is undefined (did you mean `host`?; needed at vars.yml:3:10)"
    );
}

#[test]
fn undefined_inside_is_undefined_outside() {
    let scope =
        scope(&["a: '{{ nowhere }}'\nb: \"{{ a | default('else') }}\"\nc: '{{ a is defined }}'"]);
    assert_eq!(text(&scope, "b"), "else");
    assert_eq!(text(&scope, "c"), "False");
}

#[test]
fn data_is_never_rendered() {
    let scope = scope(&["shown: '{{ fact }} {{ secret }}'\nsecret: !unsafe '{{ fact }}'"]);
    let mut facts = VarMap::new();
    facts.insert("fact".into(), Var::Data(Value::from("{{ 1 + 1 }}")));
    let scope = scope.with(Arc::new(facts));
    assert_eq!(text(&scope, "shown"), "{{ 1 + 1 }} {{ fact }}");
}

#[test]
fn a_scope_is_a_mapping_of_its_own() {
    let scope = scope(&[
        "a: 1\nname: a\nb: \"{{ vars[name] + 1 }}\"\nc: \"{{ vars['nope'] | default(3) }}\"",
    ]);
    assert_eq!(text(&scope, "b"), "2");
    assert_eq!(text(&scope, "c"), "3");
    assert_eq!(
        scope.as_value().get_attr("a").map(|a| a.to_string()).ok(),
        Some("1".into())
    );
}
