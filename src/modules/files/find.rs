//! `find`: the files of the host that are like this.

mod filter;

use futures_util::FutureExt as _;
use serde_json::{Map, Value as Json};

use super::path::resolve;
use super::stat::{FORMAT, fields};
use super::survey::survey;
use super::trouble::trouble;
use super::write::PRELUDE;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Outcome};
use crate::transport::quote;
use crate::{module_args, module_choice};
use filter::Filter;

module_choice! {
    /// Types of files.
    pub(crate) enum FileType {
        Any = "any",
        Directory = "directory",
        File = "file",
        Link = "link",
    }
}

module_choice! {
    /// The times of a file.
    pub(crate) enum Stamp {
        Atime = "atime",
        Ctime = "ctime",
        Mtime = "mtime",
    }
}

module_args! {
    /// Arguments of `find`.
    pub(crate) struct Args {
        /// The directories to look in.
        paths: Vec<String> ["name", "path"];
        /// Wildcards one of which the name must match, or with `use_regex` regular expressions.
        patterns: Option<Vec<String>> ["pattern"];
        /// Wildcards none of which the name may match.
        excludes: Option<Vec<String>> ["exclude"];
        /// Whether patterns are regular expressions.
        use_regex: bool = "no";
        /// The type of files to find.
        file_type: FileType = "file";
        /// Whether to look in directories below.
        recurse: bool = "no";
        /// How many levels below.
        depth: Option<i64>;
        /// Whether names that begin with a dot count.
        hidden: bool = "no";
        /// Whether to follow symbolic links.
        follow: bool = "no";
        /// Only files at least this old, such as `2d` or `1w`; younger ones with a minus sign.
        age: Option<String>;
        /// The time that makes the age.
        age_stamp: Stamp = "mtime";
        /// Only files at least this large, such as `10m`; smaller ones with a minus sign.
        size: Option<String>;
        /// Whether to compute each file's SHA-1.
        get_checksum: bool = "no";
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "find",
    aliases: &[],
    collection: "ansible.builtin",
    summary: "List the files of the host that match",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::ReadOnly,
    local: false,
    run: |arguments, ctx| async move { run(Args::decode(arguments)?, ctx).await }.boxed(),
};

async fn run(args: Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let mut paths = Vec::new();
    for path in &args.paths {
        paths.push(resolve(ctx, "paths", path).await?);
    }
    if paths.is_empty() {
        return Err(Failure::new("`paths` names no directory"));
    }
    let output = ctx.remote.run(&script(&args, &paths)).await?;
    if output.code == 1 && output.stdout.is_empty() {
        return Err(trouble("look through", &paths[0], &output));
    }
    let text = output.out();
    let (now, listing) = text.split_once('\n').unwrap_or(("0", &text));
    let filter = Filter::new(&args, now.parse().unwrap_or_default())?;
    let (mut files, examined) = sift(listing, &filter);
    if args.get_checksum {
        checksums(&mut files, ctx).await?;
    }
    let skipped = skipped(&output.err());
    let matched = files.len();
    let msg = if skipped.is_empty() {
        "all paths examined"
    } else {
        "not all paths examined: see skipped_paths"
    };
    let files = files.into_iter().map(Json::Object).collect();
    Ok(Outcome::ok()
        .with("files", Json::Array(files))
        .with("matched", matched)
        .with("examined", examined)
        .with("skipped_paths", Json::Object(skipped))
        .msg(msg))
}

/// The files that are wanted, and how many were looked at.
fn sift(listing: &str, filter: &Filter) -> (Vec<Map<String, Json>>, usize) {
    let records: Vec<&str> = listing.split('\0').filter(|r| !r.is_empty()).collect();
    let wanted = |record: &&str| {
        let (line, path) = record.split_once('|')?;
        let mut found = fields(line).filter(|found| filter.admits(path, found))?;
        found.shift_remove("exists");
        found.insert("path".to_owned(), path.into());
        Some(found)
    };
    (records.iter().filter_map(wanted).collect(), records.len())
}

/// Prints the host's time, then `stat line|path` for every file, each ended by NUL.
fn script(args: &Args, paths: &[String]) -> String {
    let follow = if args.follow { "-L " } else { "" };
    let depth = match (args.recurse, args.depth) {
        (false, _) => "-maxdepth 1 ".to_owned(),
        (true, Some(depth)) => format!("-maxdepth {} ", depth.max(1)),
        (true, None) => String::new(),
    };
    let kind = match args.file_type {
        FileType::Any => "",
        FileType::Directory => "-type d ",
        FileType::File => "-type f ",
        FileType::Link => "-type l ",
    };
    let words: Vec<String> = paths.iter().map(|path| quote(&below(path))).collect();
    format!(
        "{PRELUDE}date +%s\nfind {follow}{} -mindepth 1 {depth}{kind}-exec stat {follow}--printf '{FORMAT}|%n\\0' -- {{}} +",
        words.join(" ")
    )
}

/// A path that ends in a slash is followed when it is a link.
fn below(path: &str) -> String {
    match path.trim_end_matches('/') {
        "" => "/".to_owned(),
        path => format!("{path}/"),
    }
}

async fn checksums(files: &mut [Map<String, Json>], ctx: &Ctx<'_>) -> Result<(), Failure> {
    let path = |file: &Map<String, Json>| file["path"].as_str().unwrap_or_default().to_owned();
    let paths: Vec<String> = files.iter().map(path).collect();
    for (file, found) in files.iter_mut().zip(survey(ctx, &paths).await?) {
        file.insert("checksum".to_owned(), found.sha1.into());
    }
    Ok(())
}

/// What `find` complained about, by path.
fn skipped(words: &str) -> Map<String, Json> {
    let complaint = |line: &str| {
        let rest = line.strip_prefix("find: ")?;
        let (path, why) = rest.rsplit_once(": ")?;
        let path = path.trim_matches(['\'', '‘', '’', '`']);
        Some((path.to_owned(), Json::from(why)))
    };
    words.lines().filter_map(complaint).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use crate::modules::testing::Lab;

    fn lab() -> Lab {
        let lab = Lab::new();
        lab.write("d/a.log", "1234567890");
        lab.write("d/it's b.log", "x");
        lab.write("d/c.conf", "");
        lab.write("d/.hidden.log", "");
        lab.write("d/sub/e.log", "");
        lab
    }

    async fn names(lab: &Lab, mut arguments: Json) -> Vec<String> {
        arguments["paths"] = lab.at("d").into();
        let result = lab.ok("find", arguments).await.result;
        let files = result["files"].as_array().expect("files");
        assert_eq!(result["matched"], files.len());
        let start = format!("{}/", lab.at("d"));
        let path = |f: &Json| f["path"].as_str().expect("a path").replace(&start, "");
        let mut names: Vec<String> = files.iter().map(path).collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn files_are_found_by_name_type_and_depth() {
        let lab = lab();
        for (arguments, found) in [
            (json!({}), vec!["a.log", "c.conf", "it's b.log"]),
            (json!({"patterns": "*.log"}), vec!["a.log", "it's b.log"]),
            (
                json!({"patterns": "*.log", "hidden": true, "recurse": true}),
                vec![".hidden.log", "a.log", "it's b.log", "sub/e.log"],
            ),
            (
                json!({"patterns": "^[ac]\\..*$", "use_regex": true}),
                vec!["a.log", "c.conf"],
            ),
            (json!({"excludes": "*.log"}), vec!["c.conf"]),
            (json!({"file_type": "directory"}), vec!["sub"]),
            (json!({"size": "5"}), vec!["a.log"]),
            (
                json!({"size": "-5", "patterns": ["*.log", "*.conf"]}),
                vec!["c.conf", "it's b.log"],
            ),
            (json!({"age": "1h"}), vec![]),
            (json!({"age": "-1h", "patterns": "a*"}), vec!["a.log"]),
        ] {
            assert_eq!(names(&lab, arguments.clone()).await, found, "{arguments}");
        }
    }

    #[tokio::test]
    async fn each_file_is_described() {
        let lab = lab();
        let arguments = json!({"paths": lab.at("d"), "patterns": "a.log", "get_checksum": true});
        let file = &lab.ok("find", arguments).await.result["files"][0];
        assert_eq!((&file["size"], &file["isreg"]), (&json!(10), &json!(true)));
        assert_eq!(file["checksum"], "01b307acba4f54f55aafc33bb06bbbf6ca803e9a");
    }

    #[tokio::test]
    async fn a_missing_directory_is_told_and_bad_limits_are_refused() {
        let lab = lab();
        let result = lab.ok("find", json!({"paths": "/no/such"})).await.result;
        assert_eq!(result["matched"], 0);
        assert_eq!(
            result["skipped_paths"],
            json!({"/no/such/": "No such file or directory"})
        );
        let (msg, _) = lab
            .fails("find", json!({"paths": lab.at("d"), "age": "soon"}))
            .await;
        assert_eq!(
            msg,
            "`age` must be a number and a unit such as `2d`, not `soon`"
        );
    }
}
