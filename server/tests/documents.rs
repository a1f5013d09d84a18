//! What the documents say is what the program does.

use std::{
    fs,
    path::{Path, PathBuf},
};

use server::config::{SETTINGS, Setting};

#[test]
fn the_readme_lists_every_setting_as_it_is() {
    let rows: Vec<String> = SETTINGS.iter().map(row).collect();
    let table = format!(
        "| flag | environment | default | |\n|---|---|---|---|\n{}\n",
        rows.join("\n")
    );
    assert!(
        read(&root().join("README.md")).contains(&table),
        "put this table into README.md:\n\n{table}"
    );
}

#[test]
fn every_link_between_documents_leads_somewhere() {
    for document in documents() {
        let folder = document.parent().expect("a file lies in a folder");
        for target in links(&read(&document)) {
            let found = target.contains("://") || folder.join(&target).exists();
            assert!(
                found,
                "{} links to {target}, which is not there",
                document.display()
            );
        }
    }
}

#[test]
fn every_file_that_the_documents_name_is_there() {
    for document in ["docs/ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"] {
        for path in paths(&read(&root().join(document))) {
            assert!(
                root().join(&path).exists(),
                "{document} names {path}, which is not there"
            );
        }
    }
}

#[test]
fn every_decision_is_in_the_list_of_decisions() {
    let folder = root().join("docs/adr");
    let index = links(&read(&folder.join("README.md")));
    for file in markdown(&folder) {
        let name = file
            .file_name()
            .and_then(|name| name.to_str())
            .expect("our names are text");
        assert!(
            name == "README.md" || index.iter().any(|link| link == name),
            "{name} is not in docs/adr/README.md"
        );
    }
}

fn row(setting: &Setting) -> String {
    let Setting {
        key,
        help,
        value,
        default,
        ..
    } = setting;
    let flag = value.map_or(format!("--{key}"), |value| format!("--{key} {value}"));
    let default = if default.is_empty() {
        String::new()
    } else {
        format!("`{default}`")
    };
    format!("| `{flag}` | `{}` | {default} | {help} |", setting.variable())
}

/// Where a Markdown text's links lead, without what follows a `#`.
fn links(text: &str) -> Vec<String> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', '#']).next())
        .filter(|target| !target.is_empty())
        .map(str::to_owned)
        .collect()
}

/// What stands in backticks and begins with a folder of ours.
fn paths(text: &str) -> Vec<String> {
    const FOLDERS: [&str; 10] = [
        "wire/",
        "backend/",
        "client/",
        "app/",
        "frontend/",
        "server/",
        "end2end/",
        "style/",
        "scripts/",
        "bench/",
    ];
    text.split('`')
        .skip(1)
        .step_by(2)
        .filter(|quoted| FOLDERS.iter().any(|folder| quoted.starts_with(folder)) && !quoted.contains(' '))
        .map(str::to_owned)
        .collect()
}

fn documents() -> Vec<PathBuf> {
    ["", "docs", "docs/adr", "bench", "end2end"]
        .iter()
        .flat_map(|folder| markdown(&root().join(folder)))
        .collect()
}

fn markdown(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .expect("our folders are there")
        .map(|entry| entry.expect("a folder lists its files").path())
        .filter(|path| path.extension().is_some_and(|end| end == "md"))
        .collect()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
