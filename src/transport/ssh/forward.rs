//! Byte streams to what the host can reach.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll};

use openssh::{Error, ForwardType, Session, Socket};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::UnixStream;

use super::super::Endpoint;
use super::super::frame::nonce;
use super::master::Master;

/// Opens a stream: the master listens on a private socket for one connection, ours.
///
/// The master has taken that connection before it reads the request to stop listening, because
/// the request comes over a connection that was made later.
pub(super) async fn open(
    session: &Session,
    master: &Master,
    endpoint: &Endpoint,
) -> Result<Forward, Error> {
    let path = master.sockets().join(format!("f{}", &nonce()[..15]));
    let log = master.log();
    let offset = std::fs::metadata(&log).map_or(0, |meta| meta.len());
    let far = || match endpoint {
        Endpoint::Tcp(host, port) => Socket::TcpSocket {
            host: host.into(),
            port: *port,
        },
        Endpoint::Unix(socket) => Socket::UnixSocket {
            path: Path::new(socket).into(),
        },
    };
    session
        .request_port_forward(ForwardType::Local, path.as_path(), far())
        .await?;
    let stream = UnixStream::connect(&path).await;
    let closed = session
        .close_port_forward(ForwardType::Local, path.as_path(), far())
        .await;
    let _ = std::fs::remove_file(&path);
    closed?;
    Ok(Forward {
        stream: stream.map_err(Error::ChildIo)?,
        log: Some((log, offset)),
    })
}

/// A forwarded stream. Whether the far end took the connection shows only in the master's log:
/// a stream that ends before its first byte looks there for the reason.
#[derive(Debug)]
pub(super) struct Forward {
    stream: UnixStream,
    log: Option<(PathBuf, u64)>,
}

impl AsyncRead for Forward {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let wanted = buffer.remaining() > 0;
        let polled = Pin::new(&mut this.stream).poll_read(context, buffer);
        let Poll::Ready(result) = &polled else {
            return polled;
        };
        if let Some((log, offset)) = this.log.take_if(|_| wanted)
            && (result.is_err() || buffer.filled().len() == before)
            && let Some(reason) = refusal(&log, offset)
        {
            return Poll::Ready(Err(io::Error::new(
                io::ErrorKind::ConnectionRefused,
                reason,
            )));
        }
        polled
    }
}

impl AsyncWrite for Forward {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// What the master wrote about a channel that could not be opened, such as
/// `channel 3: open failed: connect failed: Connection refused`.
fn refusal(log: &Path, offset: u64) -> Option<String> {
    let mut file = std::fs::File::open(log).ok()?;
    file.seek(SeekFrom::Start(offset)).ok()?;
    let mut text = String::new();
    file.take(64 * 1024).read_to_string(&mut text).ok()?;
    let (_, reason) = text
        .lines()
        .find_map(|line| line.split_once("open failed: "))?;
    Some(reason.trim().to_owned())
}
