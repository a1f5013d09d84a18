//! Looks at a database without changing it: for `flotilla doctor`.

use std::{fmt, path::Path};

use super::{
    DatabaseUrl,
    error::{Error, OpenError},
    migrate::{self, MIGRATIONS},
    postgres, sqlite,
};

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    /// Whether the program can work with it.
    pub sound: bool,
    words: String,
}

impl fmt::Display for Examined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

/// What an engine tells of a database.
pub(super) struct Seen {
    /// `SQLite 3.53.2`
    pub(super) engine: String,
    /// The migrations that have run; `None` when there is no database yet.
    pub(super) applied: Option<Vec<String>>,
    /// What is broken.
    pub(super) broken: Option<String>,
}

/// Looks at a database: which engine, how far it is migrated, whether it is whole.
///
/// # Errors
/// When it cannot be opened, is not ours, or is newer than this program.
pub async fn examine(url: &DatabaseUrl) -> Result<Examined, OpenError> {
    let looked_at = url.clone();
    let looking = tokio::task::spawn_blocking(move || match &looked_at {
        DatabaseUrl::Sqlite(file) => sqlite::look(file),
        DatabaseUrl::Postgres(config) => postgres::look(config),
    });
    let seen = looking.await.unwrap_or(Err(OpenError::Other(Error::Panicked)))?;
    let missing = migrate::missing(seen.applied.as_deref().unwrap_or_default(), MIGRATIONS)?.len();
    let state = match (&seen.broken, &seen.applied) {
        (Some(broken), _) => format!("damaged: {broken}"),
        (None, None) => "empty; it will be made at the start".to_owned(),
        (None, Some(_)) if missing > 0 => format!("whole; {missing} migrations will run at the start"),
        (None, Some(_)) => "whole and up to date".to_owned(),
    };
    Ok(Examined {
        sound: seen.broken.is_none(),
        words: format!("{url} ({}): {state}", seen.engine),
    })
}

/// Whether a path holds anything.
pub(super) fn is_there(file: &Path) -> bool {
    file.metadata().is_ok_and(|file| file.len() > 0)
}
