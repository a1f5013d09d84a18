//! A full disk: a small one of the test's own, which only root may mount.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    Clock,
    db::{DatabaseUrl, Db, Error},
    params,
    testing::START,
};

/// A disk of 8 MiB.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None` when this user may not mount one.
    fn mount(on: &Path) -> Option<Self> {
        let done = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=8m", "flotilla-test"])
            .arg(on)
            .output();
        done.is_ok_and(|done| done.status.success())
            .then(|| Self(on.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let done = Command::new("umount").arg("--lazy").arg(&self.0).status();
        assert!(
            done.is_ok_and(|status| status.success()),
            "the small disk is unmounted"
        );
    }
}

async fn open(folder: &Path) -> Db {
    Db::open(
        &DatabaseUrl::Sqlite(folder.join("flotilla.db")),
        &Clock::fixed(START),
    )
    .await
    .unwrap()
}

async fn insert(db: &Db, name: usize) -> Result<u64, Error> {
    let name = format!("{name:06}{}", "x".repeat(20_000));
    db.write(move |tx| tx.execute("INSERT INTO topics (name, head) VALUES ($1, 0)", params![name]))
        .await
}

async fn stored(db: &Db) -> Vec<String> {
    db.read(|conn| conn.query("SELECT substr(name, 1, 6) FROM topics ORDER BY name", params![]))
        .await
        .unwrap_or_else(|error: Error| panic!("{error}"))
}

#[tokio::test]
async fn a_full_disk_is_told_clearly_loses_nothing_and_heals() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(folder.path()) else {
        return skipped();
    };
    let db = open(&disk.0).await;
    let filler = disk.0.join("filler");
    fs::write(&filler, vec![0; 2 << 20]).unwrap();
    let mut acknowledged = Vec::new();
    let mut refused = 0;
    // Many at once, so that groups fail as well as single jobs.
    for round in 0..100 {
        let jobs = (round * 16..).take(16).map(|name| {
            let db = &db;
            async move { (name, insert(db, name).await) }
        });
        for (name, outcome) in futures::future::join_all(jobs).await {
            match outcome {
                Ok(_) => acknowledged.push(format!("{name:06}")),
                Err(Error::Full) => refused += 1,
                Err(other) => panic!("{other:?}"),
            }
        }
        if refused > 64 {
            break;
        }
    }
    assert!(refused > 64, "the disk was filled");
    assert_eq!(stored(&db).await, acknowledged);
    fs::remove_file(&filler).unwrap();
    insert(&db, 999_999).await.expect("there is room again");
    acknowledged.push("999999".to_owned());
    assert_eq!(stored(&db).await, acknowledged);
    db.close().await;
    let db = open(&disk.0).await;
    assert_eq!(stored(&db).await, acknowledged, "after a restart");
    db.close().await;
}

#[expect(clippy::print_stderr, reason = "a test that did not run must say so")]
fn skipped() {
    eprintln!("skipped: only root may mount a small disk");
}
