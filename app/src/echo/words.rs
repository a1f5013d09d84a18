//! What the bench says once it is awake.

use crate::strings;

strings! {
    /// What the bench says once it is awake.
    pub(super) struct BenchWords {
        connect: "Connect" / "连接",
        connecting: "Connecting…" / "正在连接…",
        open: "Connected" / "已连接",
        closed: "Closed" / "已关闭",
        closed_with(code): "Closed with {code}" / "已关闭，代码 {code}",
        opened_in(ms): "Opened in {ms} ms" / "连接用时 {ms} 毫秒",
        drop: "Drop and reconnect" / "断开并重连",
        text: "text" / "文本",
        binary: "binary" / "二进制",
        not_hex: "These are no pairs of hex digits" / "不是成对的十六进制数字",
        no_file: "Choose a file" / "请选择文件",
        too_large: "The server takes 16 MiB at most" / "服务器最多接收 16 MiB",
        not_open: "Connect first" / "请先连接",
        measured[n]: "{n} message" | "{n} messages" / "{n} 条消息",
        chart(n, p50, p95, p99): "{n} round trips: half within {p50} ms, 95 % within {p95} ms, 99 % within {p99} ms" / "{n} 次往返：半数在 {p50} 毫秒内，95% 在 {p95} 毫秒内，99% 在 {p99} 毫秒内",
        start: "Start" / "开始",
        stop: "Stop" / "停止",
        there_and_back(done, all): "{done} of {all} there and back" / "已往返 {done}，共 {all}",
        result(rate, messages): "{rate} MB/s each way, {messages} messages/s" / "单向 {rate} MB/s，每秒 {messages} 条消息",
        sent: "sent" / "发出",
        came: "received" / "收到",
        link: "connection" / "连接",
    }
}
