//! What a room's page asks of the server.

use backend::chat::PostMessage;
use leptos::{prelude::*, server_fn::codec::PostUrl};

use super::page::PAGE;
use crate::{failed::Failed, slot, ssr};

/// Posts a message. The same `client_id` again stores nothing.
#[server(prefix = "/fn", endpoint = "chat/send", input = PostUrl)]
pub(crate) async fn send_message(room: String, client_id: String, text: String) -> Result<(), Failed> {
    let post = PostMessage {
        room,
        client_id,
        text,
    };
    ssr::backend().chat.post(&ssr::caller(), post).await?;
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
