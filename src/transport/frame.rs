//! One command on a shell that stays: what is written to it, and where its answer ends.
//!
//! A frame is one compound command on the shell's standard input. Its script runs by `eval` in a
//! subshell, so that a syntax error, `set -e`, `exec` or `exit` ends the subshell and never the
//! shell. Afterwards the shell writes a trailer, a line with a random nonce and a number, to
//! standard output and to standard error alike. Nothing in here does I/O.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// A word nobody on the other side can know beforehand.
///
/// The numbers of a counter under a keyed hash whose key the operating system drew.
pub(super) fn nonce() -> String {
    static KEYS: LazyLock<(RandomState, RandomState)> = LazyLock::new(Default::default);
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!(
        "{:016x}{:016x}",
        KEYS.0.hash_one(count),
        KEYS.1.hash_one(count)
    )
}

/// What goes into the shell for one command.
#[derive(Debug)]
pub(super) struct Frame {
    /// Marks the two trailers.
    pub(super) nonce: String,
    /// Shell text, complete lines.
    pub(super) text: Vec<u8>,
}

/// Where a frame's script gets its standard input from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Input<'a> {
    /// `/dev/null`.
    None,
    /// Bytes carried in the frame itself.
    Inline(&'a [u8]),
    /// `/dev/null`; the bytes are what the shell function [`DATA`] prints, without a process.
    Function(&'a [u8]),
    /// So many bytes of the shell's own standard input, sent once [`Frame::go`] was seen: until
    /// then the shell itself may read ahead.
    Stream(usize),
}

/// The function of [`Input::Function`].
pub(super) const DATA: &str = "runbook_data";

impl Frame {
    /// The first words to a new shell: its answer's number is the shell's process group.
    ///
    /// The group is read inside the final shell because `sudo` may have put it into one of its
    /// own. What a start-up file printed comes before the trailer and is dropped with it.
    pub(super) fn hello() -> Self {
        let read = "if { read -r g </proc/$$/stat; } 2>/dev/null; \
                    then g=${g##*) }; g=${g#* }; g=${g#* }; g=${g%% *}; \
                    else g=$(ps -o pgid= -p $$ 2>/dev/null); fi; ";
        // The login user's home may be closed to the other user.
        let cwd = "{ [ -r . ] && [ -x . ]; } 2>/dev/null || cd /; ";
        let nonce = nonce();
        let text = format!("{cwd}{read}{}; unset g\n", trailers(&nonce, "${g:-0}"));
        Self {
            nonce,
            text: text.into_bytes(),
        }
    }

    /// A script with its input.
    pub(super) fn new(script: &str, input: Input<'_>) -> Self {
        let nonce = nonce();
        let mut text = Vec::with_capacity(script.len() + 256);
        let printf = |bytes: &[u8], text: &mut Vec<u8>| {
            text.extend_from_slice(b"printf '");
            escape(bytes, text);
            text.push(b'\'');
        };
        let (mut null, mut open, mut close) = ("", b"( ".as_slice(), "");
        text.extend_from_slice(b"{ ");
        match input {
            Input::None => null = " </dev/null",
            Input::Inline(bytes) => {
                printf(bytes, &mut text);
                text.extend_from_slice(b" 2>/dev/null | ");
            }
            Input::Function(bytes) => {
                (null, open) = (" </dev/null", b"");
                text.extend_from_slice(format!("( {DATA}() {{ ").as_bytes());
                printf(bytes, &mut text);
                text.extend_from_slice(b"; }; ");
            }
            Input::Stream(count) => {
                text.extend_from_slice(stream(&nonce, count).as_bytes());
                (open, close) = (b"{ ( ".as_slice(), REST);
            }
        }
        let body = script.replace('\'', r"'\''");
        let tail = trailers(&nonce, "$?");
        text.extend_from_slice(open);
        text.extend_from_slice(format!("eval '{body}' ){null}{close}; {tail}; }}\n").as_bytes());
        Self { nonce, text }
    }

    /// The nonce of the sign that the script has begun to run and nothing else will read the
    /// shell's standard input.
    pub(super) fn go(&self) -> String {
        format!("{}-go", self.nonce)
    }
}

/// Shell text that gives the sign to send `count` bytes and passes on exactly these. Should
/// `head` end before it has them all, the shell must not read the rest as commands.
fn stream(nonce: &str, count: usize) -> String {
    format!(
        "command -v head >/dev/null || {{ echo 'head: not found' >&2; exit 127; }}; \
         printf '\\n--{nonce}-go 0\\n'; {{ head -c {count} || kill -KILL $$; }} | "
    )
}

/// Shell text that takes what a script left of its stream, so that all of it is gone.
const REST: &str = "; e=$?; cat >/dev/null; (exit $e); }";

/// Shell text for both trailers; the first one gets the number.
fn trailers(nonce: &str, number: &str) -> String {
    format!("printf '\\n--{nonce} %d\\n' {number}; printf '\\n--{nonce} 0\\n' >&2")
}

/// Bytes as the inside of a single-quoted `printf` format, whatever they are.
///
/// Quotes go as octal, so that the text is the same however deep it is quoted. A leading `-`
/// would be taken for an option.
pub(super) fn escape(bytes: &[u8], text: &mut Vec<u8>) {
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            0 => text.extend_from_slice(b"\\000"),
            b'\'' => text.extend_from_slice(b"\\047"),
            b'\\' => text.extend_from_slice(b"\\\\"),
            b'%' => text.extend_from_slice(b"%%"),
            b'-' if at == 0 => text.extend_from_slice(b"\\055"),
            _ => text.push(*byte),
        }
    }
}

