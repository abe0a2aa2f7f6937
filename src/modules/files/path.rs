//! Paths on the host, as people write them.

use crate::modules::{Ctx, Failure};
use crate::transport::quote;

/// The path to work with: `~` expanded by the host, and nothing that looks like an option.
pub(super) async fn resolve(ctx: &Ctx<'_>, argument: &str, path: &str) -> Result<String, Failure> {
    if path.is_empty() {
        return Err(Failure::new(format!("`{argument}` is empty")));
    }
    if path.contains('\0') {
        return Err(Failure::new(format!("`{argument}` holds a NUL character")));
    }
    if path.starts_with('~') {
        return home(ctx, path).await;
    }
    if path.starts_with('-') {
        return Ok(format!("./{path}"));
    }
    Ok(path.to_owned())
}

async fn home(ctx: &Ctx<'_>, path: &str) -> Result<String, Failure> {
    let (tilde, rest) = path.split_at(path.find('/').unwrap_or(path.len()));
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if !tilde[1..].chars().all(plain) {
        return Ok(path.to_owned());
    }
    let script = format!("printf %s {tilde}");
    let output = ctx.remote.check("expand `~`", &script).await?;
    let found = output.out();
    if found.starts_with('~') {
        let message = format!(
            "failed to expand {}: no such user on the host",
            quote(tilde)
        );
        return Err(Failure::new(message));
    }
    Ok(format!("{found}{rest}"))
}

/// The path without the slashes at its end; `/` stays.
pub(super) fn trimmed(path: &str) -> &str {
    match path.trim_end_matches('/') {
        "" => "/",
        trimmed => trimmed,
    }
}

/// What is appended to a path for the backup made now.
pub(super) fn backup_suffix() -> String {
    let now = jiff::Zoned::now().strftime("%Y-%m-%d@%H:%M:%S").to_string();
    format!(".{:08x}.{now}~", fastrand::u32(..))
}
