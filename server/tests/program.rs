//! The built program: what it says, where it says it, and with which exit code it ends.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// How long a test waits for what must happen.
const PATIENCE: Duration = Duration::from_secs(20);

/// The program, with nothing of ours in its environment and its data in a folder of the test's.
fn flotilla(folder: &TempDir, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flotilla"));
    let ours = std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("FLOTILLA_"));
    for (name, _) in ours {
        command.env_remove(name);
    }
    command
        .args(arguments)
        .env("FLOTILLA_DATA", folder.path().join("data"))
        .current_dir(folder.path());
    command
}

fn run(command: &mut Command) -> Output {
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// Not begun: exit code 2, one line on stderr, nothing on stdout, nothing touched.
fn refuses(folder: &TempDir, command: &mut Command, said: &str) {
    let output = run(command);
    let line = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{line}");
    assert!(
        line.starts_with("flotilla: ") && line.contains(said),
        "{line} does not say {said}"
    );
    assert_eq!(line.lines().count(), 1, "{line}");
    assert!(output.stdout.is_empty());
    assert!(
        !folder.path().join("data/flotilla.db").exists(),
        "nothing was touched"
    );
}

#[test]
fn mistakes_end_with_code_2_and_one_line_before_anything_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("flotilla.toml");
    fs::write(&config, "bus = 'nats://127.0.0.1'").unwrap();
    let config = config.to_str().unwrap();
    for (arguments, said) in [
        (&["--nope"][..], "'--nope'"),
        (&["frobnicate"], "'frobnicate'"),
        (&["serve", "--bus", "nats://127.0.0.1"], "'--bus'"),
        (&["--blobs", "s3://x"], "'--blobs'"),
        (&["backup", "x"], "'backup'"),
        (&["--addr", "nowhere"], "`nowhere` is not an address"),
        (&["--open", "--addr", "0.0.0.0:0"], "loopback"),
        (&["--database", "mysql://x"], "not a database URL"),
        (
            &["--database", "postgres://a@b/c?sslmode=require"],
            "are not encrypted",
        ),
        (&["--config", "/nowhere.toml"], "cannot read /nowhere.toml"),
        (&["--config", config], "unknown key `bus`"),
        (&["config", "--config", config], "unknown key `bus`"),
    ] {
        refuses(&folder, &mut flotilla(&folder, arguments), said);
    }
    refuses(
        &folder,
        flotilla(&folder, &[]).env("FLOTILLA_QUOTES", "simulated"),
        "unknown variable `FLOTILLA_QUOTES`",
    );
    assert!(!folder.path().join("data").exists());
}

#[test]
fn a_taken_port_ends_with_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    refuses(
        &folder,
        &mut flotilla(&folder, &["--addr", &address]),
        &format!("cannot listen on {address}"),
    );
    assert!(!folder.path().join("data").exists());
}

#[test]
fn a_data_folder_that_cannot_be_written_ends_with_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "not a folder").unwrap();
    let data = file.join("data");
    let mut command = flotilla(&folder, &["--addr", "127.0.0.1:0"]);
    refuses(
        &folder,
        command.env("FLOTILLA_DATA", &data),
        "cannot write to the data folder",
    );
    assert_eq!(fs::read_to_string(file).unwrap(), "not a folder");
}

#[test]
fn a_file_that_is_no_database_ends_with_code_2_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes.txt");
    fs::write(&file, "these are my notes, and no database\n".repeat(100)).unwrap();
    let before = fs::read(&file).unwrap();
    let database = format!("sqlite:{}", file.display());
    for command in [&["serve", "--addr", "127.0.0.1:0"][..], &["migrate"]] {
        refuses(
            &folder,
            flotilla(&folder, command).env("FLOTILLA_DATABASE", &database),
            "is not a database",
        );
    }
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn config_shows_what_is_in_force_and_hides_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("flotilla.toml");
    fs::write(&config, "gravatar = true\naddr = '127.0.0.1:1'\nlog = 'warn'").unwrap();
    let mut command = flotilla(&folder, &["config", "--addr", "127.0.0.1:3"]);
    command
        .env("FLOTILLA_CONFIG", &config)
        .env("FLOTILLA_ADDR", "127.0.0.1:2")
        .env("FLOTILLA_LOG", "debug");
    let output = run(command.env("FLOTILLA_DATABASE", "postgres://ada:hunter2@db/flotilla"));
    let shown = text(&output.stdout);
    assert!(output.status.success(), "{}", text(&output.stderr));
    for (key, value, source) in [
        ("addr", "127.0.0.1:3", "flag"),
        ("log", "debug", "FLOTILLA_LOG"),
        ("gravatar", "true", config.to_str().unwrap()),
        ("open", "false", "default"),
        ("database", "postgres://ada:***@db/flotilla", "FLOTILLA_DATABASE"),
    ] {
        let line = shown
            .lines()
            .find(|line| line.starts_with(&format!("{key} =")))
            .unwrap();
        assert!(
            line.contains(&format!("\"{value}\"")) && line.ends_with(&format!("# {source}")),
            "{line}"
        );
    }
    assert!(!shown.contains("hunter2"));
}

