//! What a room's page asks of the server.

use backend::chat::PostMessage;
use leptos::{prelude::*, server_fn::codec::PostUrl};
use wire::error::Errors;

use super::page::PAGE;
use crate::{failed::Failed, i18n::words, slot, ssr, strings};

strings! {
    /// Why a message is not taken.
    struct ApiWords {
        other: "Somebody else is signed in here now. Reload the page" / "当前登录的是其他用户，请刷新页面",
    }
}

/// Posts a message. The same `client_id` again stores nothing. With an `author`, it is refused to everybody else: what
/// one person typed must not go out under the name of who signed in since, in another tab.
#[server(prefix = "/fn", endpoint = "chat/send", input = PostUrl)]
pub(crate) async fn send_message(
    room: String,
    client_id: String,
    text: String,
    author: Option<i64>,
) -> Result<(), Failed> {
    let caller = ssr::caller();
    if let (Some(author), Some(me)) = (author, caller.user_id())
        && author != me
    {
        return Err(Failed {
            status: 401,
            retry_after: None,
            errors: Errors::one("request", words::<ApiWords>().other),
        });
    }
    let post = PostMessage {
        room,
        client_id,
        text,
    };
    ssr::backend().chat.post(&caller, post).await?;
    Ok(())
}

/// A page of messages before the message `before`, as a slot carries it.
#[server(prefix = "/fn", endpoint = "chat/older", input = PostUrl)]
pub(crate) async fn older_messages(room: String, before: i64) -> Result<String, Failed> {
    let page = ssr::backend()
        .chat
        .before(&ssr::caller(), &room, before, PAGE)
        .await?;
    Ok(slot::encode(&page))
}

/// The room as it stands, as a slot carries it.
#[server(prefix = "/fn", endpoint = "chat/snapshot", input = PostUrl)]
pub(crate) async fn room_snapshot(room: String) -> Result<String, Failed> {
    let snapshot = ssr::backend().chat.snapshot(&ssr::caller(), &room, PAGE).await?;
    Ok(slot::encode(&snapshot))
}
