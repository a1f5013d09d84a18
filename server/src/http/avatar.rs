//! `/avatar/{hash}`: a person's picture. Public, since a hash tells nothing that a page does not, and `<img>` sends no
//! token.

use std::sync::Arc;

use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use backend::{Backend, Error};

use super::{Routes, error::PlainError};

/// An SVG opened by itself is a document: it may load and run nothing.
const POLICY: &str = "default-src 'none'; style-src 'none'; sandbox";

/// The one route.
pub fn routes(routes: Routes) -> Routes {
    routes.public("/avatar/{hash}", get(avatar))
}

async fn avatar(
    State(backend): State<Arc<Backend>>,
    hash: Result<Path<String>, PathRejection>,
) -> Result<Response, PlainError> {
    // What is not even text is nobody's.
    let Path(hash) = hash.map_err(|_| Error::NotFound)?;
    let picture = backend.accounts.picture(&hash).await?;
    let (seconds, immutable) = (
        picture.lasts.as_secs(),
        if picture.immutable { ", immutable" } else { "" },
    );
    let headers = [
        (header::CONTENT_TYPE, picture.media_type.to_owned()),
        (
            header::CACHE_CONTROL,
            format!("public, max-age={seconds}{immutable}"),
        ),
        (header::CONTENT_SECURITY_POLICY, POLICY.to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, picture.body).into_response())
}
