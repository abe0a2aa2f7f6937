//! Becoming another user through `sudo`, with or without a password.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use zeroize::Zeroizing;

use super::channel::{Channel, OpenError, Opener};
use super::frame::nonce;
use super::{Sudo, TransportError, quote};

/// How long `sudo` may take to ask, to check and to begin: directory services can be slow.
const PATIENCE: Duration = Duration::from_secs(30);

/// Opens a channel whose command is the shell of another user.
///
/// Without a password `sudo -n` is the whole of it. With one, the password goes to standard
/// input only after our own prompt was seen: where `sudo` does not ask, the shell would read it
/// as a command.
pub(super) async fn open(opener: &dyn Opener, sudo: &Sudo) -> Result<Channel, OpenError> {
    let shell = quote(opener.shell());
    let Some(password) = &sudo.password else {
        return opener.open(&command(sudo, "-n", &shell)).await;
    };
    let nonce = nonce();
    let prompt = format!("runbook-{nonce}");
    let ready = format!("ready-{nonce}");
    let inner = format!(
        "{shell} -c {}",
        quote(&format!("echo {ready}; exec {shell}"))
    );
    let mut channel = opener
        .open(&command(sudo, &format!("-S -p {prompt}"), &inner))
        .await?;
    let mut answer = Answer::default();
    let line = Zeroizing::new(format!("{}\n", password.expose()));
    let asked = answer.follow(&mut channel, &prompt, &ready, line.as_bytes());
    let outcome = tokio::time::timeout(PATIENCE, asked).await;
    let said = String::from_utf8_lossy(&answer.err).replace(&prompt, "");
    let reason = match outcome {
        Ok(Outcome::Ready) => return Ok(channel),
        Ok(Outcome::AskedAgain) => WRONG_PASSWORD.to_owned(),
        Ok(Outcome::Ended) => explain(&said),
        Err(_) => format!(
            "sudo gave no answer within {} s; it said: {}",
            PATIENCE.as_secs(),
            last_words(&said)
        ),
    };
    Err(error(opener.host(), sudo, reason).into())
}

/// The error for this identity.
pub(super) fn error(host: &str, sudo: &Sudo, reason: String) -> TransportError {
    TransportError::Become {
        host: host.to_owned(),
        user: sudo.user.clone(),
        reason,
    }
}

/// The whole command line, for any login shell.
fn command(sudo: &Sudo, mode: &str, inner: &str) -> String {
    let mut words = vec!["exec".to_owned(), quote(&sudo.exe), mode.to_owned()];
    words.extend(["-u".to_owned(), quote(&sudo.user)]);
    words.extend(sudo.flags.iter().map(|flag| quote(flag)));
    words.extend(["--".to_owned(), inner.to_owned()]);
    words.join(" ")
}

/// What `sudo` and the shell behind it have said so far.
#[derive(Default)]
struct Answer {
    out: Vec<u8>,
    err: Vec<u8>,
}

/// How asking for another identity went.
enum Outcome {
    Ready,
    AskedAgain,
    Ended,
}

impl Answer {
    /// Gives the password at the first prompt, until the shell is there.
    async fn follow(
        &mut self,
        channel: &mut Channel,
        prompt: &str,
        ready: &str,
        password: &[u8],
    ) -> Outcome {
        let mut given = false;
        let (mut out_open, mut err_open) = (true, true);
        loop {
            if find(&self.out, ready).is_some() {
                return Outcome::Ready;
            }
            if let Some(at) = find(&self.err, prompt) {
                if given {
                    return Outcome::AskedAgain;
                }
                self.err.drain(..at + prompt.len());
                given = true;
                if let Some(stdin) = &mut channel.stdin {
                    // That it fails shows in the end of the channel, with `sudo`'s own words.
                    let _ = stdin.write_all(password).await;
                }
                continue;
            }
            if !out_open && !err_open {
                return Outcome::Ended;
            }
            tokio::select! {
                read = channel.stdout.read_buf(&mut self.out), if out_open => {
                    out_open = matches!(read, Ok(1..));
                }
                read = channel.stderr.read_buf(&mut self.err), if err_open => {
                    err_open = matches!(read, Ok(1..));
                }
            }
        }
    }
}

fn find(buffer: &[u8], word: &str) -> Option<usize> {
    buffer
        .windows(word.len())
        .position(|window| window == word.as_bytes())
}

/// The reason when the password was not taken.
const WRONG_PASSWORD: &str =
    "wrong sudo password; check ansible_become_password, or give it with -K";

/// The reason when one was asked for and there is none.
const NO_PASSWORD: &str = "a password is required; none was given: \
     give it with -K or ansible_become_password";

/// What `sudo` says when it will not, and what to do about it.
const REMEDIES: [(&str, &str); 7] = [
    (
        "must have a tty",
        "the sudoers file has requiretty; add `Defaults !requiretty` for the login user",
    ),
    (
        "not in the sudoers",
        "the login user may not use sudo there; add it to the sudoers file",
    ),
    (
        "not allowed to",
        "the sudoers file must let the login user run a shell as that user",
    ),
    (
        "may not run sudo",
        "the login user may not use sudo there; add it to the sudoers file",
    ),
    ("unknown user", "check become_user"),
    (
        "not found",
        "install sudo there, or name the program with ansible_become_exe",
    ),
    (
        "No such file",
        "install sudo there, or name the program with ansible_become_exe",
    ),
];

/// `sudo`'s own reason with what to do about it.
pub(super) fn explain(said: &str) -> String {
    if said.contains("incorrect password attempt") {
        return WRONG_PASSWORD.to_owned();
    }
    if said.contains("password is required") {
        return NO_PASSWORD.to_owned();
    }
    let known = said.lines().find_map(|line| {
        let known = REMEDIES.iter().find(|(words, _)| line.contains(words));
        known.map(|(_, remedy)| format!("{}; {remedy}", last_words(line)))
    });
    known.unwrap_or_else(|| last_words(said))
}

/// The last line that says something, without a shell's or `sudo`'s name in front.
fn last_words(said: &str) -> String {
    let line = said.lines().map(str::trim).rfind(|line| !line.is_empty());
    let line = line.unwrap_or("it ended without a word");
    line.strip_prefix("sudo: ").unwrap_or(line).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> Sudo {
        Sudo {
            user: "DOM\\an admin".to_owned(),
            password: None,
            exe: "sudo".to_owned(),
            flags: vec!["-H".to_owned(), "-E".to_owned()],
        }
    }

    #[test]
    fn the_command_is_simple_words() {
        assert_eq!(
            command(&root(), "-n", "/bin/sh"),
            r"exec sudo -n -u 'DOM\an admin' -H -E -- /bin/sh"
        );
    }

    #[test]
    fn known_words_get_their_remedy() {
        for (said, reason) in [
            (
                "sudo: unable to resolve host x\nsudo: unknown user: y\n\
                 sudo: error initializing audit plugin sudoers_audit\n",
                "unknown user: y; check become_user",
            ),
            (
                "sudo: no tty present and no askpass program specified\n",
                "no tty present and no askpass program specified",
            ),
            ("sudo: 1 incorrect password attempt\n", WRONG_PASSWORD),
            ("sudo: a password is required\n", NO_PASSWORD),
            ("\n", "it ended without a word"),
        ] {
            assert_eq!(explain(said), reason);
        }
    }
}
