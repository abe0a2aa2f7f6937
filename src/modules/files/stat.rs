//! `stat`: what a file of the host is.

use futures_util::FutureExt as _;
use serde_json::{Map, Value as Json, json};

use super::path::resolve;
use super::trouble::trouble;
use super::write::PRELUDE;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Outcome};
use crate::transport::{Output, quote};
use crate::{module_args, module_choice};

module_choice! {
    /// Ways to hash a file.
    pub(crate) enum Algorithm {
        Md5 = "md5",
        Sha1 = "sha1",
        Sha224 = "sha224",
        Sha256 = "sha256",
        Sha384 = "sha384",
        Sha512 = "sha512",
    }
}

impl Algorithm {
    /// The program of coreutils that computes it.
    pub(super) fn program(self) -> &'static str {
        match self {
            Self::Md5 => "md5sum",
            Self::Sha1 => "sha1sum",
            Self::Sha224 => "sha224sum",
            Self::Sha256 => "sha256sum",
            Self::Sha384 => "sha384sum",
            Self::Sha512 => "sha512sum",
        }
    }
}

module_args! {
    /// Arguments of `stat`.
    pub(crate) struct Args {
        /// The file on the host.
        path: String ["dest", "name"];
        /// Whether to look at what a symbolic link leads to rather than at the link.
        follow: bool = "no";
        /// Whether to compute a checksum of regular files.
        get_checksum: bool = "yes";
        /// How to compute it.
        checksum_algorithm: Algorithm = "sha1" ["checksum", "checksum_algo"];
        /// Taken for compatibility; the type of the content is never guessed.
        get_mime: bool = "no" ["mime", "mime_type", "mime-type"];
        /// Taken for compatibility; `lsattr` is never asked.
        get_attributes: bool = "no" ["attr", "attributes"];
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "stat",
    aliases: &[],
    collection: "ansible.builtin",
    summary: "Say what a file of the host is: type, owner, mode, size, times, checksum",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::ReadOnly,
    local: false,
    run: |arguments, ctx| async move { run(Args::decode(arguments)?, ctx).await }.boxed(),
};

/// What `stat -c` is asked for here.
pub(super) const FORMAT: &str = "%f:%u:%g:%s:%.6X:%.6Y:%.6Z:%i:%d:%h:%b:%o:%U:%G";

async fn run(args: Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let path = resolve(ctx, "path", &args.path).await?;
    let output = ctx.remote.run(&script(&args, &path)).await?;
    if !output.ok() {
        return Err(trouble("look at", &path, &output));
    }
    let mut outcome = Outcome::ok().with("stat", read(&path, &output));
    if args.get_mime || args.get_attributes {
        let warning = "`stat` never finds out `mimetype` and `attributes`: leave out `get_mime` and `get_attributes`";
        outcome.warnings.push(warning.to_owned());
    }
    Ok(outcome)
}

/// Prints, each ended by NUL: the `stat` line, the access letters, the hash, a link's target as
/// written and as resolved. Nothing at all for a missing file.
fn script(args: &Args, path: &str) -> String {
    let (flag, exists) = if args.follow {
        ("-L ", "[ -e \"$p\" ]")
    } else {
        ("", "[ -e \"$p\" ] || [ -L \"$p\" ]")
    };
    let link = if args.follow {
        ""
    } else {
        "if [ -L \"$p\" ]; then l=$(readlink -- \"$p\") r=$(readlink -f -- \"$p\"); fi\n"
    };
    let hash = if args.get_checksum {
        let program = args.checksum_algorithm.program();
        let regular = if args.follow {
            ""
        } else {
            "[ ! -L \"$p\" ] && "
        };
        format!("{regular}[ -f \"$p\" ] && [ -r \"$p\" ] && h=$({program} <\"$p\")\n")
    } else {
        String::new()
    };
    format!(
        "{PRELUDE}p={}\n\
         {exists} || exit 0\n\
         b=$(stat {flag}-c {FORMAT} -- \"$p\") || exit 1\n\
         x= h= l= r=\n\
         [ -r \"$p\" ] && x=r; [ -w \"$p\" ] && x=${{x}}w; [ -x \"$p\" ] && x=${{x}}x\n\
         {hash}{link}printf '%s\\000' \"$b\" \"$x\" \"${{h%% *}}\" \"$l\" \"$r\"\n",
        quote(path)
    )
}

fn read(path: &str, output: &Output) -> Json {
    let text = output.out();
    let mut parts = text.split('\0');
    let mut next = || parts.next().unwrap_or_default();
    let (line, access, hash, target, source) = (next(), next(), next(), next(), next());
    let Some(mut found) = fields(line) else {
        return json!({"exists": false});
    };
    let mut put = |key: &str, value: Json| found.insert(key.to_owned(), value);
    put("path", path.into());
    put("readable", access.contains('r').into());
    put("writeable", access.contains('w').into());
    put("executable", access.contains('x').into());
    if !hash.is_empty() {
        put("checksum", hash.into());
    }
    if !source.is_empty() || !target.is_empty() {
        put("lnk_target", target.into());
        put("lnk_source", source.into());
    }
    Json::Object(found)
}

/// The `stat` line as Ansible names its parts.
pub(super) fn fields(line: &str) -> Option<Map<String, Json>> {
    let parts: Vec<&str> = line.split(':').collect();
    let raw = u32::from_str_radix(parts.first()?, 16).ok()?;
    let number = |i: usize| parts.get(i).and_then(|p| p.parse::<u64>().ok());
    let time = |i: usize| parts.get(i).and_then(|p| p.parse::<f64>().ok());
    let mut found = Map::new();
    let mut put = |key: &str, value: Json| found.insert(key.to_owned(), value);
    put("exists", true.into());
    put("mode", format!("{:04o}", raw & 0o7777).into());
    for (key, kind) in KINDS {
        put(key, (raw & 0o170_000 == *kind).into());
    }
    for (key, bit) in BITS {
        put(key, (raw & bit != 0).into());
    }
    for (key, index) in NUMBERS {
        put(key, number(*index).into());
    }
    for (key, index) in [("atime", 4), ("mtime", 5), ("ctime", 6)] {
        put(key, time(index).into());
    }
    put("pw_name", parts.get(12).copied().into());
    put("gr_name", parts.get(13).copied().into());
    Some(found)
}

const KINDS: &[(&str, u32)] = &[
    ("isdir", 0o040_000),
    ("ischr", 0o020_000),
    ("isblk", 0o060_000),
    ("isreg", 0o100_000),
    ("isfifo", 0o010_000),
    ("islnk", 0o120_000),
    ("issock", 0o140_000),
];

const BITS: &[(&str, u32)] = &[
    ("isuid", 0o4000),
    ("isgid", 0o2000),
    ("rusr", 0o400),
    ("wusr", 0o200),
    ("xusr", 0o100),
    ("rgrp", 0o040),
    ("wgrp", 0o020),
    ("xgrp", 0o010),
    ("roth", 0o004),
    ("woth", 0o002),
    ("xoth", 0o001),
];

const NUMBERS: &[(&str, usize)] = &[
    ("uid", 1),
    ("gid", 2),
    ("size", 3),
    ("inode", 7),
    ("dev", 8),
    ("nlink", 9),
    ("blocks", 10),
    ("block_size", 11),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modules::testing::Lab;

    #[tokio::test]
    async fn a_regular_file_is_described() {
        let lab = Lab::new();
        let path = lab.write("it's a file", "hello\n");
        let outcome = lab.ok("stat", json!({"path": path})).await;
        let stat = &outcome.result["stat"];
        assert_eq!(stat["exists"], true);
        assert_eq!(
            (&stat["isreg"], &stat["isdir"]),
            (&json!(true), &json!(false))
        );
        assert_eq!(stat["size"], 6);
        assert_eq!(stat["checksum"], "f572d396fae9206628714fb2ce00f72e94f2258f");
        assert_eq!(stat["path"], path);
        assert!(!outcome.changed);
    }

    #[tokio::test]
    async fn a_missing_file_does_not_exist() {
        let lab = Lab::new();
        let outcome = lab.ok("stat", json!({"path": lab.at("nothing")})).await;
        assert_eq!(outcome.result["stat"], json!({"exists": false}));
    }

    #[tokio::test]
    async fn a_link_is_a_link_unless_followed() {
        let lab = Lab::new();
        let target = lab.write("target", "x");
        let link = lab.at("-link");
        std::os::unix::fs::symlink("target", &link).expect("a link");
        let stat = &lab.ok("stat", json!({"path": link})).await.result["stat"];
        assert_eq!(stat["islnk"], true);
        assert_eq!(
            (&stat["lnk_target"], &stat["lnk_source"]),
            (&json!("target"), &json!(target))
        );
        assert!(stat.get("checksum").is_none());
        let arguments = json!({"path": link, "follow": true, "checksum_algorithm": "sha256"});
        let stat = &lab.ok("stat", arguments).await.result["stat"];
        assert_eq!(
            (&stat["islnk"], &stat["isreg"]),
            (&json!(false), &json!(true))
        );
        let sha256 = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";
        assert_eq!(stat["checksum"], sha256);
    }

    #[tokio::test]
    async fn a_dangling_link_exists_only_as_a_link() {
        let lab = Lab::new();
        let link = lab.at("link");
        std::os::unix::fs::symlink("nowhere", &link).expect("a link");
        let stat = &lab.ok("stat", json!({"path": link})).await.result["stat"];
        assert_eq!(stat["islnk"], true);
        let followed = lab.ok("stat", json!({"path": link, "follow": "yes"})).await;
        assert_eq!(followed.result["stat"], json!({"exists": false}));
    }
}
