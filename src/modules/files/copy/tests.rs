use std::os::unix::fs::{MetadataExt as _, symlink};

use serde_json::json;

use crate::modules::testing::{Lab, mode_of};

#[tokio::test]
async fn content_is_written_once() {
    let lab = Lab::new();
    let dest = lab.at("it's a \"file\"\n$x");
    let arguments = json!({"content": "a\nb $HOME `id` 'q' \\ %s\n", "dest": dest, "mode": "0640"});
    let first = lab.ok("copy", arguments.clone()).await;
    assert!(first.changed);
    assert_eq!(
        lab.read("it's a \"file\"\n$x"),
        "a\nb $HOME `id` 'q' \\ %s\n"
    );
    assert_eq!(mode_of(dest.as_ref()), 0o640);
    assert_eq!(first.result["dest"], dest);
    assert_eq!(
        (&first.result["mode"], &first.result["state"]),
        (&json!("0640"), &json!("file"))
    );
    assert_eq!(first.result["size"], 24);
    let inode = std::fs::metadata(&dest).expect("a file").ino();
    let second = lab.ok("copy", arguments).await;
    assert!(!second.changed);
    assert_eq!(second.result["checksum"], first.result["checksum"]);
    assert_eq!(std::fs::metadata(&dest).expect("a file").ino(), inode);
    assert_eq!(lab.list(""), ["it's a \"file\"\n$x"]);
}

#[tokio::test]
async fn every_mode_is_given_and_an_old_one_kept() {
    let lab = Lab::new();
    for mode in ["0644", "0600", "0755", "4755", "0000", "u=rw,g=r,o=", "a+x"] {
        let dest = lab.at("file");
        let _ = std::fs::remove_file(&dest);
        let arguments = json!({"content": "x", "dest": dest, "mode": mode});
        assert!(lab.ok("copy", arguments.clone()).await.changed, "{mode}");
        let wanted = match mode {
            "u=rw,g=r,o=" => 0o640,
            "a+x" => 0o755,
            octal => u32::from_str_radix(octal, 8).expect("octal"),
        };
        assert_eq!(
            format!("{:o}", mode_of(dest.as_ref())),
            format!("{wanted:o}"),
            "{mode}"
        );
        assert!(!lab.ok("copy", arguments).await.changed, "{mode} again");
        let other = json!({"content": "other", "dest": dest});
        assert!(lab.ok("copy", other).await.changed);
        assert_eq!(mode_of(dest.as_ref()), wanted, "{mode} kept");
    }
}

#[tokio::test]
async fn a_mode_alone_changes_without_rewriting() {
    let lab = Lab::new();
    let dest = lab.write("file", "x");
    let inode = std::fs::metadata(&dest).expect("a file").ino();
    let outcome = lab
        .ok(
            "copy",
            json!({"content": "x", "dest": dest, "mode": "0600"}),
        )
        .await;
    assert!(outcome.changed);
    assert_eq!(
        (mode_of(dest.as_ref()), outcome.result["mode"].clone()),
        (0o600, json!("0600"))
    );
    assert_eq!(std::fs::metadata(&dest).expect("a file").ino(), inode);
}

#[tokio::test]
async fn check_mode_predicts_and_changes_nothing() {
    let mut lab = Lab::new().check(true);
    lab.diff = true;
    let dest = lab.write("file", "old\n");
    let outcome = lab
        .ok(
            "copy",
            json!({"content": "new\n", "dest": dest, "mode": "0600"}),
        )
        .await;
    assert!(outcome.changed);
    assert_eq!(lab.read("file"), "old\n");
    assert_eq!(
        (
            outcome.diff[0].before.as_str(),
            outcome.diff[0].after.as_str()
        ),
        ("old\n", "new\n")
    );
    assert_eq!(outcome.diff[1].after, "mode: 0600\n");
    let fresh = lab
        .ok("copy", json!({"content": "new\n", "dest": lab.at("fresh")}))
        .await;
    assert!(fresh.changed && !lab.path("fresh").exists());
    let same = lab
        .ok("copy", json!({"content": "old\n", "dest": dest}))
        .await;
    assert!(!same.changed && same.diff.is_empty());
}

