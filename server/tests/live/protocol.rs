//! The protocol's commands, as a program sees them.

use backend::chat::PostMessage;
use serde_json::{Value, json};
use wire::topic::Topic;

use crate::harness::{Peer, TestServer};

async fn say(server: &TestServer, token: &str, text: &str) {
    let address = backend::accounts::Address::new(server.addr.ip());
    let caller = server.backend.accounts.by_token(token, address).await.unwrap();
    let message = PostMessage {
        room: "general".into(),
        client_id: server.backend.random.id(),
        text: text.to_owned(),
    };
    server.backend.chat.post(&caller, message).await.unwrap();
}

fn offsets(publications: &Value) -> Vec<u64> {
    let list = publications.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter()
        .map(|publication| publication["offset"].as_u64().unwrap())
        .collect()
}

#[tokio::test]
async fn a_client_connects_subscribes_and_is_told_what_is_said() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.member("ada").await, server.member("bob").await);
    let mut socket = server.socket().await;
    socket
        .send(json!({"id": 1, "connect": {"token": ada, "name": "js"}}))
        .await;
    let connected = socket.next().await;
    assert_eq!(connected["id"], 1);
    assert_eq!(
        (&connected["connect"]["ping"], &connected["connect"]["pong"]),
        (&json!(25), &json!(true))
    );
    let subscribed = socket.subscribe("chat:general").await;
    assert_eq!(
        (&subscribed["recoverable"], &subscribed["positioned"]),
        (&json!(true), &json!(true))
    );
    say(&server, &bob, "hello").await;
    let push = socket.push().await;
    assert_eq!(push["channel"], "chat:general");
    assert_eq!(push["pub"]["data"]["posted"]["text"], "hello");
    assert_eq!(
        push["pub"]["offset"],
        subscribed["offset"].as_u64().unwrap_or(0) + 1
    );
}

#[tokio::test]
async fn a_batch_is_answered_line_by_line_in_order_and_a_push_never_precedes_its_subscription() {
    let server = TestServer::start().await;
    let mut peer = server.socket().await;
    let lines = [
        json!({"id": 1, "connect": {"token": server.member("ada").await}}),
        json!({"id": 2, "subscribe": {"channel": "echo:pad"}}),
        json!({"id": 3, "publish": {"channel": "echo:pad", "data": {"n": 1}}}),
        json!({"id": 4, "presence_stats": {"channel": "echo:pad"}}),
        json!({"id": 5, "ping": {}}),
    ];
    peer.send_text(lines.map(|line| line.to_string()).join("\n"))
        .await;
    for id in 1..=5 {
        assert_eq!(peer.next().await["id"], id);
    }
    assert_eq!(peer.push().await["pub"]["data"], json!({"n": 1}));
}

#[tokio::test]
async fn a_scratch_pad_has_publications_history_and_presence() {
    let server = TestServer::start().await;
    let (mut ada, mut bob) = pair(&server).await;
    let who = ada.ask(json!({"presence": {"channel": "echo:pad"}})).await;
    let present: Vec<_> = who["presence"]["presence"]
        .as_object()
        .unwrap()
        .values()
        .cloned()
        .collect();
    assert_eq!(present.len(), 2);
    assert!(
        present.iter().any(|info| info["conn_info"]["name"] == "bob"),
        "{who}"
    );
    let stats = ada.ask(json!({"presence_stats": {"channel": "echo:pad"}})).await;
    assert_eq!(stats["presence_stats"], json!({"num_clients": 2, "num_users": 2}));
    for n in 1..=5 {
        ada.publish("echo:pad", json!({"n": n})).await;
        let push = bob.push().await;
        assert_eq!(
            (&push["pub"]["data"]["n"], &push["pub"]["offset"]),
            (&json!(n), &json!(n))
        );
        assert_eq!(push["pub"]["info"]["conn_info"]["name"], "ada");
    }
    let history = |request: Value| json!({"history": request});
    let all = bob
        .ask(history(json!({"channel": "echo:pad", "limit": 10})))
        .await["history"]
        .clone();
    assert_eq!(
        (offsets(&all["publications"]), &all["offset"]),
        (vec![1, 2, 3, 4, 5], &json!(5))
    );
    let newest = bob
        .ask(history(
            json!({"channel": "echo:pad", "limit": 2, "reverse": true}),
        ))
        .await;
    assert_eq!(offsets(&newest["history"]["publications"]), [5, 4]);
    let since = json!({"offset": 3, "epoch": all["epoch"]});
    let later = bob
        .ask(history(
            json!({"channel": "echo:pad", "limit": -1, "since": since}),
        ))
        .await;
    assert_eq!(offsets(&later["history"]["publications"]), [4, 5]);
    let earlier = bob
        .ask(history(
            json!({"channel": "echo:pad", "limit": 9, "since": since, "reverse": true}),
        ))
        .await;
    assert_eq!(offsets(&earlier["history"]["publications"]), [2, 1]);
    let position = bob.ask(history(json!({"channel": "echo:pad"}))).await;
    assert_eq!(
        (
            offsets(&position["history"]["publications"]),
            &position["history"]["offset"]
        ),
        (vec![], &json!(5))
    );
    let wrong = json!({"channel": "echo:pad", "limit": 1, "since": {"offset": 1, "epoch": "another"}});
    assert_eq!(bob.ask(history(wrong)).await["error"]["code"], 112);
}

