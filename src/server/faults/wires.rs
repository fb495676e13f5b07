//! TCP connections that can be cut, or go silent without being closed.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use futures_util::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

use super::lab::Lab;

const ALIVE: u8 = 0;
/// Nothing comes in, what goes out is lost, and it is never closed.
const SILENT: u8 = 1;
/// It has ended.
const CUT: u8 = 2;

/// The connections that carry a WebSocket.
#[derive(Default)]
pub(super) struct Wires(Mutex<Vec<Weak<State>>>);

struct State {
    mode: AtomicU8,
    sockets: AtomicBool,
    waker: AtomicWaker,
}

/// What a request knows of the connection that it came by.
#[derive(Clone)]
pub(in crate::server) struct WireTag(Arc<State>);

/// A listener whose connections the laboratory can reach.
pub(in crate::server) struct Doorway {
    pub listener: TcpListener,
    pub lab: Lab,
}

/// One connection.
pub(in crate::server) struct Wire {
    tcp: Option<TcpStream>,
    state: Arc<State>,
    lab: Lab,
}

impl Listener for Doorway {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        let (tcp, from) = Listener::accept(&mut self.listener).await;
        // An event waits for nothing, so small packets leave at once.
        if let Err(error) = tcp.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY cannot be set");
        }
        let state = State { mode: AtomicU8::new(ALIVE), sockets: AtomicBool::new(false), waker: AtomicWaker::new() };
        (Wire { tcp: Some(tcp), state: Arc::new(state), lab: self.lab.clone() }, from)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Connected<IncomingStream<'_, Doorway>> for WireTag {
    fn connect_info(stream: IncomingStream<'_, Doorway>) -> Self {
        Self(stream.io().state.clone())
    }
}

impl Wires {
    /// A connection carries a WebSocket.
    pub(super) fn carries_sockets(&self, tag: &WireTag) {
        if !tag.0.sockets.swap(true, Ordering::AcqRel) {
            let mut wires = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            wires.retain(|wire| wire.strong_count() > 0);
            wires.push(Arc::downgrade(&tag.0));
        }
    }

    /// All of them go silent.
    pub(super) fn go_silent(&self) {
        self.become_of_all(SILENT);
    }

    /// All of them end.
    pub(super) fn cut(&self) {
        self.become_of_all(CUT);
    }

    fn become_of_all(&self, mode: u8) {
        let wires = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for wire in wires.iter().filter_map(Weak::upgrade) {
            wire.mode.store(mode, Ordering::Release);
            wire.waker.wake();
        }
    }
}

impl Wire {
    fn mode(&self) -> u8 {
        self.state.mode.load(Ordering::Acquire)
    }

    fn tcp(&mut self) -> io::Result<Pin<&mut TcpStream>> {
        self.tcp.as_mut().map(Pin::new).ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let wire = self.get_mut();
        wire.state.waker.register(cx.waker());
        match wire.mode() {
            SILENT => Poll::Pending,
            CUT => Poll::Ready(Ok(())),
            _ => wire.tcp()?.poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let wire = self.get_mut();
        match wire.mode() {
            SILENT => Poll::Ready(Ok(buf.len())),
            CUT => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
            _ => wire.tcp()?.poll_write(cx, buf),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let wire = self.get_mut();
        match wire.mode() {
            SILENT => Poll::Ready(Ok(bufs.iter().map(|buf| buf.len()).sum())),
            CUT => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
            _ => wire.tcp()?.poll_write_vectored(cx, bufs),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.as_ref().is_some_and(AsyncWrite::is_write_vectored)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let wire = self.get_mut();
        if wire.mode() == SILENT { Poll::Ready(Ok(())) } else { wire.tcp()?.poll_flush(cx) }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let wire = self.get_mut();
        if wire.mode() == SILENT { Poll::Ready(Ok(())) } else { wire.tcp()?.poll_shutdown(cx) }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.mode() == SILENT
            && let Some(tcp) = self.tcp.take()
        {
            self.lab.bury(tcp);
        }
    }
}
