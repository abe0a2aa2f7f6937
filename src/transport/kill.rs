//! Ending what a command left running, by its process group.

use std::time::Duration;

use super::channel::{OpenError, Opener};
use super::frame::Input;
use super::shell::Shell;
use super::{Identity, TransportError};

/// Longest time for the way there and the work itself.
const PATIENCE: Duration = Duration::from_secs(15);

/// What became of a group.
#[derive(Debug)]
pub(super) enum Fate {
    /// None of its processes is left.
    Gone,
    /// Some are, or it could not be found out, in words.
    Unclear(String),
    /// The host itself is gone.
    Lost(TransportError),
}

/// Ends a process group from a fresh shell of the same identity: `TERM`, a short grace, `KILL`;
/// then looks whether it is gone.
pub(super) async fn kill(opener: &dyn Opener, identity: &Identity, group: i32) -> Fate {
    let work = async {
        let mut shell = Shell::start(opener, identity).await?;
        let run = shell.run(&script(group), Input::None, None, None).await;
        Ok::<_, OpenError>(run)
    };
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(Ok(Ok(output))) if output.ok() => Fate::Gone,
        Ok(Ok(Ok(_))) => Fate::Unclear("some are still there".to_owned()),
        Ok(Err(OpenError::Transport(error))) if error.is_unreachable() => Fate::Lost(error),
        Ok(Err(OpenError::Transport(error))) => Fate::Unclear(error.to_string()),
        Ok(Err(OpenError::Refused(words))) => Fate::Unclear(words),
        Ok(Ok(Err(_))) | Err(_) => match opener.lost().await {
            Some(reason) => Fate::Lost(TransportError::Unreachable {
                host: opener.host().to_owned(),
                reason,
            }),
            None => Fate::Unclear("the host gave no answer".to_owned()),
        },
    }
}

/// Zombies do not count: nobody may ever reap them in a container. `/proc` is read without
/// starting a process for each; where there is none, `kill -0` has to do.
fn script(group: i32) -> String {
    format!(
        r#"g={group}
alive() {{
  [ -r /proc/self/stat ] || {{ kill -0 "-$g" 2>/dev/null; return; }}
  for f in /proc/[0-9]*/stat; do
    {{ read -r l <"$f"; }} 2>/dev/null || continue
    set -- ${{l##*) }}
    [ "$3" = "$g" ] && [ "$1" != Z ] && return 0
  done
  return 1
}}
for s in TERM KILL; do
  kill -$s "-$g" 2>/dev/null
  n=0
  while [ $n -lt 20 ]; do
    alive || exit 0
    sleep 0.1 2>/dev/null || {{ sleep 1; n=$((n + 9)); }}
    n=$((n + 1))
  done
done
exit 1
"#
    )
}
