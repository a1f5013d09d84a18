use serde_json::{Value, json, value::RawValue};

use super::*;

/// Lines as the protocol's own clients send and read them.
#[test]
fn commands_are_read_as_the_official_clients_write_them() {
    let read = |line: Value| serde_json::from_value::<Command<Value>>(line).unwrap();
    let connect = read(json!({"id": 1, "connect": {"token": "t", "name": "js"}}));
    assert_eq!((connect.id, connect.connect.unwrap().token.as_str()), (1, "t"));
    let subscribe = read(
        json!({"id": 2, "subscribe": {"channel": "chat:general", "recover": true, "epoch": "e", "offset": 7}}),
    );
    let subscribe = subscribe.subscribe.unwrap();
    assert_eq!(
        (subscribe.epoch.as_str(), subscribe.offset, subscribe.recover),
        ("e", 7, true)
    );
    let history = read(
        json!({"id": 3, "history": {"channel": "c", "since": {"epoch": "e"}, "limit": -1, "reverse": true}}),
    );
    assert_eq!(
        history.history.unwrap().since,
        Some(StreamPosition {
            offset: 0,
            epoch: "e".into()
        })
    );
    let pong = read(json!({}));
    assert!(pong.id == 0 && pong.connect.is_none());
}

#[test]
fn what_is_empty_is_left_out_of_a_reply() {
    let line = |reply: &Reply<Value>| serde_json::to_string(reply).unwrap();
    assert_eq!(line(&Reply::default()), "{}");
    let subscribed = SubscribeResult {
        epoch: "e".into(),
        recoverable: true,
        positioned: true,
        ..Default::default()
    };
    let reply = Reply {
        id: 2,
        subscribe: Some(subscribed),
        ..Reply::default()
    };
    assert_eq!(
        line(&reply),
        r#"{"id":2,"subscribe":{"recoverable":true,"epoch":"e","positioned":true}}"#
    );
    let error = Error {
        code: 104,
        message: "method not found".into(),
        temporary: false,
    };
    let reply = Reply {
        id: 3,
        error: Some(error),
        ..Reply::default()
    };
    assert_eq!(
        line(&reply),
        r#"{"id":3,"error":{"code":104,"message":"method not found"}}"#
    );
}

#[test]
fn data_passes_through_untouched() {
    let raw = r#"{"b":1.0,"a":"\u00fc"}"#;
    let line = format!(r#"{{"id":4,"publish":{{"channel":"echo:x","data":{raw}}}}}"#);
    let command: Command<&RawValue> = serde_json::from_str(&line).unwrap();
    let data = command.publish.unwrap().data;
    assert_eq!(data.get(), raw);
    let push = Push {
        publication: Some(Publication {
            data,
            info: None,
            offset: 9,
        }),
        ..Push::on("echo:x")
    };
    let line = serde_json::to_string(&Reply {
        push: Some(push),
        ..Reply::default()
    })
    .unwrap();
    assert_eq!(
        line,
        format!(r#"{{"push":{{"channel":"echo:x","pub":{{"data":{raw},"offset":9}}}}}}"#)
    );
}
