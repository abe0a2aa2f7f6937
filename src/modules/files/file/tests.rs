use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

use serde_json::json;

use crate::modules::testing::{Lab, mode_of};

#[tokio::test]
async fn a_directory_is_made_with_those_above_it() {
    let lab = Lab::new();
    let path = lab.at("a b/c/d");
    let arguments = json!({"path": path, "state": "directory", "mode": "0750"});
    let first = lab.ok("file", arguments.clone()).await;
    assert!(first.changed);
    for part in ["a b", "a b/c", "a b/c/d"] {
        assert_eq!(mode_of(&lab.path(part)), 0o750, "{part}");
    }
    assert_eq!(
        (&first.result["state"], &first.result["mode"]),
        (&json!("directory"), &json!("0750"))
    );
    assert_eq!(first.result["path"], path);
    assert!(!lab.ok("file", arguments).await.changed);
    let open = json!({"path": path, "state": "directory", "mode": "1777"});
    assert!(lab.ok("file", open.clone()).await.changed);
    assert_eq!(mode_of(path.as_ref()), 0o1777);
    assert!(!lab.ok("file", open).await.changed);
}

#[tokio::test]
async fn set_id_directories_get_exactly_the_mode() {
    let lab = Lab::new();
    let path = lab.at("dir");
    for (mode, bits) in [("2775", 0o2775), ("0755", 0o755)] {
        let arguments = json!({"path": path, "state": "directory", "mode": mode});
        assert!(lab.ok("file", arguments.clone()).await.changed, "{mode}");
        assert_eq!(mode_of(path.as_ref()), bits);
        assert!(!lab.ok("file", arguments).await.changed, "{mode} again");
    }
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o2755)).expect("a mode");
    let below = json!({"path": lab.at("dir/new"), "state": "directory", "mode": "0700"});
    assert!(lab.ok("file", below.clone()).await.changed);
    assert_eq!(mode_of(&lab.path("dir/new")), 0o700);
    assert!(!lab.ok("file", below).await.changed);
}

#[tokio::test]
async fn symbolic_modes_are_idempotent() {
    let lab = Lab::new();
    let path = lab.write("file", "x");
    let arguments = json!({"path": path, "mode": "u=rwX,go=", "state": "file"});
    assert!(lab.ok("file", arguments.clone()).await.changed);
    assert_eq!(mode_of(path.as_ref()), 0o600);
    assert!(!lab.ok("file", arguments.clone()).await.changed);
    let lab = lab.check(true);
    assert!(!lab.ok("file", arguments).await.changed);
    assert!(
        lab.ok("file", json!({"path": path, "mode": "g+r"}))
            .await
            .changed
    );
    assert_eq!(mode_of(path.as_ref()), 0o600);
}

#[tokio::test]
async fn absent_removes_anything_once() {
    let lab = Lab::new();
    lab.write("dir/sub/file", "x");
    let file = lab.write("-file", "x");
    symlink("nowhere", lab.path("link")).expect("a link");
    for path in [lab.at("dir"), file, lab.at("link")] {
        let arguments = json!({"path": path, "state": "absent"});
        let outcome = lab.ok("file", arguments.clone()).await;
        assert!(outcome.changed);
        assert_eq!(outcome.result["state"], "absent");
        assert!(!lab.ok("file", arguments).await.changed);
    }
    assert!(lab.list("").is_empty());
    let (msg, _) = lab
        .fails("file", json!({"path": "//", "state": "absent"}))
        .await;
    assert_eq!(msg, "`/` is not going to be removed");
}

#[tokio::test]
async fn check_mode_predicts_and_changes_nothing() {
    let mut lab = Lab::new().check(true);
    lab.diff = true;
    let file = lab.write("file", "x");
    let before = mode_of(file.as_ref());
    for (arguments, was, is) in [
        (
            json!({"path": file, "state": "absent"}),
            "state: file",
            "state: absent",
        ),
        (
            json!({"path": lab.at("new"), "state": "directory"}),
            "state: absent",
            "state: directory",
        ),
        (
            json!({"path": lab.at("new"), "state": "touch"}),
            "state: absent",
            "state: file",
        ),
        (
            json!({"path": lab.at("new"), "state": "link", "src": "file"}),
            "state: absent",
            "state: link\nsrc: file",
        ),
    ] {
        let outcome = lab.ok("file", arguments.clone()).await;
        assert!(outcome.changed, "{arguments}");
        assert!(
            outcome.diff[0].before.starts_with(was),
            "{:?}",
            outcome.diff
        );
        assert_eq!(outcome.diff[0].after.trim(), is);
    }
    let outcome = lab.ok("file", json!({"path": file, "mode": "0604"})).await;
    assert_eq!(
        (outcome.changed, outcome.diff[0].after.as_str()),
        (true, "mode: 0604\n")
    );
    assert_eq!(
        (mode_of(file.as_ref()), lab.list("")),
        (before, vec!["file".to_owned()])
    );
}

