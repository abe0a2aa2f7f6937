use std::os::unix::fs::{MetadataExt as _, symlink};

use serde_json::{Value as Json, json};

use crate::modules::testing::{Lab, mode_of};

/// Runs the module twice on a text: the text afterwards; the second run must change nothing.
async fn edit(before: &str, arguments: Json) -> String {
    let lab = Lab::new();
    let path = lab.write("file", before);
    let mut arguments = arguments;
    arguments["path"] = path.into();
    let first = lab.ok("lineinfile", arguments.clone()).await;
    let after = lab.read("file");
    assert_eq!(first.changed, after != before, "{arguments}");
    assert!(
        !lab.ok("lineinfile", arguments.clone()).await.changed,
        "{arguments} again"
    );
    assert_eq!(lab.list(""), ["file"]);
    after
}

#[tokio::test]
async fn a_line_is_added_where_it_belongs() {
    let text = "a\nb\na\nc";
    for (arguments, after) in [
        (json!({"line": "x"}), "a\nb\na\nc\nx\n"),
        (json!({"line": "b"}), "a\nb\na\nc"),
        (json!({"line": "x", "insertbefore": "BOF"}), "x\na\nb\na\nc"),
        (json!({"line": "x", "insertafter": "^a"}), "a\nb\na\nx\nc"),
        (
            json!({"line": "x", "insertafter": "^a", "firstmatch": true}),
            "a\nx\nb\na\nc",
        ),
        (json!({"line": "x", "insertbefore": "^a"}), "a\nb\nx\na\nc"),
        (json!({"line": "x", "insertafter": "^z"}), "a\nb\na\nc\nx\n"),
        (
            json!({"line": "it's $HOME", "insertafter": "EOF"}),
            "a\nb\na\nc\nit's $HOME\n",
        ),
    ] {
        assert_eq!(edit(text, arguments.clone()).await, after, "{arguments}");
    }
}

#[tokio::test]
async fn a_matching_line_is_replaced() {
    let text = "port = 1\n# port = 2\nport = 3\nend\n";
    for (arguments, after) in [
        (
            json!({"regexp": "^#?\\s*port", "line": "port = 9"}),
            "port = 1\n# port = 2\nport = 9\nend\n",
        ),
        (
            json!({"regexp": "^port", "line": "port = 9", "firstmatch": true}),
            "port = 9\n# port = 2\nport = 3\nend\n",
        ),
        (
            json!({"search_string": "# p", "line": "x"}),
            "port = 1\nx\nport = 3\nend\nx\n"
                .replace("end\nx\n", "end\n")
                .as_str()
                .to_owned()
                .leak(),
        ),
        (json!({"regexp": "^nothing", "line": "end"}), text),
        (
            json!({"regexp": "^(p\\w+) = (?<n>3)", "line": "\\1: \\g<n>!", "backrefs": true}),
            "port = 1\n# port = 2\nport: 3!\nend\n",
        ),
        (
            json!({"regexp": "^nothing(.)", "line": "\\1", "backrefs": true}),
            text,
        ),
    ] {
        let again = arguments.clone();
        if arguments.get("search_string").is_some() || arguments["line"] == "\\1: \\g<n>!" {
            // The new line does not match any more, so only the first run is looked at.
            let lab = Lab::new();
            let mut arguments = arguments;
            arguments["path"] = lab.write("file", text).into();
            assert!(lab.ok("lineinfile", arguments).await.changed);
            assert_eq!(lab.read("file"), after, "{again}");
            continue;
        }
        assert_eq!(edit(text, arguments).await, after, "{again}");
    }
}

#[tokio::test]
async fn lines_are_removed() {
    let text = "a\nb\na\n";
    assert_eq!(
        edit(text, json!({"line": "a", "state": "absent"})).await,
        "b\n"
    );
    assert_eq!(
        edit(text, json!({"regexp": "[ab]", "state": "absent"})).await,
        ""
    );
    assert_eq!(
        edit(text, json!({"search_string": "b", "state": "absent"})).await,
        "a\na\n"
    );
    let lab = Lab::new();
    let arguments = json!({"path": lab.write("file", text), "line": "a", "state": "absent"});
    let result = lab.ok("lineinfile", arguments).await.result;
    assert_eq!(
        (&result["found"], &result["msg"]),
        (&json!(2), &json!("2 line(s) removed"))
    );
    let missing = json!({"path": lab.at("none"), "line": "a", "state": "absent"});
    assert!(!lab.ok("lineinfile", missing).await.changed);
}

