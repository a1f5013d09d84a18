//! `/api/rooms`: chat over HTTP. To follow a room as it goes on there are the sockets.

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::{Path, State, rejection::PathRejection},
    http::StatusCode,
    routing::get,
};
use backend::{
    Backend, Error, Problem,
    accounts::Caller,
    chat::{MAX_PAGE, PostMessage, Stretch},
};
use serde::Deserialize;
use wire::chat::{Message, NewMessage, Page, Room};

use crate::http::{
    Routes,
    error::{ApiError, ApiJson, ApiQuery},
};

/// Messages in an answer when the request does not say.
const USUAL_PAGE: usize = 50;

/// Rooms and their messages, for people and programs that are signed in.
pub fn routes(routes: Routes) -> Routes {
    routes
        .private("/api/rooms", get(rooms))
        .private("/api/rooms/{id}/messages", get(messages).post(post_message))
}

/// The rooms that one may use
#[utoipa::path(get, path = "/api/rooms", tag = "chat", responses((status = OK, body = Vec<Room>)))]
pub(crate) async fn rooms(
    State(backend): State<Arc<Backend>>,
    Extension(caller): Extension<Caller>,
) -> Result<Json<Vec<Room>>, ApiError> {
    Ok(Json(backend.chat.rooms(&caller).await?))
}

/// Which messages, as text: so that what is wrong is told of its field.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    before: Option<String>,
    after: Option<String>,
    limit: Option<String>,
}

/// A page of a room's messages, oldest first
///
/// The latest ones, or those before or after a message.
#[utoipa::path(
    get,
    path = "/api/rooms/{id}/messages",
    tag = "chat",
    params(
        ("id" = String, Path, description = "The room, such as `general`"),
        ("before" = Option<i64>, Query, description = "Only messages before the one with this id"),
        ("after" = Option<i64>, Query, description = "Only messages after the one with this id"),
        ("limit" = Option<usize>, Query, description = "How many at most"),
    ),
    responses((status = OK, body = Page)),
)]
pub(crate) async fn messages(
    State(backend): State<Arc<Backend>>,
    Extension(caller): Extension<Caller>,
    room: Result<Path<String>, PathRejection>,
    ApiQuery(wanted): ApiQuery<Wanted>,
) -> Result<Json<Page>, ApiError> {
    let (stretch, limit) = wanted.parse()?;
    let page = backend.chat.page(&caller, &name(room)?, stretch, limit).await?;
    Ok(Json(page))
}

/// Posts a message
///
/// Sent twice with the same `client_id`, it is stored once, and both get the stored one. With another text or in another
/// room, that `client_id` is taken (409).
#[utoipa::path(
    post,
    path = "/api/rooms/{id}/messages",
    tag = "chat",
    params(("id" = String, Path, description = "The room, such as `general`")),
    request_body = NewMessage,
    responses((status = CREATED, body = Message)),
)]
pub(crate) async fn post_message(
    State(backend): State<Arc<Backend>>,
    Extension(caller): Extension<Caller>,
    room: Result<Path<String>, PathRejection>,
    ApiJson(NewMessage { text, client_id }): ApiJson<NewMessage>,
) -> Result<(StatusCode, Json<Message>), ApiError> {
    let client_id = client_id.unwrap_or_else(|| backend.random.id());
    let post = PostMessage {
        room: name(room)?,
        client_id,
        text,
    };
    let message = backend.chat.post(&caller, post).await?;
    Ok((StatusCode::CREATED, Json(message)))
}

/// A name that is not even text names no room.
fn name(room: Result<Path<String>, PathRejection>) -> Result<String, Error> {
    room.map(|Path(name)| name).map_err(|_| Error::NotFound)
}

impl Wanted {
    fn parse(&self) -> Result<(Stretch, usize), Error> {
        let limit = number("limit", self.limit.as_deref())?.unwrap_or(USUAL_PAGE as i64);
        let limit = usize::try_from(limit).map_err(|_| Error::invalid("limit", Problem::Malformed))?;
        let before = number("before", self.before.as_deref())?;
        let after = number("after", self.after.as_deref())?;
        let stretch = match (before, after) {
            (None, None) => Stretch::Latest,
            (Some(id), None) => Stretch::Before(id),
            (None, Some(id)) => Stretch::After(id),
            (Some(_), Some(_)) => return Err(Error::invalid("after", Problem::Malformed)),
        };
        Ok((stretch, limit.min(MAX_PAGE)))
    }
}

fn number(field: &'static str, text: Option<&str>) -> Result<Option<i64>, Error> {
    let parse = |text: &str| {
        text.parse()
            .map_err(|_| Error::invalid(field, Problem::Malformed))
    };
    text.map(parse).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_has_one_end_and_numbers_are_numbers() {
        let wanted = |before: &str, after: &str, limit: &str| {
            let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
            Wanted {
                before: given(before),
                after: given(after),
                limit: given(limit),
            }
            .parse()
        };
        assert_eq!(wanted("", "", "").unwrap(), (Stretch::Latest, USUAL_PAGE));
        assert_eq!(wanted("7", "", "3").unwrap(), (Stretch::Before(7), 3));
        assert_eq!(wanted("", "7", "1000").unwrap(), (Stretch::After(7), MAX_PAGE));
        for (before, after, limit) in [("x", "", ""), ("", "1.5", ""), ("", "", "-1"), ("1", "2", "")] {
            assert!(
                matches!(wanted(before, after, limit), Err(Error::Invalid(_))),
                "{before} {after} {limit}"
            );
        }
    }
}
