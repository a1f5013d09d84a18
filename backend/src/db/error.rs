//! What can go wrong: [`Error`] for a job, [`OpenError`] for the start. Both engines map to the same ones.

use std::path::PathBuf;

/// Why a job failed. It is `Clone` because every further statement of a failed job fails with the same one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A second row of what may be there once. Holds the constraint's name (`users_name_key`), the same on both engines:
    /// see the naming rule in [`super::migrate`].
    #[error("already there: {0}")]
    Unique(String),
    /// A row that another refers to is not there, or is still referred to.
    #[error("a foreign key is violated")]
    ForeignKey,
    /// A `CHECK` or `NOT NULL` is violated.
    #[error("a check is violated: {0}")]
    Check(String),
    /// [`super::Conn::query_one`] found none. The job may go on.
    #[error("no such row")]
    NoRow,
    /// Deadlock, serialization failure or a lock held too long: nothing was changed, run the job again.
    #[error("run it again")]
    Retry,
    /// Nobody knows whether it committed.
    #[error("nobody knows whether it was stored")]
    Unknown,
    /// The job panicked; its changes are rolled back, those of other jobs are not.
    #[error("the job panicked")]
    Panicked,
    /// The disk is full: nothing of the job was stored. Works again once there is room.
    #[error("the disk that holds the database is full")]
    Full,
    /// The connection broke before the job was committed: nothing of it was stored.
    #[error("the database cannot be reached: {0}")]
    Lost(String),
    /// The database was closed before the job ran.
    #[error("the database is closed")]
    Closed,
    /// Any other refusal of the database.
    #[error("database: {0}")]
    Sql(String),
    /// A mistake in the program: a wrong count of parameters or columns, a wrong type.
    #[error("mistake in a query: {0}")]
    Job(String),
}

impl Error {
    /// Whether it is a violation of this unique constraint.
    pub fn is_unique(&self, constraint: &str) -> bool {
        matches!(self, Self::Unique(name) if name == constraint)
    }
}

/// Why the database could not be opened: one clear line for whoever starts the program.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder of the file cannot be made.
    #[error("the folder {} cannot be made: {reason}", .folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// The file cannot be opened or written.
    #[error("the database {} cannot be opened: {reason}", .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What SQLite says.
        reason: String,
    },
    /// The file holds something else.
    #[error("{} is not a database", .0.display())]
    NotADatabase(PathBuf),
    /// An SQLite database that another program made.
    #[error("{} is the database of another program", .0.display())]
    Foreign(PathBuf),
    /// The file system cannot share memory between connections (a network file system, mostly).
    #[error("{} lies on a file system that cannot hold a WAL database", .0.display())]
    NoWal(PathBuf),
    /// The PostgreSQL server cannot be reached or refuses.
    #[error("the database {server} cannot be reached: {reason}")]
    Server {
        /// Its address, without the password.
        server: String,
        /// What it, or the network, says.
        reason: String,
    },
    /// A newer program has changed it.
    #[error("the database is newer than this program: it has {found}, this program knows up to {known}")]
    Newer {
        /// The migration that this program does not know.
        found: String,
        /// The last one that it knows.
        known: &'static str,
    },
    /// A migration failed; nothing was changed.
    #[error("migration {name} failed: {reason}")]
    Migration {
        /// Which one.
        name: &'static str,
        /// What the database says.
        reason: Error,
    },
    /// The SQLite library is one that can corrupt a WAL database (<https://sqlite.org/wal.html#walresetbug>).
    #[error("SQLite {found} is too old: at least {least} is needed")]
    OldSqlite {
        /// The library's version.
        found: &'static str,
        /// The oldest that will do.
        least: &'static str,
    },
    /// The system gives no more threads.
    #[error("a database thread cannot be started: {0}")]
    Thread(std::io::Error),
    /// Any other refusal.
    #[error("the database cannot be set up: {0}")]
    Other(Error),
}

impl From<Error> for OpenError {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}
