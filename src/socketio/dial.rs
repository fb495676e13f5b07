//! From a host name to a byte stream: TCP, through a proxy if there is one, TLS if wanted.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use futures_util::{StreamExt, stream::FuturesUnordered};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
    time::sleep,
};

use super::{
    error::{ConnectError, Stage},
    proxy,
    target::{Deadline, Target},
    tls,
};

/// A byte stream, whatever it is made of.
pub(super) trait Io: AsyncRead + AsyncWrite + Send + Sync + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> Io for T {}

pub(super) type Socket = Box<dyn Io>;

/// How long one address may keep us waiting before the next is tried beside it (RFC 8305).
const NEXT_ADDRESS: Duration = Duration::from_millis(250);

/// Idle time after which the system asks whether the peer is still there; cheaper than pings and independent of them.
const KEEPALIVE: Duration = Duration::from_secs(60);

/// Opens a stream to the target, ready for HTTP.
pub(super) async fn open(target: &Target, deadline: Deadline) -> Result<Socket, ConnectError> {
    let mut socket: Socket = match &target.proxy {
        None => {
            let unreachable = |source| ConnectError::Unreachable { target: target.authority(), source };
            let open = async { tcp(&target.address.host, target.address.port).await.map_err(unreachable) };
            Box::new(deadline.within(Stage::Tcp, open).await?)
        }
        Some(proxy) => deadline.within(Stage::Proxy, proxy::tunnel(proxy, target)).await?,
    };
    if let Some(config) = &target.tls {
        socket = deadline.within(Stage::Tls, tls::wrap(socket, &target.address.host, config)).await?;
    }
    Ok(socket)
}

/// Opens a TCP connection to the first address that answers. Addresses are tried in the resolver's order, the next
/// one beside those before it as soon as they fail or hesitate, so that one dead address family costs 250 ms only.
pub(super) async fn tcp(host: &str, port: u16) -> io::Result<TcpStream> {
    let mut addresses = lookup_host((host, port)).await?;
    let mut attempts = FuturesUnordered::new();
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the host name has no address");
    loop {
        let next: Option<SocketAddr> = addresses.next();
        match next {
            Some(address) => attempts.push(TcpStream::connect(address)),
            None if attempts.is_empty() => return Err(last),
            None => {}
        }
        let more = next.is_some();
        tokio::select! {
            Some(attempt) = attempts.next() => match attempt {
                Ok(stream) => return prepare(stream),
                Err(error) => last = error,
            },
            () = sleep(NEXT_ADDRESS), if more => {}
        }
    }
}

fn prepare(stream: TcpStream) -> io::Result<TcpStream> {
    // Small packets must not wait for each other.
    stream.set_nodelay(true)?;
    let keepalive = socket2::TcpKeepalive::new().with_time(KEEPALIVE);
    socket2::SockRef::from(&stream).set_tcp_keepalive(&keepalive)?;
    Ok(stream)
}

/// The TLS settings to use: the caller's, or the system's certificates.
pub(super) async fn tls_config(
    host: &str,
    given: Option<&Arc<rustls::ClientConfig>>,
) -> Result<Arc<rustls::ClientConfig>, ConnectError> {
    match given {
        Some(config) => Ok(Arc::clone(config)),
        None => tls::default_config().await.map_err(|error| tls::unusable(host, &error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_connection_sends_at_once_and_is_kept_alive() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = tcp("127.0.0.1", listener.local_addr().unwrap().port()).await.unwrap();
        assert!(stream.nodelay().unwrap());
        assert!(socket2::SockRef::from(&stream).keepalive().unwrap());
    }
}