#[tokio::test]
async fn a_difference_shows_what_was_replaced() {
    let mut lab = Lab::new();
    lab.diff = true;
    let dest = lab.write("file", "old\n");
    let outcome = lab
        .ok("copy", json!({"content": "new\n", "dest": dest}))
        .await;
    assert_eq!(outcome.diff.len(), 1);
    assert_eq!(outcome.diff[0].what, dest);
    assert_eq!(
        (
            outcome.diff[0].before.as_str(),
            outcome.diff[0].after.as_str()
        ),
        ("old\n", "new\n")
    );
    assert_eq!(lab.read("file"), "new\n");
}

#[tokio::test]
async fn binary_and_long_files_arrive_whole() {
    let lab = Lab::new();
    let binary: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    for (name, bytes) in [
        ("short", &binary[..300]),
        ("long", &binary[..]),
        ("empty", &[]),
    ] {
        lab.write(&format!("files/{name}"), bytes);
        let arguments = json!({"src": name, "dest": lab.at("out")});
        assert!(lab.ok("copy", arguments.clone()).await.changed, "{name}");
        assert_eq!(std::fs::read(lab.path("out")).expect("a file"), bytes);
        assert!(!lab.ok("copy", arguments).await.changed, "{name} again");
    }
}

#[tokio::test]
async fn a_file_too_long_for_memory_arrives_in_pieces() {
    let lab = Lab::new();
    let bytes: Vec<u8> = (0..=250).cycle().take(4 * 1024 * 1024 + 1).collect();
    lab.write("files/huge", &bytes);
    let arguments = json!({"src": "huge", "dest": lab.at("new dir/"), "mode": "u=rw,go=r"});
    let outcome = lab.ok("copy", arguments.clone()).await;
    assert!(outcome.changed);
    assert!(std::fs::read(lab.path("new dir/huge")).expect("a file") == bytes);
    assert_eq!(outcome.result["size"], bytes.len());
    assert_eq!(mode_of(&lab.path("new dir/huge")), 0o644);
    assert!(!lab.ok("copy", arguments).await.changed);
    lab.write("new dir/huge", "short");
    let plain = json!({"src": "huge", "dest": lab.at("new dir/huge")});
    assert!(lab.ok("copy", plain).await.changed);
    assert!(std::fs::read(lab.path("new dir/huge")).expect("a file") == bytes);
    assert_eq!(lab.list("new dir"), ["huge"]);
}

#[tokio::test]
async fn a_directory_as_destination_takes_the_files_name() {
    let lab = Lab::new();
    lab.write("files/sub/motd", "hi\n");
    std::fs::create_dir(lab.path("dir")).expect("a folder");
    for (dest, file) in [
        ("dir", "dir/motd"),
        ("dir/", "dir/motd"),
        ("new/deep/", "new/deep/motd"),
    ] {
        let arguments = json!({"src": "sub/motd", "dest": lab.at(dest)});
        let outcome = lab.ok("copy", arguments).await;
        assert_eq!(outcome.result["dest"], lab.at(file));
        assert_eq!(lab.read(file), "hi\n");
    }
}

#[tokio::test]
async fn what_is_in_the_way_is_named() {
    let lab = Lab::new();
    std::fs::create_dir(lab.path("dir")).expect("a folder");
    let (msg, _) = lab
        .fails("copy", json!({"content": "x", "dest": lab.at("dir")}))
        .await;
    assert_eq!(
        msg,
        format!(
            "failed to write {}: it is a directory; name a file",
            lab.at("dir")
        )
    );
    let (msg, _) = lab
        .fails("copy", json!({"content": "x", "dest": lab.at("no/file")}))
        .await;
    assert_eq!(
        msg,
        format!(
            "failed to write {}: there is no directory {} (create it first, for instance with `file: state=directory`)",
            lab.at("no/file"),
            lab.at("no")
        )
    );
    let (msg, _) = lab
        .fails(
            "copy",
            json!({"content": "x", "dest": lab.at("f"), "owner": "nobody-here"}),
        )
        .await;
    assert_eq!(
        msg,
        format!(
            "failed to write {}: chown: invalid user: 'nobody-here' (create the user first, or give its number)",
            lab.at("f")
        )
    );
    assert_eq!(lab.list(""), ["dir"]);
}