async fn pair(server: &TestServer) -> (Peer, Peer) {
    let mut ada = server.peer(&server.member("ada").await).await;
    let mut bob = server.peer(&server.member("bob").await).await;
    ada.subscribe("echo:pad").await;
    bob.subscribe("echo:pad").await;
    (ada, bob)
}

#[tokio::test]
async fn a_room_has_its_history_from_the_log() {
    let server = TestServer::start().await;
    let ada = server.member("ada").await;
    for text in ["one", "two", "three"] {
        say(&server, &ada, text).await;
    }
    let mut peer = server.peer(&ada).await;
    let newest = peer
        .ask(json!({"history": {"channel": "chat:general", "limit": 2, "reverse": true}}))
        .await;
    let texts = newest["history"]["publications"].as_array().unwrap().iter();
    let texts: Vec<_> = texts
        .map(|publication| publication["data"]["posted"]["text"].clone())
        .collect();
    assert_eq!(texts, ["three", "two"]);
    let all = peer
        .ask(json!({"history": {"channel": "chat:general", "limit": 100}}))
        .await;
    assert_eq!(offsets(&all["history"]["publications"]), [1, 2, 3]);
}

#[tokio::test]
async fn who_was_away_gets_what_was_missed_or_is_told_that_it_cannot_be_had() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.member("ada").await, server.member("bob").await);
    for channel in ["chat:general", "echo:pad"] {
        let mut writer = server.peer(&bob).await;
        writer.subscribe("echo:pad").await;
        let mut peer = server.peer(&ada).await;
        let subscribed = peer.subscribe(channel).await;
        let (epoch, offset) = (
            subscribed["epoch"].clone(),
            subscribed["offset"].as_u64().unwrap_or(0),
        );
        drop(peer);
        for text in ["one", "two"] {
            say(&server, &bob, text).await;
            writer.publish("echo:pad", json!(text)).await;
        }
        let recover = json!({"channel": channel, "recover": true, "epoch": epoch, "offset": offset});
        let mut again = server.peer(&ada).await;
        let result = again.ask(json!({"subscribe": recover})).await["subscribe"].clone();
        assert_eq!(
            (&result["recovered"], &result["was_recovering"]),
            (&json!(true), &json!(true)),
            "{channel}"
        );
        assert_eq!(
            offsets(&result["publications"]),
            [offset + 1, offset + 2],
            "{channel}"
        );
        let lost = json!({"channel": channel, "recover": true, "epoch": "another", "offset": offset});
        let mut third = server.peer(&ada).await;
        let strict = third
            .ask(json!({"subscribe": {"channel": channel, "recover": true, "epoch": "x", "flag": 2}}))
            .await;
        assert_eq!(strict["error"]["code"], 112, "{channel}");
        let result = third.ask(json!({"subscribe": lost})).await["subscribe"].clone();
        assert_eq!(
            (result.get("recovered"), &result["was_recovering"]),
            (None, &json!(true)),
            "{channel}"
        );
        assert_eq!(
            (&result["epoch"], &result["offset"]),
            (&epoch, &json!(offset + 2)),
            "{channel}"
        );
    }
}

#[tokio::test]
async fn who_asks_for_it_is_told_who_comes_and_goes() {
    let server = TestServer::start().await;
    let mut ada = server.peer(&server.member("ada").await).await;
    ada.ask(json!({"subscribe": {"channel": "echo:pad", "join_leave": true}}))
        .await;
    assert_eq!(
        ada.push().await["join"]["info"]["conn_info"]["name"],
        "ada",
        "itself first, as the protocol has it"
    );
    let mut bob = server.peer(&server.member("bob").await).await;
    bob.subscribe("echo:pad").await;
    assert_eq!(ada.push().await["join"]["info"]["conn_info"]["name"], "bob");
    assert_eq!(
        bob.ask(json!({"unsubscribe": {"channel": "echo:pad"}})).await["unsubscribe"],
        json!({})
    );
    assert_eq!(ada.push().await["leave"]["info"]["conn_info"]["name"], "bob");
    ada.publish("echo:pad", json!("still here?")).await;
    bob.subscribe("echo:other").await;
    bob.publish("echo:other", json!("elsewhere")).await;
    assert_eq!(
        bob.push().await["channel"],
        "echo:other",
        "nothing of the pad it left"
    );
}

#[tokio::test]
async fn typing_reaches_the_room_and_is_not_stored() {
    let server = TestServer::start().await;
    let (mut ada, mut bob) = pair(&server).await;
    ada.subscribe("chat:general").await;
    bob.subscribe("chat:general").await;
    ada.publish("chat:general", json!("typing")).await;
    let push = bob.push().await;
    assert_eq!(push["pub"]["data"], "typing");
    assert_eq!(
        (
            push["pub"].get("offset"),
            &push["pub"]["info"]["conn_info"]["name"]
        ),
        (None, &json!("ada"))
    );
    let history = bob
        .ask(json!({"history": {"channel": "chat:general", "limit": 10}}))
        .await;
    assert_eq!(history["history"]["publications"], json!([]));
    let forged = json!({"publish": {"channel": "chat:general", "data": {"posted": {"text": "forged"}}}});
    assert_eq!(bob.ask(forged).await["error"]["code"], 107);
}

