//! The house rules that a machine can check: who may depend on whom, what never reaches the browser, how long a file may be.
//!
//! Nothing is built or started here; the tests read the manifests and the sources. docs/ARCHITECTURE.md gives the reasons.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// Whom each of our crates may use. An arrow that is not here is a design decision, not a line in a manifest.
const MAY_USE: [(&str, &[&str]); 7] = [
    ("wire", &[]),
    ("backend", &["wire"]),
    ("client", &["wire"]),
    ("app", &["wire", "backend"]),
    ("frontend", &["app"]),
    ("server", &["wire", "backend", "client", "app"]),
    ("bench", &["wire", "backend", "client", "server"]),
];

/// The backend knows nothing of HTTP or Leptos.
const NEVER_IN_BACKEND: [&str; 8] = [
    "app",
    "leptos",
    "leptos_axum",
    "axum",
    "hyper",
    "http",
    "tower-http",
    "wasm-bindgen",
];

/// What the browser must never download.
const NEVER_IN_WASM: [&str; 9] = [
    "backend",
    "sqlx",
    "tokio",
    "axum",
    "reqwest",
    "tonic",
    "async-nats",
    "image",
    "rusqlite",
];

/// Features whose stores are their own.
const FEATURES: [&str; 9] = [
    "accounts",
    "chat",
    "todo",
    "blog",
    "stocks",
    "downloads",
    "images",
    "monitor",
    "echo",
];

/// A file is one idea.
const MOST_LINES: usize = 400;

#[test]
fn our_crates_depend_on_each_other_only_downwards() {
    let packages = packages();
    let ours: BTreeSet<&str> = packages.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        ours,
        MAY_USE.iter().map(|(name, _)| *name).collect(),
        "a crate without a place in the house"
    );
    for (name, used) in &packages {
        let (_, allowed) = MAY_USE.iter().find(|(of, _)| of == name).expect("listed above");
        for other in used.iter().filter(|other| ours.contains(other.as_str())) {
            assert!(allowed.contains(&other.as_str()), "{name} may not use {other}");
        }
    }
}

#[test]
fn the_backend_knows_nothing_of_http_or_leptos() {
    let packages = packages();
    let (_, used) = packages
        .iter()
        .find(|(name, _)| name == "backend")
        .expect("the backend is a crate");
    for never in NEVER_IN_BACKEND {
        assert!(!used.contains(never), "backend may not use {never}");
    }
}

#[test]
fn what_the_browser_loads_holds_nothing_of_the_server() {
    let tree = cargo(&[
        "tree",
        "--package",
        "frontend",
        "--target",
        "wasm32-unknown-unknown",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]);
    let crates: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(crates.contains("leptos"), "cargo tree listed nothing: {tree}");
    for never in NEVER_IN_WASM {
        assert!(
            !crates.contains(never),
            "{never} would be downloaded by every browser"
        );
    }
}

#[test]
fn a_store_is_used_by_its_own_feature_only() {
    let found = offenders(&["rs"], |file, text| {
        let home = feature_of(file).filter(|_| file.starts_with(root().join("backend")));
        let reached = |feature: &&str| {
            text.contains(&format!("{feature}::store")) || text.contains(&format!("{feature}::{{store"))
        };
        let strange = FEATURES
            .into_iter()
            .filter(|feature| home != Some(feature))
            .find(reached)?;
        Some(format!("reaches into the store of {strange}; ask its service"))
    });
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn no_file_is_longer_than_one_idea() {
    let found = offenders(&["rs", "ts", "css", "js", "mjs", "sh"], |_, text| {
        let lines = text.lines().count();
        (lines > MOST_LINES).then(|| format!("has {lines} lines, {MOST_LINES} at most"))
    });
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn every_module_says_what_it_is_for() {
    let is_test = |file: &Path| {
        file.file_stem()
            .is_some_and(|name| name.to_string_lossy().ends_with("tests"))
    };
    let found = offenders(&["rs"], |file, text| {
        (!is_test(file) && !text.starts_with("//!")).then(|| "does not open with a `//!`".to_owned())
    });
    assert!(found.is_empty(), "{found:#?}");
}

/// Our files with these endings in which `wrong` finds something, each with what it is.
fn offenders(endings: &[&str], wrong: impl Fn(&Path, &str) -> Option<String>) -> Vec<String> {
    let judge = |file: PathBuf| {
        let text = fs::read_to_string(&file).expect("a source file reads");
        wrong(&file, &text).map(|what| format!("{} {what}", file.display()))
    };
    sources(endings).into_iter().filter_map(judge).collect()
}

/// Our packages and the names of all they depend on, for building and running, not for testing.
fn packages() -> Vec<(String, BTreeSet<String>)> {
    let metadata = cargo(&["metadata", "--no-deps", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&metadata).expect("cargo metadata is JSON");
    let name = |value: &Value| value["name"].as_str().expect("packages have names").to_owned();
    let list = |value: &Value| value.as_array().expect("a list").clone();
    list(&metadata["packages"])
        .iter()
        .map(|package| {
            let used = list(&package["dependencies"]);
            (
                name(package),
                used.iter()
                    .filter(|used| used["kind"].is_null())
                    .map(name)
                    .collect(),
            )
        })
        .collect()
}

fn cargo(args: &[&str]) -> String {
    let done = Command::new(env!("CARGO"))
        .args(args)
        .args(["--offline", "--locked"])
        .current_dir(root())
        .output()
        .expect("cargo starts");
    assert!(
        done.status.success(),
        "cargo {args:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8(done.stdout).expect("cargo speaks UTF-8")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .expect("the workspace is there")
}

/// All of our own files with one of these endings.
fn sources(endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = [
        "wire", "backend", "client", "app", "frontend", "server", "bench", "style", "public", "end2end",
        "scripts",
    ]
    .iter()
    .map(|folder| root().join(folder))
    .collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("our folders are there") {
            let path = entry.expect("a folder lists its files").path();
            let name = path
                .file_name()
                .and_then(|name| name.to_str())
                .unwrap_or_default();
            if path.is_dir() {
                if !["node_modules", "target", "test-results", "playwright-report"].contains(&name) {
                    folders.push(path);
                }
            } else if path
                .extension()
                .is_some_and(|end| endings.iter().any(|one| end == *one))
            {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "no source was found");
    found
}

/// The feature whose folder or file this is.
fn feature_of(file: &Path) -> Option<&'static str> {
    let path = file
        .strip_prefix(root())
        .expect("sources lie in the workspace")
        .with_extension("");
    FEATURES
        .into_iter()
        .find(|feature| path.components().any(|part| part.as_os_str() == *feature))
}
