use serde_json::json;

use crate::modules::Failure;
use crate::modules::testing::{Lab, mode_of};

fn lab() -> Lab {
    let mut lab = Lab::new();
    lab.var("port", 5432);
    lab.var("nodes", vec!["a", "b"]);
    lab
}

#[tokio::test]
async fn a_template_is_rendered_once() {
    let lab = lab();
    let text =
        "port = {{ port }}\n{% for node in nodes %}\n  {{ node }} 'it' $x\n{% endfor %}\nend\n";
    lab.write("templates/sub/pg.conf.j2", text);
    let dest = lab.at("pg.conf");
    let arguments = json!({"src": "sub/pg.conf.j2", "dest": dest, "mode": "0600"});
    let first = lab.ok("template", arguments.clone()).await;
    assert!(first.changed);
    assert_eq!(
        lab.read("pg.conf"),
        "port = 5432\n  a 'it' $x\n  b 'it' $x\nend\n"
    );
    assert_eq!(mode_of(dest.as_ref()), 0o600);
    assert_eq!(first.result["dest"], dest);
    let second = lab.ok("template", arguments).await;
    assert!(!second.changed);
    assert_eq!(second.result["checksum"], first.result["checksum"]);
}

#[tokio::test]
async fn blocks_keep_their_lines_when_told_to() {
    let lab = lab();
    lab.write("templates/t", "a\n  {% if true %}\nb\n  {% endif %}\nc");
    for (trim, lstrip, text) in [
        (true, false, "a\n  b\n  c"),
        (true, true, "a\nb\nc"),
        (false, false, "a\n  \nb\n  \nc"),
    ] {
        let arguments = json!({"src": "t", "dest": lab.at("out"), "trim_blocks": trim, "lstrip_blocks": lstrip});
        lab.ok("template", arguments).await;
        assert_eq!(lab.read("out"), text, "{trim} {lstrip}");
    }
}

#[tokio::test]
async fn delimiters_header_and_newlines_can_be_chosen() {
    let lab = lab();
    lab.write("templates/t", "[[ port ]] {{ port }}\n");
    let arguments = json!({
        "src": "t", "dest": lab.at("out"), "newline_sequence": "\\r\\n",
        "variable_start_string": "[[", "variable_end_string": "]]",
    });
    lab.ok("template", arguments).await;
    assert_eq!(lab.read("out"), "5432 {{ port }}\r\n");
    let header = "#jinja2: variable_start_string:'<<', variable_end_string:'>>'\n<< port >>\n";
    lab.write("templates/h", header);
    lab.ok("template", json!({"src": "h", "dest": lab.at("out")}))
        .await;
    assert_eq!(lab.read("out"), "5432\n");
}

#[tokio::test]
async fn a_template_knows_what_it_is() {
    let mut lab = lab();
    lab.write(
        "templates/t.j2",
        "# {{ ansible_managed }}\n{{ template_destpath }}\n",
    );
    let arguments = json!({"src": "t.j2", "dest": lab.at("out")});
    lab.ok("template", arguments.clone()).await;
    let text = format!(
        "# Managed by runbook: what is changed here will be overwritten.\n{}\n",
        lab.at("out")
    );
    assert_eq!(lab.read("out"), text);
    lab.var("ansible_managed", "mine");
    lab.ok("template", arguments).await;
    assert!(lab.read("out").starts_with("# mine\n"));
}

#[tokio::test]
async fn an_undefined_variable_is_placed_in_the_template() {
    let lab = lab();
    lab.write("templates/t.j2", "one\n{{ prot }}\n");
    let arguments = json!({"src": "t.j2", "dest": lab.at("out")});
    let Err(Failure::Failed {
        place: Some(place), ..
    }) = lab.run("template", arguments).await
    else {
        panic!("a failure with its place")
    };
    let wanted = format!(
        "{}:2:4: `prot` is undefined (did you mean `port`?)",
        lab.at("templates/t.j2")
    );
    assert_eq!(place.one_line(), wanted);
    assert!(!lab.path("out").exists());
}

#[tokio::test]
async fn check_mode_shows_the_difference_only() {
    let mut lab = lab().check(true);
    lab.diff = true;
    lab.write("templates/t", "port = {{ port }}\n");
    let dest = lab.write("out", "port = 1\n");
    let outcome = lab.ok("template", json!({"src": "t", "dest": dest})).await;
    assert!(outcome.changed);
    assert_eq!(lab.read("out"), "port = 1\n");
    assert_eq!(
        (
            outcome.diff[0].before.as_str(),
            outcome.diff[0].after.as_str()
        ),
        ("port = 1\n", "port = 5432\n")
    );
}