#[tokio::test]
async fn a_stranger_sees_nothing_and_a_wrong_token_is_turned_away() {
    let server = TestServer::start().await;
    let mut stranger = server.peer("").await;
    for request in [
        json!({"subscribe": {"channel": "chat:general"}}),
        json!({"subscribe": {"channel": "echo:pad"}}),
        json!({"publish": {"channel": "echo:pad", "data": 1}}),
        json!({"presence": {"channel": "chat:general"}}),
        json!({"history": {"channel": "chat:general", "limit": 1}}),
    ] {
        assert_eq!(
            stranger.ask(request.clone()).await["error"]["code"],
            101,
            "{request}"
        );
    }
    let mut wrong = server.socket().await;
    wrong
        .send(json!({"id": 1, "connect": {"token": "no such token"}}))
        .await;
    assert_eq!(wrong.closed().await, (3500, "invalid token".to_owned()));
}

#[tokio::test]
async fn with_open_a_stranger_is_anonymous() {
    let server = TestServer::open().await;
    let mut peer = server.peer("").await;
    peer.subscribe("echo:pad").await;
    peer.publish("echo:pad", json!(1)).await;
    assert_eq!(peer.push().await["pub"]["info"]["conn_info"]["name"], "anonymous");
}

#[tokio::test]
async fn what_is_not_there_or_not_allowed_has_its_code() {
    let server = TestServer::start().await;
    let mut peer = server.peer(&server.member("ada").await).await;
    peer.subscribe("echo:pad").await;
    for (request, code) in [
        (json!({"subscribe": {"channel": "chat:nowhere"}}), 102),
        (json!({"subscribe": {"channel": "nothing"}}), 102),
        (json!({"subscribe": {"channel": "echo:"}}), 102),
        (json!({"subscribe": {"channel": "with space"}}), 107),
        (json!({"subscribe": {"channel": "echo:pad"}}), 105),
        (json!({"subscribe": {"channel": "plain:general"}}), 102),
        (json!({"rpc": {"method": "no such thing", "data": {}}}), 104),
        (json!({"sub_refresh": {"channel": "echo:pad", "token": "t"}}), 108),
    ] {
        assert_eq!(
            peer.ask(request.clone()).await["error"]["code"],
            code,
            "{request}"
        );
    }
    assert_eq!(
        peer.ask(json!({"rpc": {"method": "greet"}})).await["rpc"]["data"],
        "Hello, Navigator!"
    );
    peer.send(json!({"send": {"data": {}}})).await;
    assert_eq!(
        peer.ask(json!({"ping": {}})).await["ping"],
        json!({}),
        "what is only sent is taken in silence"
    );
}

#[tokio::test]
async fn a_token_can_be_shown_again_and_another_persons_cannot() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.member("ada").await, server.member("bob").await);
    let mut peer = server.peer(&ada).await;
    assert!(peer.ask(json!({"refresh": {"token": ada}})).await["refresh"]["client"].is_string());
    peer.send(json!({"id": 99, "refresh": {"token": bob}})).await;
    assert_eq!(peer.closed().await.0, 3500);
}

#[tokio::test]
async fn what_a_revoked_token_opened_is_closed() {
    let server = TestServer::start().await;
    let token = server.member("ada").await;
    let mut peer = server.peer(&token).await;
    let address = backend::accounts::Address::new(server.addr.ip());
    let caller = server.backend.accounts.by_token(&token, address).await.unwrap();
    let tokens = server.backend.accounts.tokens(&caller).await.unwrap();
    server
        .backend
        .accounts
        .revoke_token(&caller, tokens[0].id)
        .await
        .unwrap();
    assert_eq!(peer.closed().await.0, 3503);
}

#[tokio::test]
async fn a_removed_person_is_told_that_the_subscription_ended() {
    let server = TestServer::start().await;
    let token = server.member("ada").await;
    let mut peer = server.peer(&token).await;
    peer.subscribe("chat:general").await;
    let address = backend::accounts::Address::new(server.addr.ip());
    let caller = server.backend.accounts.by_token(&token, address).await.unwrap();
    server
        .backend
        .hub
        .unsubscribe_user(caller.user_id().unwrap(), &Topic::new("chat", "general"));
    assert_eq!(peer.push().await["unsubscribe"]["code"], 2000);
}

#[tokio::test]
async fn a_shutdown_says_so_and_the_server_ends() {
    let mut server = TestServer::start().await;
    let mut peer = server.peer(&server.member("ada").await).await;
    let reading = tokio::spawn(async move { peer.closed().await });
    server.stop().await;
    assert_eq!(reading.await.unwrap(), (3001, "shutdown".to_owned()));
}
