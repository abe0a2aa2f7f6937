//! A `/bin/sh` that stays, and frames through it.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::channel::{Channel, End, OpenError, Opener};
use super::frame::{Frame, Input, Seeker, Trailer};
use super::{Identity, Output, quote, sudo};

/// How long a new shell may take to answer: start-up files of the login user run before it.
const GREETING: Duration = Duration::from_secs(30);

/// How long the pipes of a shell that ended may stay silent before they are given up: a job it
/// left behind may hold them open for ever.
const DRAIN: Duration = Duration::from_secs(1);

/// Room made for each read.
const CHUNK: usize = 64 * 1024;

/// Why a frame did not come back. The shell must not be used again.
#[derive(Debug)]
pub(super) enum Broken {
    /// The shell ended, or stayed silent, before it took the frame; nothing of it ran.
    Greeting {
        /// How it ended; none when it was silent for too long.
        end: Option<End>,
        /// What it said.
        words: String,
    },
    /// The shell ended in the middle of the frame.
    Ended {
        /// How.
        end: End,
        /// What had come until then; the code is not meant.
        output: Output,
    },
    /// The frame's time was up.
    Timeout,
}

/// A persistent shell. Dropping it closes its pipes, on which it ends.
pub(super) struct Shell {
    channel: Channel,
    out: Vec<u8>,
    err: Vec<u8>,
    greeting: Option<Frame>,
    group: Option<i32>,
}

impl Shell {
    /// Opens a shell for an identity. It has not answered yet when this returns: the first
    /// frame goes out together with the greeting.
    pub(super) async fn start(opener: &dyn Opener, identity: &Identity) -> Result<Self, OpenError> {
        let channel = match identity {
            Identity::Login => {
                opener
                    .open(&format!("exec {}", quote(opener.shell())))
                    .await?
            }
            Identity::Sudo(sudo) => sudo::open(opener, sudo).await?,
        };
        Ok(Self {
            channel,
            out: Vec::new(),
            err: Vec::new(),
            greeting: Some(Frame::hello()),
            group: None,
        })
    }

    /// The process group of the shell and all it started, once it has answered.
    pub(super) fn group(&self) -> Option<i32> {
        self.group
    }

    /// Whether it can take a frame, as far as one can tell without asking.
    pub(super) fn alive(&self) -> bool {
        self.channel.stdin.is_some() && !self.channel.ended()
    }

    /// Runs one script; `payload` are the bytes of [`Input::Stream`].
    pub(super) async fn run(
        &mut self,
        script: &str,
        input: Input<'_>,
        payload: Option<&[u8]>,
        timeout: Option<Duration>,
    ) -> Result<Output, Broken> {
        let frame = Frame::new(script, input);
        let mut text = Vec::new();
        if let Some(greeting) = &self.greeting {
            text.extend_from_slice(&greeting.text);
        } else {
            // Words of background jobs since the last frame belong to nobody.
            self.out.clear();
            self.err.clear();
        }
        text.extend_from_slice(&frame.text);
        let mut outgoing = Outgoing { bytes: &text };
        self.greet(&mut outgoing).await?;
        let rest = self.finish(&frame, &mut outgoing, payload);
        match timeout {
            None => rest.await,
            Some(limit) => tokio::time::timeout(limit, rest)
                .await
                .unwrap_or(Err(Broken::Timeout)),
        }
    }

    /// Waits for the answer to the greeting, unless it came before, and learns the process group
    /// from it.
    async fn greet(&mut self, outgoing: &mut Outgoing<'_>) -> Result<(), Broken> {
        let Some(nonce) = self
            .greeting
            .as_ref()
            .map(|greeting| greeting.nonce.clone())
        else {
            return Ok(());
        };
        let answer = self.exchange(outgoing, &nonce, Some(&nonce));
        let end = match tokio::time::timeout(GREETING, answer).await {
            Ok(Ok((group, _))) => {
                self.greeting = None;
                self.group = Some(group.number).filter(|group| *group > 1);
                return Ok(());
            }
            Ok(Err(end)) => Some(end),
            Err(_) => None,
        };
        let mut words = String::from_utf8_lossy(&self.err).into_owned();
        words.push_str(&String::from_utf8_lossy(&self.out));
        Err(Broken::Greeting { end, words })
    }

    /// The process group when nobody waits for the frame any more: the shell may still be
    /// starting, with the frame on its way to it.
    pub(super) async fn group_at_last(&mut self) -> Option<i32> {
        if self.greeting.is_some() {
            self.channel.stdin = None;
            let _ = self.greet(&mut Outgoing { bytes: &[] }).await;
        }
        // Standard input stays open otherwise: a script must not take a cut input for a whole one.
        self.group
    }