#[tokio::test]
async fn touch_creates_and_can_preserve_times() {
    let lab = Lab::new();
    let path = lab.at("file");
    let arguments = json!({"path": path, "state": "touch", "mode": "0600"});
    assert!(lab.ok("file", arguments.clone()).await.changed);
    assert_eq!(
        (lab.read("file"), mode_of(path.as_ref())),
        (String::new(), 0o600)
    );
    assert!(lab.ok("file", arguments).await.changed);
    let keep = json!({"path": path, "state": "touch", "access_time": "preserve", "modification_time": "preserve"});
    let modified = std::fs::metadata(&path).expect("a file").mtime_nsec();
    assert!(!lab.ok("file", keep).await.changed);
    assert_eq!(
        std::fs::metadata(&path).expect("a file").mtime_nsec(),
        modified
    );
}

#[tokio::test]
async fn links_lead_where_they_should() {
    let lab = Lab::new();
    lab.write("one", "1");
    lab.write("two", "2");
    let link = lab.at("my link");
    let to = |src: &str| json!({"path": link, "state": "link", "src": src});
    let first = lab.ok("file", to("one")).await;
    assert!(first.changed);
    assert_eq!(
        (&first.result["state"], &first.result["src"]),
        (&json!("link"), &json!("one"))
    );
    assert!(!lab.ok("file", to("one")).await.changed);
    assert!(lab.ok("file", to("two")).await.changed);
    assert_eq!(lab.read("my link"), "2");
    let (msg, _) = lab.fails("file", to("nowhere")).await;
    assert_eq!(
        msg,
        format!(
            "failed to link {link}: what it shall lead to, nowhere, does not exist (create it first, or set `force: true`)"
        )
    );
    let force = json!({"path": link, "state": "link", "src": "nowhere", "force": true});
    assert!(lab.ok("file", force).await.changed);
    assert_eq!(
        std::fs::read_link(&link)
            .expect("a link")
            .display()
            .to_string(),
        "nowhere"
    );
    assert_eq!(lab.list(""), ["my link", "one", "two"]);
}

#[tokio::test]
async fn a_link_takes_a_files_place_only_by_force() {
    let lab = Lab::new();
    lab.write("one", "1");
    lab.write("full/x", "x");
    let file = lab.write("file", "x");
    std::fs::create_dir(lab.path("empty")).expect("a folder");
    let to = |path: &str, force: bool| json!({"path": lab.at(path), "state": "link", "src": "one", "force": force});
    let (msg, _) = lab.fails("file", to("file", false)).await;
    assert!(
        msg.starts_with(&format!(
            "failed to link {file}: something else is there already"
        )),
        "{msg}"
    );
    let (msg, _) = lab.fails("file", to("full", true)).await;
    assert!(
        msg.ends_with("it is a directory with something in it"),
        "{msg}"
    );
    for path in ["file", "empty"] {
        assert!(lab.ok("file", to(path, true)).await.changed);
        assert_eq!(lab.read(path), "1");
    }
    assert_eq!(lab.list(""), ["empty", "file", "full", "one"]);
}

#[tokio::test]
async fn hard_links_share_the_inode() {
    let lab = Lab::new();
    let src = lab.write("one", "1");
    let path = lab.at("two");
    let arguments = json!({"path": path, "state": "hard", "src": src});
    let first = lab.ok("file", arguments.clone()).await;
    assert_eq!(
        (first.changed, &first.result["state"]),
        (true, &json!("hard"))
    );
    let inode = |path: &str| std::fs::metadata(path).expect("a file").ino();
    assert_eq!(inode(&src), inode(&path));
    assert!(!lab.ok("file", arguments).await.changed);
}

#[tokio::test]
async fn recursion_reaches_everything_below() {
    let lab = Lab::new();
    lab.write("dir/sub/file", "x");
    symlink("/no/such", lab.path("dir/link")).expect("a link");
    let arguments =
        json!({"path": lab.at("dir"), "state": "directory", "recurse": true, "mode": "u=rwX,go="});
    assert!(lab.ok("file", arguments.clone()).await.changed);
    assert_eq!(
        (
            mode_of(&lab.path("dir/sub")),
            mode_of(&lab.path("dir/sub/file"))
        ),
        (0o700, 0o600)
    );
    assert!(!lab.ok("file", arguments).await.changed);
}

#[tokio::test]
async fn wrong_orders_are_refused() {
    let lab = Lab::new();
    let file = lab.write("file", "x");
    for (arguments, wrong) in [
        (
            json!({"path": lab.at("x"), "state": "file"}),
            format!(
                "file ({}) is absent, cannot continue (`state: touch` creates an empty file)",
                lab.at("x")
            ),
        ),
        (
            json!({"path": file, "state": "directory"}),
            format!(
                "failed to create the directory {file}: it exists and is not a directory (remove it first)"
            ),
        ),
        (
            json!({"path": file, "state": "link"}),
            "a link needs `src`, what it leads to".to_owned(),
        ),
        (
            json!({"path": file, "state": "touch", "recurse": true}),
            "`recurse` goes with `state: directory`".to_owned(),
        ),
        (json!({"path": ""}), "`path` is empty".to_owned()),
    ] {
        assert_eq!(lab.fails("file", arguments).await.0, wrong);
    }
}