#[tokio::test]
async fn a_missing_file_is_created_only_when_asked() {
    let lab = Lab::new();
    let path = lab.at("file");
    let (msg, _) = lab
        .fails("lineinfile", json!({"path": path, "line": "x"}))
        .await;
    assert_eq!(
        msg,
        format!(
            "failed to edit {path}: there is no such file on the host (set `create: true` to create it)"
        )
    );
    let arguments = json!({"path": path, "line": "x", "create": true, "mode": "0600"});
    assert!(lab.ok("lineinfile", arguments.clone()).await.changed);
    assert_eq!(
        (lab.read("file"), mode_of(path.as_ref())),
        ("x\n".into(), 0o600)
    );
    assert!(!lab.ok("lineinfile", arguments).await.changed);
}

#[tokio::test]
async fn check_mode_predicts_with_a_difference() {
    let mut lab = Lab::new().check(true);
    lab.diff = true;
    let path = lab.write("file", "a\n");
    let outcome = lab
        .ok("lineinfile", json!({"path": path, "line": "b"}))
        .await;
    assert_eq!((outcome.changed, lab.read("file").as_str()), (true, "a\n"));
    assert_eq!(
        (
            outcome.diff[0].before.as_str(),
            outcome.diff[0].after.as_str()
        ),
        ("a\n", "a\nb\n")
    );
    assert_eq!(outcome.result["msg"], "line added");
    let create = json!({"path": lab.at("new"), "line": "b", "create": true});
    assert!(lab.ok("lineinfile", create).await.changed);
    assert_eq!(lab.list(""), ["file"]);
}

#[tokio::test]
async fn owner_mode_and_links_survive() {
    let lab = Lab::new();
    let target = lab.write("target", "a\n");
    std::fs::set_permissions(&target, std::os::unix::fs::PermissionsExt::from_mode(0o604))
        .expect("a mode");
    symlink("target", lab.path("link")).expect("a link");
    let arguments = json!({"path": lab.at("link"), "line": "b", "backup": true});
    let outcome = lab.ok("lineinfile", arguments.clone()).await;
    assert_eq!(
        (lab.read("target"), mode_of(target.as_ref())),
        ("a\nb\n".into(), 0o604)
    );
    assert!(
        std::fs::symlink_metadata(lab.path("link"))
            .expect("a link")
            .is_symlink()
    );
    let backup = outcome.result["backup"].as_str().expect("a path");
    assert_eq!(std::fs::read_to_string(backup).expect("a backup"), "a\n");
    let inode = std::fs::metadata(&target).expect("a file").ino();
    let mut mode = arguments;
    mode["mode"] = "0640".into();
    assert!(lab.ok("lineinfile", mode.clone()).await.changed);
    assert_eq!(
        (
            mode_of(target.as_ref()),
            std::fs::metadata(&target).expect("a file").ino()
        ),
        (0o640, inode)
    );
    assert!(!lab.ok("lineinfile", mode).await.changed);
}

#[tokio::test]
async fn wrong_orders_are_refused() {
    let lab = Lab::new();
    let path = lab.write("file", [0xff, 0xfe]);
    for (arguments, wrong) in [
        (
            json!({"path": path}),
            "`line` is needed with `state: present`".to_owned(),
        ),
        (
            json!({"path": path, "line": "a", "insertafter": "x", "insertbefore": "y"}),
            "`insertafter` and `insertbefore` exclude each other".to_owned(),
        ),
        (
            json!({"path": path, "line": "a", "backrefs": true}),
            "`backrefs` needs `regexp`".to_owned(),
        ),
        (
            json!({"path": path, "line": "a"}),
            format!("failed to edit {path}: it is not text in UTF-8"),
        ),
    ] {
        assert_eq!(lab.fails("lineinfile", arguments).await.0, wrong);
    }
    let (msg, _) = lab
        .fails(
            "lineinfile",
            json!({"path": path, "line": "a", "regexp": "(?=x)"}),
        )
        .await;
    assert!(
        msg.starts_with("`regexp` cannot be used: ") && msg.ends_with("within a pattern here)"),
        "{msg}"
    );
}
