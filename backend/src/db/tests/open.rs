//! What is refused at the start, each with one clear line, and nothing touched.

use std::{fs, path::Path};

use crate::{
    Clock,
    db::{BadUrl, DatabaseUrl, Db, Error, OpenError},
    params,
    testing::{START, each_url, sqlite},
};

async fn open(url: &DatabaseUrl) -> Result<Db, OpenError> {
    Db::open(url, &Clock::fixed(START)).await
}

async fn refusal(file: &Path) -> String {
    open(&DatabaseUrl::Sqlite(file.to_owned()))
        .await
        .expect_err("it is refused")
        .to_string()
}

#[tokio::test]
async fn what_was_stored_is_there_when_opened_again() {
    each_url(|url| async move {
        for opened in 0..3_i64 {
            let db = open(&url).await.unwrap();
            let names: Vec<String> = db
                .read(|conn| conn.query("SELECT name FROM topics", params![]))
                .await
                .unwrap_or_else(|e: Error| panic!("{e}"));
            assert_eq!(names.len() as i64, opened);
            db.write(move |tx| {
                tx.execute(
                    "INSERT INTO topics (name, head) VALUES ($1, 0)",
                    params![opened.to_string()],
                )
            })
            .await
            .unwrap();
            db.close().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_database_newer_than_the_program_is_refused() {
    each_url(|url| async move {
        let db = open(&url).await.unwrap();
        db.write(|tx| {
            tx.execute(
                "INSERT INTO migrations VALUES ('9999_from_the_future', 0)",
                params![],
            )
        })
        .await
        .unwrap();
        db.close().await;
        let refusal = open(&url).await.expect_err("it is refused").to_string();
        assert!(
            refusal.starts_with("the database is newer than this program: it has 9999_from_the_future"),
            "{refusal}"
        );
    })
    .await;
}

#[tokio::test]
async fn several_may_start_at_once_on_an_empty_database() {
    each_url(|url| async move {
        let (a, b, c) = tokio::join!(open(&url), open(&url), open(&url));
        for db in [a, b, c] {
            db.unwrap().close().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("letter.txt");
    let text = "Dear Sir or Madam, this is not a database.\n".repeat(100);
    fs::write(&file, &text).unwrap();
    assert_eq!(
        refusal(&file).await,
        format!("{} is not a database", file.display())
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing was put beside it"
    );
}

#[tokio::test]
async fn a_broken_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let DatabaseUrl::Sqlite(file) = sqlite(&folder) else {
        unreachable!()
    };
    open(&sqlite(&folder)).await.unwrap().close().await;
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "closing leaves one file"
    );
    let mut bytes = fs::read(&file).unwrap();
    bytes[100..2_000].fill(0xa5);
    fs::write(&file, bytes).unwrap();
    let refusal = refusal(&file).await;
    assert!(refusal.contains("malformed"), "{refusal}");
}

#[tokio::test]
async fn the_database_of_another_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("other.db");
    rusqlite::Connection::open(&file)
        .unwrap()
        .execute_batch("CREATE TABLE songs (title TEXT)")
        .unwrap();
    assert_eq!(
        refusal(&file).await,
        format!("{} is the database of another program", file.display())
    );
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_or_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a file");
    fs::write(&file, "").unwrap();
    let below = refusal(&file.join("data/flotilla.db")).await;
    assert!(
        below.starts_with(&format!(
            "the folder {} cannot be made: ",
            file.join("data").display()
        )),
        "{below}"
    );
    let itself = refusal(folder.path()).await;
    assert!(
        itself.starts_with(&format!(
            "the database {} cannot be opened: ",
            folder.path().display()
        )),
        "{itself}"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_read_the_file_or_those_beside_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let db = open(&sqlite(&folder)).await.unwrap();
    let modes = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().metadata().unwrap().permissions().mode());
    let modes: Vec<u32> = modes.map(|mode| mode & 0o777).collect();
    assert_eq!(modes, [0o600; 3], "the file, its WAL and its index");
    db.close().await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_without_its_password() {
    // Port 1 on this machine: nothing listens there.
    let url: DatabaseUrl = "postgres://ann:secret@127.0.0.1:1/flotilla".parse().unwrap();
    let refusal = open(&url).await.expect_err("it is refused").to_string();
    let wanted =
        "the database postgres://ann@127.0.0.1:1/flotilla cannot be reached: error connecting to server: ";
    assert!(refusal.starts_with(wanted), "{refusal}");
}

#[test]
fn addresses_are_read_and_shown() {
    for (text, shown) in [
        ("sqlite:data/flotilla.db", "sqlite:data/flotilla.db"),
        ("sqlite:///srv/flotilla.db", "sqlite:/srv/flotilla.db"),
        (
            "postgres://ann:secret@db.example/flotilla",
            "postgres://ann@db.example:5432/flotilla",
        ),
        ("postgresql://ann@[::1]:5433", "postgres://ann@[::1]:5433/ann"),
    ] {
        assert_eq!(
            text.parse::<DatabaseUrl>().map(|url| url.to_string()),
            Ok(shown.to_owned())
        );
    }
    for (text, why) in [
        ("", BadUrl::Scheme),
        ("mysql://localhost", BadUrl::Scheme),
        ("sqlite:", BadUrl::File),
        ("sqlite::memory:", BadUrl::File),
        ("postgres://a@b/c?sslmode=require", BadUrl::Tls),
    ] {
        assert_eq!(text.parse::<DatabaseUrl>(), Err(why));
    }
    assert!(matches!(
        "postgres://a:b:c@h:p/x".parse::<DatabaseUrl>(),
        Err(BadUrl::Postgres(_))
    ));
}
