//! The home page's server function.

use leptos::{prelude::*, server_fn::codec::PostUrl};

use super::room::{Here, Latest};
use crate::{failed::Failed, ssr};

/// A tile's content as HTML, for [`super::fresh`].
#[server(prefix = "/fn", endpoint = "home/part", input = PostUrl)]
pub async fn home_part(
    /// `latest` or `here`.
    name: String,
) -> Result<String, Failed> {
    let request = ssr::request();
    request.caller.person()?;
    match name.as_str() {
        "latest" => Ok(Latest::load(&request).await?.view().to_html()),
        "here" => Ok(Here::load(&request).view().to_html()),
        _ => Err(backend::Error::NotFound.into()),
    }
}