    /// Hands over the payload, if any, and collects the frame's answer.
    async fn finish(
        &mut self,
        frame: &Frame,
        outgoing: &mut Outgoing<'_>,
        payload: Option<&[u8]>,
    ) -> Result<Output, Broken> {
        let nonce = frame.nonce.as_str();
        let answer = match payload {
            None => self.exchange(outgoing, nonce, Some(nonce)).await,
            Some(payload) => {
                if let Err(end) = self.exchange(outgoing, &frame.go(), None).await {
                    return Err(self.ended(end));
                }
                let mut payload = Outgoing { bytes: payload };
                self.exchange(&mut payload, nonce, Some(nonce)).await
            }
        };
        match answer {
            Ok((code, bytes)) => Ok(Output {
                code: code.number,
                stdout: bytes.0,
                stderr: bytes.1,
            }),
            Err(end) => Err(self.ended(end)),
        }
    }

    fn ended(&mut self, end: End) -> Broken {
        Broken::Ended {
            end,
            output: Output {
                code: 0,
                stdout: std::mem::take(&mut self.out),
                stderr: std::mem::take(&mut self.err),
            },
        }
    }

    /// Writes what is to be written and reads both streams at the same time until their trailers
    /// are there; gives the first one's number and what came before them.
    async fn exchange(
        &mut self,
        outgoing: &mut Outgoing<'_>,
        out: &str,
        err: Option<&str>,
    ) -> Result<(Trailer, (Vec<u8>, Vec<u8>)), End> {
        let ended = self.channel.end();
        tokio::pin!(ended);
        let mut end = None;
        let mut out = Side::new(&mut self.channel.stdout, &mut self.out, Some(out));
        let mut err = Side::new(&mut self.channel.stderr, &mut self.err, err);
        while !(out.done() && err.done()) {
            tokio::select! {
                () = out.fill(), if !out.done() => {}
                () = err.fill(), if !err.done() => {}
                () = outgoing.pump(&mut self.channel.stdin), if outgoing.pending() => {}
                how = &mut ended, if end.is_none() => end = Some(how),
                () = tokio::time::sleep(DRAIN), if end.is_some() => break,
            }
        }
        match (out.trailer, err.found()) {
            (Some(trailer), true) => Ok((trailer, (out.take(), err.take()))),
            _ => Err(match end {
                Some(end) => end,
                None => tokio::time::timeout(DRAIN, ended)
                    .await
                    .unwrap_or(End::Unknown),
            }),
        }
    }

    /// Ends the shell and waits a moment for it.
    pub(super) async fn close(mut self) {
        self.channel.stdin = None;
        let _ = tokio::time::timeout(DRAIN, self.channel.end()).await;
    }
}

/// Bytes on their way into the shell.
struct Outgoing<'a> {
    bytes: &'a [u8],
}

impl Outgoing<'_> {
    fn pending(&self) -> bool {
        !self.bytes.is_empty()
    }

    /// Writes some. Nothing is lost when this is dropped half-way. That the shell does not read
    /// any more is no error here: its trailer or its end tells what happened.
    async fn pump(&mut self, stdin: &mut Option<Box<dyn AsyncWrite + Send + Sync + Unpin>>) {
        let written = match stdin {
            Some(pipe) => pipe.write(self.bytes).await.unwrap_or(0),
            None => 0,
        };
        self.bytes = match written {
            0 => &[],
            _ => &self.bytes[written..],
        };
    }
}

/// One of the two streams, with its trailer to wait for.
struct Side<'a> {
    stream: &'a mut (dyn AsyncRead + Send + Sync + Unpin),
    buffer: &'a mut Vec<u8>,
    seeker: Option<Seeker>,
    trailer: Option<Trailer>,
    eof: bool,
}

impl<'a> Side<'a> {
    fn new(
        stream: &'a mut (dyn AsyncRead + Send + Sync + Unpin),
        buffer: &'a mut Vec<u8>,
        nonce: Option<&str>,
    ) -> Self {
        let mut seeker = nonce.map(Seeker::new);
        let trailer = seeker.as_mut().and_then(|seeker| seeker.seek(buffer));
        Self {
            stream,
            buffer,
            seeker,
            trailer,
            eof: false,
        }
    }

    /// Whether its trailer is there, or none is wanted.
    fn found(&self) -> bool {
        self.seeker.is_none() || self.trailer.is_some()
    }

    fn done(&self) -> bool {
        self.eof || self.found()
    }

    /// Reads some and looks for the trailer. Nothing is lost when this is dropped half-way.
    async fn fill(&mut self) {
        self.buffer.reserve(CHUNK);
        match self.stream.read_buf(self.buffer).await {
            Ok(0) | Err(_) => self.eof = true,
            Ok(_) => {
                self.trailer = self
                    .seeker
                    .as_mut()
                    .and_then(|seeker| seeker.seek(self.buffer));
            }
        }
    }

    /// What came before the trailer; what came after it stays.
    fn take(self) -> Vec<u8> {
        let Some(trailer) = self.trailer else {
            return Vec::new();
        };
        let rest = self.buffer.split_off(trailer.end);
        self.buffer.truncate(trailer.start);
        std::mem::replace(self.buffer, rest)
    }
}
