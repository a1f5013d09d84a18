//! The socket itself: postcard in binary frames, nothing decided here.

use std::{
    cell::RefCell,
    future::poll_fn,
    pin::Pin,
    rc::{Rc, Weak},
    task::Poll,
};

use futures::{Sink, Stream};
use gloo_net::websocket::{Message, WebSocketError, futures::WebSocket};
use leptos::{prelude::window, task::spawn_local};
use wire::live::compact::{Down, SUBPROTOCOL, Up};

/// What a browser reports when a connection ends without a close frame.
const NO_CLOSE_FRAME: u16 = 1006;

/// An open socket. Dropping it closes it, and nothing is heard of it any more.
pub(super) struct Socket(Rc<RefCell<WebSocket>>);

impl Socket {
    /// Opens a socket to this page's server. `heard` gets each frame, then `closed` the close code, once.
    pub(super) fn open(heard: impl Fn(Down) + 'static, closed: impl FnOnce(u16) + 'static) -> Option<Self> {
        let location = window().location();
        let scheme = if location.protocol().ok()? == "https:" {
            "wss://"
        } else {
            "ws://"
        };
        let url = [scheme, &location.host().ok()?, "/connection/websocket"].concat();
        let socket = Rc::new(RefCell::new(
            WebSocket::open_with_protocol(&url, SUBPROTOCOL).ok()?,
        ));
        let weak = Rc::downgrade(&socket);
        spawn_local(async move {
            if let Some(code) = read(&weak, heard).await {
                closed(code);
            }
        });
        Some(Self(socket))
    }

    /// Sends a frame; a socket that is closing loses it, as a cut line would.
    pub(super) fn send(&self, up: &Up) {
        if let Ok(bytes) = postcard::to_allocvec(up) {
            let _ = Pin::new(&mut *self.0.borrow_mut()).start_send(Message::Bytes(bytes));
        }
    }
}

/// Reads until the end; `None` when the socket was dropped on this side.
async fn read(socket: &Weak<RefCell<WebSocket>>, heard: impl Fn(Down)) -> Option<u16> {
    let next = || {
        poll_fn(|context| match socket.upgrade() {
            Some(socket) => Pin::new(&mut *socket.borrow_mut()).poll_next(context),
            None => Poll::Ready(None),
        })
    };
    loop {
        match next().await {
            Some(Ok(Message::Bytes(bytes))) => match postcard::from_bytes(&bytes) {
                Ok(down) => heard(down),
                Err(_) => return Some(NO_CLOSE_FRAME), // a frame of another build: start over
            },
            Some(Ok(Message::Text(_)) | Err(WebSocketError::MessageSendError(_))) => {}
            Some(Err(WebSocketError::ConnectionClose(close))) => return alive(socket).then_some(close.code),
            Some(Err(_)) | None => return alive(socket).then_some(NO_CLOSE_FRAME),
        }
    }
}

fn alive(socket: &Weak<RefCell<WebSocket>>) -> bool {
    socket.strong_count() > 0
}
