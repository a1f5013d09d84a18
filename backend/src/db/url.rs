//! Where the database is: `sqlite:FILE` or `postgres://…`.

use std::{fmt, path::PathBuf, str::FromStr};

/// A database's address. `Display` hides the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file, made when it is not there. Its folder as well.
    Sqlite(PathBuf),
    /// A server.
    Postgres(Box<tokio_postgres::Config>),
}

/// The text is not a database's address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadUrl {
    /// Neither scheme.
    #[error("a database is sqlite:FILE or postgres://USER:PASSWORD@HOST/NAME")]
    Scheme,
    /// `sqlite:` and nothing after it, or `sqlite::memory:`, which several connections cannot share.
    #[error("sqlite: needs a file after it")]
    File,
    /// It asks for TLS. Without it, passwords would go in the clear against the word of whoever wrote this.
    #[error(
        "sslmode=require: connections to PostgreSQL are not encrypted; use a socket, this machine or a tunnel"
    )]
    Tls,
    /// What follows `postgres://` cannot be read.
    #[error("not a PostgreSQL address: {0}")]
    Postgres(String),
}

impl FromStr for DatabaseUrl {
    type Err = BadUrl;

    fn from_str(text: &str) -> Result<Self, BadUrl> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path.starts_with(':') {
                return Err(BadUrl::File);
            }
            return Ok(Self::Sqlite(path.into()));
        }
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Err(BadUrl::Scheme);
        }
        let config: tokio_postgres::Config = text
            .parse()
            .map_err(|error: tokio_postgres::Error| BadUrl::Postgres(error.to_string()))?;
        if config.get_ssl_mode() == tokio_postgres::config::SslMode::Require {
            return Err(BadUrl::Tls);
        }
        Ok(Self::Postgres(Box::new(config)))
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(config) => {
                let host = match config.get_hosts().first() {
                    Some(tokio_postgres::config::Host::Tcp(host)) if host.contains(':') => {
                        format!("[{host}]")
                    }
                    Some(tokio_postgres::config::Host::Tcp(host)) => host.clone(),
                    #[cfg(unix)]
                    Some(tokio_postgres::config::Host::Unix(path)) => path.display().to_string(),
                    None => "localhost".to_owned(),
                };
                let port = config.get_ports().first().copied().unwrap_or(5432);
                write!(
                    f,
                    "postgres://{}@{host}:{port}",
                    config.get_user().unwrap_or_default()
                )?;
                write!(
                    f,
                    "/{}",
                    config.get_dbname().or(config.get_user()).unwrap_or_default()
                )
            }
        }
    }
}
