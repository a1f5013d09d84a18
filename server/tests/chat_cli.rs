//! `flotilla chat` and `flotilla echo`: the program itself, against a real server.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{process::Stdio, time::Duration};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

mod site;

use site::{PATIENCE, Site};

/// The program with these arguments, and nothing of this environment that it would read.
fn flotilla(site: &Site, token: Option<&str>, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flotilla"));
    command
        .args(arguments)
        .args(["--server", &site.url])
        .kill_on_drop(true);
    for name in ["FLOTILLA_TOKEN", "FLOTILLA_TOKEN_FILE", "FLOTILLA_SERVER"] {
        command.env_remove(name);
    }
    if let Some(token) = token {
        command.env("FLOTILLA_TOKEN", token);
    }
    command
}

/// What it printed, said on stderr, and ended with.
async fn run(mut command: Command) -> (String, String, i32) {
    let output = timeout(PATIENCE, command.stdin(Stdio::null()).output())
        .await
        .unwrap()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        text(output.stdout),
        text(output.stderr),
        output.status.code().unwrap(),
    )
}

/// A command that goes on, and its lines.
fn spawn(mut command: Command) -> (Child, Lines<BufReader<ChildStdout>>) {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    (child, lines)
}

async fn line(lines: &mut Lines<BufReader<ChildStdout>>) -> String {
    timeout(PATIENCE, lines.next_line())
        .await
        .expect("a line in time")
        .unwrap()
        .expect("a line")
}

#[tokio::test]
async fn a_message_is_sent_from_words_and_from_standard_input() {
    let site = Site::closed().await;
    let ada = site.member("Ada").await;
    let (out, err, code) = run(flotilla(
        &site,
        Some(&ada.secret),
        &["chat", "send", "hello", "world"],
    ))
    .await;
    assert_eq!((out.as_str(), err.as_str(), code), ("", "", 0));

    let (mut child, _lines) = spawn(flotilla(&site, Some(&ada.secret), &["chat", "send"]));
    let mut input = child.stdin.take().unwrap();
    input
        .write_all("first\n\n  second \u{1f916}\n".as_bytes())
        .await
        .unwrap();
    drop(input);
    assert!(timeout(PATIENCE, child.wait()).await.unwrap().unwrap().success());

    let page = ada
        .client
        .messages("general", client::chat::Which::Latest, 10)
        .await
        .unwrap();
    let texts: Vec<_> = page
        .messages
        .iter()
        .map(|message| message.text.as_str())
        .collect();
    assert_eq!(texts, ["hello world", "first", "  second 🤖"]);
}

#[tokio::test]
async fn rooms_and_sent_messages_are_printed_as_json() {
    let site = Site::open().await;
    let (out, _, code) = run(flotilla(&site, None, &["chat", "rooms"])).await;
    assert_eq!((out.as_str(), code), ("general\n", 0));
    let (out, _, _) = run(flotilla(&site, None, &["chat", "send", "--json", "hi"])).await;
    let message: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(message["text"], "hi");
}

#[tokio::test]
async fn what_fails_is_one_line_and_an_exit_code() {
    let site = Site::closed().await;
    let ada = site.member("Ada").await;
    let token = Some(ada.secret.as_str());
    for (who, arguments, expected, said) in [
        (None, &["chat", "send", "hi"][..], 1, "sign in"),
        (Some("flotilla_wrong"), &["chat", "rooms"], 1, "sign in"),
        (token, &["chat", "send", "--room", "nowhere", "hi"], 1, "not"),
        (token, &["chat", "tail", "--room", "nowhere"], 1, "nowhere"),
        (token, &["chat", "send", " "], 1, "text must not be empty"),
        (token, &["chat", "send"], 1, "nothing to send"),
        (token, &["chat", "sing"], 2, "sing"),
        (
            token,
            &["chat", "tail", "--token-file", "/nowhere"],
            1,
            "/nowhere",
        ),
        (token, &["echo", "--count", "0"], 2, "--count"),
    ] {
        let (out, err, code) = run(flotilla(&site, who, arguments)).await;
        assert_eq!((out.as_str(), code), ("", expected), "{arguments:?}: {err}");
        assert!(
            err.to_lowercase().contains(said) && err.trim_end().lines().count() == 1,
            "{arguments:?}: {err}"
        );
    }
}

#[tokio::test]
async fn tail_prints_what_was_and_what_comes() {
    let site = Site::open().await;
    let client = site.client();
    for n in 0..5 {
        client
            .send("general", &format!("c{n}"), &n.to_string())
            .await
            .unwrap();
    }
    let (_child, mut lines) = spawn(flotilla(&site, None, &["chat", "tail", "--lines", "2"]));
    assert_eq!(line(&mut lines).await, "anonymous: 3");
    assert_eq!(line(&mut lines).await, "anonymous: 4");
    client.send("general", "c5", "5\nand more").await.unwrap();
    assert_eq!(line(&mut lines).await, "anonymous: 5");
    assert_eq!(line(&mut lines).await, "    and more");
}

#[tokio::test]
async fn tail_comes_back_after_the_server_did_and_misses_nothing() {
    let site = Site::open().await;
    let (_child, mut lines) = spawn(flotilla(&site, None, &["chat", "tail", "--json", "--lines", "0"]));
    let mut told = 0;
    // The first is said until it is heard: before that, nobody knows that the tail listens.
    let first = loop {
        told += 1;
        site.client()
            .send("general", &format!("a{told}"), "before")
            .await
            .unwrap();
        if let Ok(line) = timeout(Duration::from_millis(300), lines.next_line()).await {
            break line.unwrap().unwrap();
        }
    };
    assert!(first.contains("before"));
    let site = site.stop().await.start(true).await;
    for n in 0..20 {
        site.client()
            .send("general", &format!("b{n}"), &format!("after {n}"))
            .await
            .unwrap();
    }
    let mut next = 0;
    while next < 20 {
        let message: Value = serde_json::from_str(&line(&mut lines).await).unwrap();
        if message["text"] == "before" {
            assert_eq!(next, 0, "in order");
            continue;
        }
        assert_eq!(message["text"], format!("after {next}"), "each once, in order");
        next += 1;
    }
}

#[tokio::test]
async fn tail_ends_quietly_when_nobody_reads_it() {
    let site = Site::open().await;
    let client = site.client();
    client.send("general", "c0", "first").await.unwrap();
    let mut command = flotilla(&site, None, &["chat", "tail"]);
    let (mut child, mut lines) = spawn({
        command.stderr(Stdio::piped());
        command
    });
    line(&mut lines).await;
    drop(lines);
    client.send("general", "c1", "second").await.unwrap();
    assert!(timeout(PATIENCE, child.wait()).await.unwrap().unwrap().success());
}

#[tokio::test]
async fn echo_prints_its_percentiles() {
    let site = Site::closed().await;
    let (out, _, code) = run(flotilla(&site, None, &["echo", "--count", "20", "--size", "100"])).await;
    assert_eq!(code, 0);
    for word in ["20 echoes of 100 bytes", "p50", "p95", "p99"] {
        assert!(out.contains(word), "{out}");
    }
    let (out, _, _) = run(flotilla(
        &site,
        None,
        &["echo", "--count", "20", "--rate", "1000", "--json"],
    ))
    .await;
    let report: Value = serde_json::from_str(&out).unwrap();
    assert!(report["p50_us"].as_u64() <= report["p99_us"].as_u64(), "{report}");
}
