//! Long files, sent piece by piece so that none lies in memory whole.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;

use sha1::{Digest as _, Sha1};

use super::{PRELUDE, Parents, Write};
use crate::modules::files::content::{hex, unreadable};
use crate::modules::files::trouble::trouble;
use crate::modules::{Ctx, Failure};
use crate::transport::quote;

/// The length of a piece, in bytes.
const PIECE: usize = 4 * 1024 * 1024;

impl Write<'_> {
    /// Sends a file of the controller to a private file beside `dest`; its path.
    pub(super) async fn stage(
        &self,
        ctx: &Ctx<'_>,
        path: &Path,
        dest: &str,
    ) -> Result<String, Failure> {
        let name = path.display().to_string();
        let mut file = std::fs::File::open(path).map_err(|e| unreadable(&name, &e))?;
        let staged = beside(dest);
        let mut hash = Sha1::new();
        let mut piece = Vec::with_capacity(PIECE);
        let mut first = true;
        loop {
            piece.clear();
            let limit = file.by_ref().take(PIECE as u64);
            let mut limit = limit;
            limit
                .read_to_end(&mut piece)
                .map_err(|e| unreadable(&name, &e))?;
            if piece.is_empty() && !first {
                break;
            }
            hash.update(&piece);
            let script = self.append(&staged, first);
            let output = ctx.remote.run_with_stdin(&script, &piece).await?;
            if !output.ok() {
                return Err(trouble("write", self.dest, &output));
            }
            first = false;
        }
        if hex(&hash.finalize()) != self.sha1 {
            ctx.remote
                .run(&format!("rm -f -- {}", quote(&staged)))
                .await?;
            return Err(Failure::new(format!(
                "failed to copy {name}: it changed while it was read; run again"
            )));
        }
        Ok(staged)
    }

    fn append(&self, staged: &str, first: bool) -> String {
        let mut script = format!("{PRELUDE}t={}\n", quote(staged));
        if !first {
            script.push_str("{ [ -f \"$t\" ] || die 'what was sent before is gone'; cat >>\"$t\"; } || { rm -f -- \"$t\"; exit 1; }\n");
            return script;
        }
        if let Parents::Make(mode) = self.parents {
            let flag = mode.map(|m| format!("-m {} ", quote(&m.0)));
            let _ = writeln!(
                script,
                "p=${{t%/*}}; [ -d \"$p\" ] || mkdir -p {}-- \"$p\" || exit 1",
                flag.unwrap_or_default()
            );
        }
        script.push_str("umask 077; set -C\n{ cat >\"$t\"; } || { rm -f -- \"$t\"; exit 1; }\n");
        script
    }
}

/// A name nobody guesses, in the same folder.
fn beside(dest: &str) -> String {
    let folder = dest.rsplit_once('/').map_or(".", |(folder, _)| folder);
    format!("{folder}/.runbook-{:016x}", fastrand::u64(..))
}
