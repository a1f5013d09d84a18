//! What a room's page says once it is awake.

use crate::strings;

strings! {
    /// What a room says once it is awake.
    pub struct RoomWords {
        older: "Older messages" / "更早的消息",
        loading: "Loading older messages…" / "正在加载更早的消息…",
        not_loaded: "Older messages could not be loaded. Try again" / "无法加载更早的消息，点此重试",
        new: "New" / "新消息",
        unseen[n]: "{n} new message" | "{n} new messages" / "{n} 条新消息",
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
    }
}

strings! {
    /// What is said of who is here.
    pub struct HereWords {
        here[n]: "{n} here" | "{n} here" / "{n} 人在线",
        you: "you" / "你",
    }
}
