//! Requests: the token goes along, an error's body becomes an [`Error`].

use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response, header};
use serde::{Serialize, de::DeserializeOwned};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{client::IntoClientRequest as _, protocol::WebSocketConfig},
};

use crate::{CONNECT_TIMEOUT, Client, Error, error};

/// A socket of this client.
pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// What a socket's own read buffer takes; most messages are far smaller than tungstenite's 128 KiB.
const READ_BUFFER_BYTES: usize = 16 * 1024;

impl Client {
    /// `GET /greeting`: whether there is a Flotilla at all.
    pub async fn greeting(&self) -> Result<String, Error> {
        Ok(self
            .ask(Method::GET, "/greeting", |request| request)
            .await?
            .text()
            .await?)
    }

    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<T, Error> {
        Ok(self
            .ask(Method::GET, path, |request| request.query(query))
            .await?
            .json()
            .await?)
    }

    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        Ok(self
            .ask(Method::POST, path, |request| request.json(body))
            .await?
            .json()
            .await?)
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        fill: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Result<Response, Error> {
        let mut request = fill(self.http.request(method, self.url(path)?));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await?;
        if answer.status().is_success() {
            Ok(answer)
        } else {
            Err(refused(answer).await)
        }
    }

    /// Opens the socket at `path`, with the token in its header. `most` bounds what one message may take, in bytes.
    pub async fn socket(&self, path: &str, protocol: Option<&str>, most: usize) -> Result<Socket, Error> {
        let mut url = self.url(path)?;
        let scheme = if url.scheme() == "https" { "wss" } else { "ws" };
        url.set_scheme(scheme)
            .map_err(|()| Error::BadServer(url.to_string()))?;
        let mut request = url.as_str().into_client_request()?;
        if let Some(token) = &self.token {
            let value = format!("Bearer {token}")
                .try_into()
                .map_err(|_| Error::BadToken)?;
            request.headers_mut().insert(header::AUTHORIZATION, value);
        }
        if let Some(protocol) = protocol {
            let value = protocol
                .try_into()
                .map_err(|_| Error::Unexpected(protocol.to_owned()))?;
            request
                .headers_mut()
                .insert(header::SEC_WEBSOCKET_PROTOCOL, value);
        }
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER_BYTES)
            .max_message_size(Some(most))
            .max_frame_size(Some(most));
        let connecting = connect_async_with_config(request, Some(config), true);
        match tokio::time::timeout(CONNECT_TIMEOUT, Box::pin(connecting)).await {
            Ok(connected) => Ok(connected?.0),
            Err(_) => Err(Error::NoAnswer("timed out".to_owned())),
        }
    }
}

async fn refused(answer: Response) -> Error {
    let status = answer.status().as_u16();
    let retry_after = answer
        .headers()
        .get(header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .map(Duration::from_secs);
    let errors = answer
        .bytes()
        .await
        .map(|body| error::read_errors(&body))
        .unwrap_or_default();
    Error::Refused {
        status,
        errors,
        retry_after,
    }
}