#[test]
fn help_and_version_are_no_mistakes() {
    let folder = tempfile::tempdir().unwrap();
    for (argument, said) in [
        ("--help", "--trust-proxy"),
        ("--version", env!("CARGO_PKG_VERSION")),
    ] {
        let output = run(&mut flotilla(&folder, &[argument]));
        assert!(
            output.status.success() && text(&output.stdout).contains(said),
            "{argument}"
        );
    }
}

#[test]
fn a_database_is_migrated_once_and_examined_without_being_touched() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data/flotilla.db");
    let looked = run(&mut flotilla(&folder, &["doctor", "--addr", "127.0.0.1:0"]));
    assert!(looked.status.success(), "{}", text(&looked.stderr));
    assert!(
        text(&looked.stdout).contains("will be made"),
        "{}",
        text(&looked.stdout)
    );
    assert!(
        !file.exists() && !folder.path().join("data").exists(),
        "doctor makes nothing"
    );
    for _ in 0..2 {
        let migrated = run(&mut flotilla(&folder, &["migrate"]));
        assert!(migrated.status.success(), "{}", text(&migrated.stderr));
        assert!(text(&migrated.stdout).contains("is up to date"));
    }
    let looked = run(&mut flotilla(&folder, &["doctor", "--addr", "127.0.0.1:0"]));
    assert!(
        text(&looked.stdout).contains("whole and up to date"),
        "{}",
        text(&looked.stdout)
    );
}

#[test]
fn doctor_says_what_is_bad_and_fails() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes.txt");
    fs::write(&file, "no database ".repeat(1_000)).unwrap();
    let database = format!("sqlite:{}", file.display());
    let output = run(&mut flotilla(
        &folder,
        &["doctor", "--addr", "127.0.0.1:0", "--database", &database],
    ));
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stdout).contains("BAD   database  "),
        "{}",
        text(&output.stdout)
    );
}

/// A program that serves, ended when the test ends.
struct Serving {
    child: Child,
    url: String,
    lines: mpsc::Receiver<String>,
}

impl Serving {
    fn start(command: &mut Command) -> Self {
        let mut child = command
            .stderr(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (tell, lines) = mpsc::channel();
        std::thread::spawn(move || {
            stderr
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| tell.send(line))
        });
        let mut serving = Self {
            child,
            url: String::new(),
            lines,
        };
        serving.url = loop {
            let line = serving.lines.recv_timeout(PATIENCE).expect("it serves");
            let entry: serde_json::Value = serde_json::from_str(&line).expect("JSON, for it is no terminal");
            if entry["message"] == "serving" {
                break entry["url"].as_str().unwrap().to_owned();
            }
        };
        serving
    }

    fn end(mut self, signal: Signal) -> Option<i32> {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn greet(folder: &TempDir, url: &str, more: &[&str]) -> Output {
    run(flotilla(folder, &["greet", "--server", url]).args(more))
}

#[test]
fn it_serves_without_a_word_is_greeted_and_ends_with_code_0_when_told() {
    let folder = tempfile::tempdir().unwrap();
    for signal in [Signal::TERM, Signal::INT] {
        let serving = Serving::start(&mut flotilla(&folder, &["--addr", "127.0.0.1:0"]));
        let answer = greet(&folder, &serving.url, &[]);
        assert_eq!(text(&answer.stdout), "Hello, Navigator!\n");
        let json = greet(&folder, &serving.url, &["--json"]);
        assert_eq!(text(&json.stdout), "\"Hello, Navigator!\"\n");
        let began = Instant::now();
        assert_eq!(serving.end(signal), Some(0));
        assert!(began.elapsed() < Duration::from_secs(10));
    }
    assert!(Path::exists(&folder.path().join("data/flotilla.db")));
}

#[test]
fn with_no_files_left_it_waits_and_serves_on_when_some_are_free() {
    let folder = tempfile::tempdir().unwrap();
    // The limit is hard: the program raises a soft one.
    let mut limited = Command::new("sh");
    let program = env!("CARGO_BIN_EXE_flotilla");
    limited.args(["-c", "ulimit -n 64 && exec \"$0\" --addr 127.0.0.1:0", program]);
    let serving = Serving::start(limited.env("FLOTILLA_DATA", folder.path().join("data")));
    let address = serving.url.trim_start_matches("http://");
    let held: Vec<_> = (0..80)
        .map(|_| std::net::TcpStream::connect(address).unwrap())
        .collect();
    let mut lines = std::iter::from_fn(|| serving.lines.recv_timeout(PATIENCE).ok());
    assert!(lines.any(|line| line.contains("cannot accept")));
    drop(held);
    assert_eq!(
        text(&greet(&folder, &serving.url, &[]).stdout),
        "Hello, Navigator!\n"
    );
    assert_eq!(serving.end(Signal::TERM), Some(0));
}

#[test]
fn a_server_that_is_not_there_is_one_line_and_code_1() {
    let folder = tempfile::tempdir().unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let output = greet(&folder, &format!("http://{free}"), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        text(&output.stderr).lines().count(),
        1,
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn standard_output_stays_free_for_results() {
    let folder = tempfile::tempdir().unwrap();
    let mut serving = Serving::start(&mut flotilla(&folder, &["--addr", "127.0.0.1:0"]));
    let mut stdout = serving.child.stdout.take().unwrap();
    assert_eq!(serving.end(Signal::TERM), Some(0));
    let mut printed = String::new();
    stdout.read_to_string(&mut printed).unwrap();
    assert_eq!(printed, "");
}