/// A trailer's place in a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Trailer {
    /// Where the output before it ends.
    pub(super) start: usize,
    /// The first byte after it.
    pub(super) end: usize,
    /// Its number.
    pub(super) number: i32,
}

/// Looks for one nonce's trailer in a growing buffer, each byte about once.
#[derive(Debug)]
pub(super) struct Seeker {
    needle: Vec<u8>,
    skip: [u8; 256],
    from: usize,
}

impl Seeker {
    /// For the trailer with this nonce.
    pub(super) fn new(nonce: &str) -> Self {
        let needle = format!("\n--{nonce} ").into_bytes();
        let length = u8::try_from(needle.len()).expect("a nonce is far shorter than 255 bytes");
        let mut skip = [length; 256];
        for (ahead, byte) in (1..length).rev().zip(&needle) {
            skip[usize::from(*byte)] = ahead;
        }
        Self {
            needle,
            skip,
            from: 0,
        }
    }

    /// The trailer, if all of it is in the buffer by now. The buffer may only have grown since
    /// the last call.
    pub(super) fn seek(&mut self, buffer: &[u8]) -> Option<Trailer> {
        while let Some(start) = self.find(buffer) {
            let digits = start + self.needle.len();
            let rest = &buffer[digits..];
            let newline = rest.iter().take(12).position(|b| *b == b'\n');
            match newline {
                None if rest.len() < 12 => return None,
                None => self.from = start + 1,
                Some(length) => match number(&rest[..length]) {
                    Some(number) => {
                        let end = digits + length + 1;
                        return Some(Trailer { start, end, number });
                    }
                    None => self.from = start + 1,
                },
            }
        }
        None
    }

    /// Horspool's search from where the last one stopped; leaves off at the needle, or at the
    /// first place where one could still begin.
    fn find(&mut self, buffer: &[u8]) -> Option<usize> {
        let length = self.needle.len();
        while let Some(window) = buffer.get(self.from..self.from + length) {
            if window == self.needle {
                return Some(self.from);
            }
            self.from += usize::from(self.skip[usize::from(window[length - 1])]);
        }
        None
    }
}

