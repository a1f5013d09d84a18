//! Opens the file, brings its schema up to date, and refuses what is not ours.

use std::{fs::OpenOptions, io::ErrorKind, path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags, ffi::ErrorCode};

use super::statement;
use crate::{
    Clock,
    db::{
        error::{Error, OpenError},
        examine::{self, Seen},
        migrate::{self, MIGRATIONS},
    },
    folder, params,
};

/// Earlier ones can corrupt a WAL database (the "WAL-reset" bug).
const LEAST_SQLITE: (i32, &str) = (3_051_003, "3.51.3");

/// How long to wait for another process that writes (`flotilla user …` beside the server).
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Statements kept prepared a connection; more than the program has.
const PREPARED: usize = 512;

/// A WAL that grew beyond this, behind a long read, is cut back to it once it is folded in.
const WAL_KEPT_BYTES: i64 = 64 * 1024 * 1024;

/// A negative size is in KiB. The default, 2 MiB, spills a large group to the disk before its commit.
const CACHE_KIB: i64 = -16 * 1024;

pub(super) fn writer(file: &Path, clock: &Clock) -> Result<Connection, OpenError> {
    if rusqlite::version_number() < LEAST_SQLITE.0 {
        return Err(OpenError::OldSqlite {
            found: rusqlite::version(),
            least: LEAST_SQLITE.1,
        });
    }
    make_folder(file)?;
    make_file(file)?;
    let conn = connect(
        file,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
    )?;
    refuse_foreign(&conn, file)?;
    let mode: String = conn
        .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))
        .map_err(|error| refusal(file, error))?;
    if mode != "wal" {
        return Err(OpenError::NoWal(file.to_owned()));
    }
    // FULL: the WAL is synced at every commit. NORMAL would lose acknowledged writes at a power cut.
    conn.pragma_update(None, "synchronous", "FULL")
        .map_err(|error| refusal(file, error))?;
    conn.pragma_update(None, "foreign_keys", true)
        .map_err(|error| refusal(file, error))?;
    conn.pragma_update_and_check(None, "journal_size_limit", WAL_KEPT_BYTES, |_| Ok(()))
        .map_err(|error| refusal(file, error))?;
    migrate(&conn, clock)?;
    Ok(conn)
}

fn make_folder(file: &Path) -> Result<(), OpenError> {
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    folder::make(folder).map_err(|reason| OpenError::Folder {
        folder: folder.to_owned(),
        reason,
    })
}

/// Only for whoever runs the program, since it will hold addresses and hashes of passwords. SQLite gives the files that it
/// puts beside it the same mode. One that is there keeps its own.
fn make_file(file: &Path) -> Result<(), OpenError> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.write(true).create_new(true).open(file) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(OpenError::File {
            file: file.to_owned(),
            reason: error.to_string(),
        }),
        _ => Ok(()),
    }
}

pub(super) fn reader(file: &Path) -> Result<Connection, OpenError> {
    connect(file, OpenFlags::SQLITE_OPEN_READ_ONLY)
}

fn connect(file: &Path, access: OpenFlags) -> Result<Connection, OpenError> {
    let conn = Connection::open_with_flags(file, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(|error| refusal(file, error))?;
    let set_up = || {
        conn.busy_timeout(BUSY_TIMEOUT)?;
        conn.pragma_update(None, "cache_size", CACHE_KIB)?;
        // What a savepoint sets aside, and sorting, need no file.
        conn.pragma_update(None, "temp_store", "MEMORY")?;
        conn.pragma_update(None, "trusted_schema", false)
    };
    set_up().map_err(|error| refusal(file, error))?;
    conn.set_prepared_statement_cache_capacity(PREPARED);
    Ok(conn)
}

/// Reads the schema: fails on a file that is no database, and refuses one that has tables but not ours.
fn refuse_foreign(conn: &Connection, file: &Path) -> Result<(), OpenError> {
    let tables = "SELECT count(*), count(*) FILTER (WHERE name = 'migrations') FROM sqlite_schema WHERE type = 'table'";
    let (all, ours): (i64, i64) = conn
        .query_row(tables, [], |row| Ok((row.get(0)?, row.get(1)?)))
        .map_err(|error| refusal(file, error))?;
    if all > 0 && ours == 0 {
        return Err(OpenError::Foreign(file.to_owned()));
    }
    Ok(())
}

/// Looks at the file without changing it. Blocks.
pub(in crate::db) fn look(file: &Path) -> Result<Seen, OpenError> {
    let engine = format!("SQLite {}", rusqlite::version());
    if !examine::is_there(file) {
        return Ok(Seen {
            engine,
            applied: None,
            broken: None,
        });
    }
    let conn = reader(file)?;
    refuse_foreign(&conn, file)?;
    let applied = statement::query::<String>(&conn, migrate::APPLIED, &[])?;
    let found = statement::query::<String>(&conn, "PRAGMA quick_check(1)", &[])?;
    let broken = found.into_iter().find(|line| line != "ok");
    Ok(Seen {
        engine,
        applied: Some(applied),
        broken,
    })
}

/// All that are missing, in one transaction.
fn migrate(conn: &Connection, clock: &Clock) -> Result<(), OpenError> {
    statement::control(conn, "BEGIN IMMEDIATE")?;
    let outcome = run_missing(conn, clock);
    let end = statement::control(conn, if outcome.is_ok() { "COMMIT" } else { "ROLLBACK" });
    outcome?;
    Ok(end?)
}

fn run_missing(conn: &Connection, clock: &Clock) -> Result<(), OpenError> {
    statement::control(conn, migrate::TABLE)?;
    let applied = statement::query::<String>(conn, migrate::APPLIED, &[])?;
    for migration in migrate::missing(&applied, MIGRATIONS)? {
        let run = || {
            conn.execute_batch(migration.sqlite).map_err(statement::error)?;
            statement::execute(conn, migrate::RECORD, params![migration.name, clock.now()])
        };
        run().map_err(|reason| OpenError::Migration {
            name: migration.name,
            reason,
        })?;
        tracing::info!(migration = migration.name, "applied");
    }
    Ok(())
}

fn refusal(file: &Path, error: rusqlite::Error) -> OpenError {
    let file = file.to_owned();
    match &error {
        rusqlite::Error::SqliteFailure(failure, _) if failure.code == ErrorCode::NotADatabase => {
            OpenError::NotADatabase(file)
        }
        _ => match statement::error(error) {
            Error::Sql(reason) => OpenError::File { file, reason },
            other => OpenError::File {
                file,
                reason: other.to_string(),
            },
        },
    }
}
