//! What the room's islands say.

use crate::strings;

strings! {
    /// What the room says, on the server and in the browser.
    pub struct RoomWords {
        messages(room): "Messages in #{room}" / "#{room} 的消息",
        older: "Older messages" / "更早的消息",
        loading: "Loading older messages…" / "正在加载更早的消息…",
        not_loaded: "Older messages could not be loaded. Try again" / "无法加载更早的消息，点此重试",
        empty: "No messages yet. Say hello." / "还没有消息，打个招呼吧。",
        new: "New" / "新消息",
        unseen[n]: "{n} new message" | "{n} new messages" / "{n} 条新消息",
        place(room): "Message #{room}" / "发消息到 #{room}",
        send: "Send" / "发送",
        keys: "to send" / "发送",
        left[n]: "{n} character left" | "{n} characters left" / "还可输入 {n} 个字",
        over[n]: "{n} character too many" | "{n} characters too many" / "超出 {n} 个字",
        sending: "Sending…" / "正在发送…",
        waiting: "Waits for the connection" / "等待连接恢复",
        failed(why): "Not sent: {why}" / "未发送：{why}",
        retry: "Retry" / "重试",
        discard: "Discard" / "放弃",
        unsent: "Not sent yet" / "尚未发送",
        typing(name): "{name} is typing…" / "{name} 正在输入…",
        typing_two(one, two): "{one} and {two} are typing…" / "{one} 和 {two} 正在输入…",
        typing_many: "Several people are typing…" / "多人正在输入…",
        offline: "You are offline. What you send goes out when the connection is back." / "你已离线。发送的内容会在连接恢复后发出。",
        refused: "You may no longer read this room. Reload the page to see why." / "你已无法阅读此聊天室，请刷新页面查看原因。",
    }
}

strings! {
    /// What is said of who is here.
    pub struct HereWords {
        here[n]: "{n} here" | "{n} here" / "{n} 人在线",
        you: "you" / "你",
    }
}