/// Decimal digits as a number.
fn number(digits: &[u8]) -> Option<i32> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// For the fuzz target: the first byte says how the rest is cut into reads. However a stream
/// arrives, the same trailer must be found in it, and it must lie within.
#[doc(hidden)]
pub fn probe(bytes: &[u8]) {
    let nonce = "0";
    let Some((step, stream)) = bytes.split_first() else {
        return;
    };
    let whole = Seeker::new(nonce).seek(stream);
    let mut seeker = Seeker::new(nonce);
    let step = usize::from(*step).max(1);
    let cuts = (0..stream.len()).step_by(step).chain([stream.len()]);
    let found = cuts.into_iter().find_map(|cut| seeker.seek(&stream[..cut]));
    assert_eq!(found, whole, "cuts do not matter");
    if let Some(trailer) = whole {
        assert!(trailer.start < trailer.end && trailer.end <= stream.len());
        assert!(stream[trailer.start..].starts_with(b"\n--0 "));
    }
    let mut text = Vec::new();
    escape(stream, &mut text);
    assert!(
        !text.contains(&0) && !text.contains(&b'\''),
        "it can be quoted"
    );
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    /// Feeds `stream` in pieces cut at `cuts` and says what was found.
    fn feed(nonce: &str, stream: &[u8], cuts: &[usize]) -> Option<Trailer> {
        let mut seeker = Seeker::new(nonce);
        let mut cuts: Vec<_> = cuts.iter().map(|c| c % (stream.len() + 1)).collect();
        cuts.sort_unstable();
        cuts.push(stream.len());
        cuts.into_iter().find_map(|cut| seeker.seek(&stream[..cut]))
    }

    fn answer(output: &[u8], nonce: &str, number: i32) -> Vec<u8> {
        let mut stream = output.to_vec();
        stream.extend_from_slice(format!("\n--{nonce} {number}\n").as_bytes());
        stream
    }

    #[test]
    fn finds_trailer_after_empty_output() {
        let stream = answer(b"", "abc", 0);
        let found = feed("abc", &stream, &[]);
        assert_eq!(
            found,
            Some(Trailer {
                start: 0,
                end: 9,
                number: 0
            })
        );
    }

    #[test]
    fn is_not_fooled_by_what_looks_like_a_trailer() {
        let output = b"\n--abc x\n\n--abcd 1\n\n--ab 2\n--abc 123456789012\n\n--abc 99999999999\n";
        let stream = answer(output, "abc", 7);
        let found = feed("abc", &stream, &[5, 9, 12]).expect("a trailer");
        assert_eq!((found.start, found.number), (output.len(), 7));
    }

    #[test]
    fn waits_for_the_whole_number() {
        let mut seeker = Seeker::new("abc");
        assert_eq!(seeker.seek(b"x\n--abc 1"), None);
        assert_eq!(seeker.seek(b"x\n--abc 12"), None);
        let found = seeker.seek(b"x\n--abc 127\n").expect("a trailer");
        assert_eq!((found.start, found.end, found.number), (1, 12, 127));
    }

    #[test]
    fn leaves_what_follows() {
        let mut stream = answer(b"one", "abc", 0);
        let end = stream.len();
        stream.extend_from_slice(b"noise of a background job");
        assert_eq!(feed("abc", &stream, &[]).map(|t| t.end), Some(end));
    }

    #[test]
    fn nonces_differ() {
        assert_ne!(nonce(), nonce());
        assert_eq!(nonce().len(), 32);
    }

    /// Every shell around gives back every byte.
    #[test]
    fn escaped_bytes_survive_the_shells() {
        let bytes: Vec<u8> = (0..=255).chain(*b"-%d '\\n'\r\n\n").collect();
        for bytes in [&bytes[..], b"-n", b"--", b"", b"\\", b"%"] {
            let mut text = b"printf '".to_vec();
            escape(bytes, &mut text);
            text.push(b'\'');
            let file = tempfile::NamedTempFile::new().expect("a file");
            std::fs::write(file.path(), &text).expect("to write it");
            for shell in ["dash", "bash", "busybox"] {
                let mut command = Command::new(shell);
                if shell == "busybox" {
                    command.arg("ash");
                }
                let Ok(output) = command.arg(file.path()).output() else {
                    continue;
                };
                assert_eq!(output.stdout, bytes, "{shell}");
            }
        }
    }

    proptest! {
        #[test]
        fn finds_exactly_the_trailer(
            output in prop::collection::vec(
                prop_oneof![Just(b'\n'), Just(b'-'), Just(b'a'), Just(b'b'), Just(b' '), any::<u8>()],
                0..200,
            ),
            cuts in prop::collection::vec(any::<usize>(), 0..20),
            number in 0..256i32,
        ) {
            // A nonce of few letters makes near misses likely; a true hit inside is left out.
            let nonce = "abab";
            let stream = answer(&output, nonce, number);
            let needle = format!("\n--{nonce} ").into_bytes();
            let first = stream.windows(needle.len()).position(|w| w == needle);
            prop_assume!(first == Some(output.len()));
            let found = feed(nonce, &stream, &cuts);
            prop_assert_eq!(
                found,
                Some(Trailer { start: output.len(), end: stream.len(), number })
            );
        }
    }
}