#[tokio::test]
async fn links_are_replaced_unless_followed() {
    let lab = Lab::new();
    let target = lab.write("target", "old");
    let link = lab.at("link");
    symlink("target", &link).expect("a link");
    let arguments = json!({"content": "new", "dest": link, "follow": true});
    assert!(lab.ok("copy", arguments.clone()).await.changed);
    assert_eq!(
        (lab.read("target"), std::fs::read_link(&link).is_ok()),
        ("new".into(), true)
    );
    assert!(!lab.ok("copy", arguments).await.changed);
    assert!(
        lab.ok("copy", json!({"content": "new", "dest": link}))
            .await
            .changed
    );
    assert!(std::fs::read_link(&link).is_err());
    assert_eq!(std::fs::read_to_string(target).expect("a file"), "new");
}

#[tokio::test]
async fn a_backup_keeps_the_old_file() {
    let lab = Lab::new();
    let dest = lab.write("file", "old");
    let arguments = json!({"content": "new", "dest": dest, "backup": "yes"});
    let outcome = lab.ok("copy", arguments.clone()).await;
    let backup = outcome.result["backup_file"].as_str().expect("a path");
    assert!(
        backup.starts_with(&format!("{dest}.")) && backup.ends_with('~'),
        "{backup}"
    );
    assert_eq!(std::fs::read_to_string(backup).expect("a backup"), "old");
    assert!(
        !lab.ok("copy", arguments)
            .await
            .result
            .contains_key("backup_file")
    );
    assert_eq!(lab.list("").len(), 2);
}

#[tokio::test]
async fn force_off_leaves_what_is_there() {
    let lab = Lab::new();
    let dest = lab.write("file", "mine");
    let outcome = lab
        .ok(
            "copy",
            json!({"content": "yours", "dest": dest, "force": "no"}),
        )
        .await;
    assert!(!outcome.changed);
    assert_eq!(lab.read("file"), "mine");
}

#[tokio::test]
async fn a_refused_validation_keeps_the_old_file() {
    let lab = Lab::new();
    let dest = lab.write("sub/file", "old");
    let arguments = json!({"content": "bad", "dest": dest, "validate": "grep -q good %s"});
    let (msg, _) = lab.fails("copy", arguments).await;
    assert_eq!(
        msg,
        format!("failed to write {dest}: `grep -q good %s` did not accept the new content")
    );
    assert_eq!(
        (lab.read("sub/file"), lab.list("sub")),
        ("old".into(), vec!["file".to_owned()])
    );
    let arguments = json!({"content": "good", "dest": dest, "validate": "grep -q good %s"});
    assert!(lab.ok("copy", arguments).await.changed);
}

#[tokio::test]
async fn a_wrong_checksum_is_refused() {
    let lab = Lab::new();
    lab.write("files/x", "content");
    let arguments = json!({"src": "x", "dest": lab.at("out"), "checksum": "00ff"});
    let (msg, _) = lab.fails("copy", arguments).await;
    assert!(
        msg.ends_with("not 00ff: the file is not the one that was meant"),
        "{msg}"
    );
    assert!(!lab.path("out").exists());
}

#[tokio::test]
async fn a_folder_is_copied_with_everything_in_it() {
    let lab = Lab::new();
    lab.write("files/conf/a.conf", "a");
    lab.write("files/conf/sub dir/b.conf", "b");
    std::fs::create_dir_all(lab.path("files/conf/empty")).expect("a folder");
    lab.write("etc/conf/mine", "kept");
    let arguments =
        json!({"src": "conf", "dest": lab.at("etc"), "mode": "0600", "directory_mode": "0750"});
    assert!(lab.ok("copy", arguments.clone()).await.changed);
    assert_eq!(lab.list("etc/conf"), ["a.conf", "empty", "mine", "sub dir"]);
    assert_eq!(
        (
            lab.read("etc/conf/sub dir/b.conf"),
            mode_of(&lab.path("etc/conf/a.conf"))
        ),
        ("b".into(), 0o600)
    );
    assert_eq!(mode_of(&lab.path("etc/conf/sub dir")), 0o750);
    assert!(!lab.ok("copy", arguments.clone()).await.changed);
    lab.write("etc/conf/a.conf", "z");
    assert!(lab.ok("copy", arguments).await.changed);
    assert_eq!(lab.read("etc/conf/a.conf"), "a");
    let inside = json!({"src": "conf/", "dest": lab.at("flat")});
    assert!(lab.ok("copy", inside).await.changed);
    assert_eq!(lab.list("flat"), ["a.conf", "empty", "sub dir"]);
}

#[tokio::test]
async fn check_mode_predicts_a_folder() {
    let lab = Lab::new().check(true);
    lab.write("files/conf/sub/a", "a");
    let outcome = lab
        .ok("copy", json!({"src": "conf", "dest": lab.at("etc")}))
        .await;
    assert!(outcome.changed && !lab.path("etc").exists());
}

#[tokio::test]
async fn files_and_folders_of_the_host_are_copied_there() {
    let lab = Lab::new();
    let src = lab.write("here/sub/it's", "x");
    std::fs::set_permissions(&src, std::os::unix::fs::PermissionsExt::from_mode(0o751))
        .expect("a mode");
    let arguments =
        json!({"src": src, "dest": lab.at("there"), "remote_src": true, "mode": "preserve"});
    assert!(lab.ok("copy", arguments.clone()).await.changed);
    assert_eq!(
        (lab.read("there"), mode_of(&lab.path("there"))),
        ("x".into(), 0o751)
    );
    assert!(!lab.ok("copy", arguments).await.changed);
    let folder = json!({"src": lab.at("here"), "dest": lab.at("copy"), "remote_src": true});
    assert!(lab.ok("copy", folder.clone()).await.changed);
    assert_eq!(lab.read("copy/here/sub/it's"), "x");
    assert!(!lab.ok("copy", folder).await.changed);
    let (msg, _) = lab
        .fails(
            "copy",
            json!({"src": "/no/file", "dest": "/tmp/x", "remote_src": true}),
        )
        .await;
    assert_eq!(
        msg,
        "failed to read /no/file: there is no such file on the host"
    );
}

#[tokio::test]
async fn a_full_disk_keeps_the_old_file_and_says_so() {
    let lab = Lab::new();
    let mount = lab.at("disk");
    std::fs::create_dir(&mount).expect("a folder");
    let script = format!("mount -t tmpfs -o size=16k,nr_inodes=20 runbook-test '{mount}'");
    if lab.run("shell", json!({"cmd": script})).await.is_err() {
        // Only root may mount; everybody else cannot fill a disk of their own.
        return;
    }
    let dest = lab.write("disk/file", "old");
    let _ = std::fs::write(lab.path("disk/filler"), vec![0; 16 * 1024]);
    for size in [20_000, 200_000, 2_000_000] {
        lab.write("files/big", vec![b'x'; size]);
        let (msg, _) = lab.fails("copy", json!({"src": "big", "dest": dest})).await;
        assert!(
            msg.starts_with(&format!("failed to write {dest}: ")),
            "{msg}"
        );
        assert!(
            msg.contains("No space left on device (the old file is as it was; free space"),
            "{msg}"
        );
        assert_eq!(
            (lab.read("disk/file"), lab.list("disk")),
            ("old".into(), vec!["file".to_owned(), "filler".to_owned()])
        );
    }
    lab.ok("shell", json!({"cmd": format!("umount '{mount}'")}))
        .await;
}
