//! Configuration: defaults < file < environment < flags, and where each value came from.
//!
//! One table, [`SETTINGS`], names every key; the file's keys, the environment's names, the flags, `flotilla config`
//! and the README's table are all read off it. A value is text until it is parsed once, here, so that every mistake
//! is one line that names the place it was made in.

mod parse;

use std::{
    collections::BTreeMap,
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use backend::db::DatabaseUrl;
use ipnet::IpNet;

use crate::accept::Limits;

use parse::{address, database, default_database, filter, folder, mask, networks, number, switch};

/// One thing that can be set.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// As in the file and after `--`: `trust-proxy`.
    pub key: &'static str,
    /// What it does, for `--help`.
    pub help: &'static str,
    /// What stands after the flag; `None` for a switch.
    pub value: Option<&'static str>,
    /// Used when nothing sets it. Empty: worked out from others, or none.
    pub default: &'static str,
    /// May hold a secret: shown masked, and `FLOTILLA_…_FILE` may name a file that holds it.
    pub secret: bool,
}

impl Setting {
    const fn value(
        key: &'static str,
        value: &'static str,
        default: &'static str,
        help: &'static str,
    ) -> Self {
        Self {
            key,
            help,
            value: Some(value),
            default,
            secret: false,
        }
    }

    const fn switch(key: &'static str, help: &'static str) -> Self {
        Self {
            key,
            help,
            value: None,
            default: "false",
            secret: false,
        }
    }

    /// The name of its environment variable.
    pub fn variable(&self) -> String {
        format!("FLOTILLA_{}", self.key.to_ascii_uppercase().replace('-', "_"))
    }
}

/// Everything that can be set, in the order it is shown.
pub const SETTINGS: &[Setting] = &[
    Setting::value("addr", "ADDRESS", "127.0.0.1:8080", "Where to listen"),
    Setting::value("data", "FOLDER", "./data", "Where Flotilla keeps what it stores"),
    Setting {
        secret: true,
        ..Setting::value(
            "database",
            "URL",
            "",
            "sqlite:FILE or postgres://… [default: sqlite:DATA/flotilla.db]",
        )
    },
    Setting::switch(
        "open",
        "For trying things out: who sends no credentials acts as the member `anonymous`",
    ),
    Setting::value(
        "trust-proxy",
        "CIDR,…",
        "",
        "Proxies whose X-Forwarded-For and -Proto are believed",
    ),
    Setting::switch(
        "gravatar",
        "Fetch people's pictures from gravatar.com instead of drawing them",
    ),
    Setting::value("connections", "NUMBER", "20000", "The most connections at once"),
    Setting::value(
        "connections-per-address",
        "NUMBER",
        "512",
        "The most connections at once from one address",
    ),
    Setting::value(
        "log",
        "FILTER",
        "info",
        "What to log: a level, or `target=level,…`",
    ),
];

/// Names in the environment that are not settings but ours all the same: see [`crate::cli`].
const OTHER_VARIABLES: &[&str] = &[
    "FLOTILLA_CONFIG",
    "FLOTILLA_SERVER",
    "FLOTILLA_TOKEN",
    "FLOTILLA_TOKEN_FILE",
];

/// What a cluster puts into the environment of a program beside a service named `flotilla`, and our own tests' names.
const FOREIGN_PREFIXES: &[&str] = &[
    "FLOTILLA_SERVICE_",
    "FLOTILLA_PORT",
    "FLOTILLA_TEST_",
    "FLOTILLA_BENCH_",
];

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Nobody set it.
    Default,
    /// The config file at this path.
    File(PathBuf),
    /// This environment variable.
    Variable(String),
    /// The command line.
    Flag,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Variable(name) => f.write_str(name),
            Self::Flag => f.write_str("flag"),
        }
    }
}

/// What is wrong with the configuration: one line, and exit code 2.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Neither a setting nor anything else we know.
    #[error("{place}: unknown {what} `{name}`")]
    Unknown {
        /// The file, or the environment.
        place: String,
        /// `key` or `variable`.
        what: &'static str,
        /// As it was written.
        name: String,
    },
    /// A value that its key does not take.
    #[error("{key} (from {source_}): {problem}")]
    Value {
        /// The key.
        key: &'static str,
        /// Where the value came from.
        source_: Source,
        /// What is wrong, with what was written unless it is secret.
        problem: String,
    },
    /// The config file, or a file that holds a secret, cannot be read.
    #[error("cannot read {}: {problem}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why not, on one line.
        problem: String,
    },
    /// `--open` where others could reach it.
    #[error("--open lets anyone in, so it is for loopback addresses only; {0} is not one")]
    OpenToOthers(SocketAddr),
}

/// A value of each setting as text, and where it came from.
#[derive(Clone, Debug)]
pub struct Settings(BTreeMap<&'static str, (String, Source)>);

impl Settings {
    /// Reads the file (`--config`, else `FLOTILLA_CONFIG`), the environment and the flags.
    pub fn gather(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
        flags: &[(&'static str, String)],
    ) -> Result<Self, ConfigError> {
        let variables: BTreeMap<String, String> = variables
            .into_iter()
            .filter(|(name, _)| name.starts_with("FLOTILLA_"))
            .collect();
        let file = file
            .map(Path::to_owned)
            .or_else(|| variables.get("FLOTILLA_CONFIG").map(PathBuf::from));
        let mut settings = Self::defaults();
        if let Some(file) = file {
            settings.read_file(&file)?;
        }
        settings.read_variables(&variables)?;
        for (key, value) in flags {
            settings.0.insert(key, (value.clone(), Source::Flag));
        }
        Ok(settings)
    }

    fn defaults() -> Self {
        Self(
            SETTINGS
                .iter()
                .map(|s| (s.key, (s.default.to_owned(), Source::Default)))
                .collect(),
        )
    }

    fn read_file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let text = read(path)?;
        let table: toml::Table = toml::from_str(&text).map_err(|error| ConfigError::File {
            path: path.to_owned(),
            problem: error.message().replace('\n', " "),
        })?;
        for (name, value) in table {
            let Some(setting) = SETTINGS.iter().find(|s| s.key == name) else {
                return Err(ConfigError::Unknown {
                    place: path.display().to_string(),
                    what: "key",
                    name,
                });
            };
            let source = Source::File(path.to_owned());
            let Some(text) = as_text(&value) else {
                let problem = format!("a {} is not what it takes", value.type_str());
                return Err(ConfigError::Value {
                    key: setting.key,
                    source_: source,
                    problem,
                });
            };
            self.0.insert(setting.key, (text, source));
        }
        Ok(())
    }

    fn read_variables(&mut self, variables: &BTreeMap<String, String>) -> Result<(), ConfigError> {
        for (name, value) in variables {
            let plain = SETTINGS.iter().find(|s| s.variable() == *name);
            let in_file = SETTINGS
                .iter()
                .find(|s| s.secret && format!("{}_FILE", s.variable()) == *name);
            let known = OTHER_VARIABLES.contains(&name.as_str())
                || FOREIGN_PREFIXES.iter().any(|prefix| name.starts_with(prefix));
            let (key, value) = match (plain, in_file) {
                (Some(setting), _) => (setting.key, value.clone()),
                (None, Some(setting)) => (setting.key, read(Path::new(value))?.trim().to_owned()),
                (None, None) if known => continue,
                (None, None) => {
                    let (place, name) = ("environment".to_owned(), name.clone());
                    return Err(ConfigError::Unknown {
                        place,
                        what: "variable",
                        name,
                    });
                }
            };
            self.0.insert(key, (value, Source::Variable(name.clone())));
        }
        Ok(())
    }

    fn parse<T>(
        &self,
        key: &'static str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<T, ConfigError> {
        let (text, source) = &self.0[key];
        parse(text).map_err(|problem| ConfigError::Value {
            key,
            source_: source.clone(),
            problem,
        })
    }

    /// Each key, its value with secrets masked, and where it came from.
    pub fn shown(&self) -> impl Iterator<Item = (&'static str, String, &Source)> {
        SETTINGS.iter().map(|setting| {
            let (text, source) = &self.0[setting.key];
            let text = match text.as_str() {
                "" if setting.key == "database" => default_database(&self.0["data"].0),
                text if setting.secret => mask(text),
                text => text.to_owned(),
            };
            (setting.key, text, source)
        })
    }
}

/// All that `serve` wants to know.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen.
    pub addr: SocketAddr,
    /// The folder for what is stored; made when it is not there.
    pub data: PathBuf,
    /// The database.
    pub database: DatabaseUrl,
    /// Whether a stranger acts as the member `anonymous`.
    pub open: bool,
    /// Proxies that are believed.
    pub trust_proxy: Vec<IpNet>,
    /// Whether pictures come from Gravatar.
    pub gravatar: bool,
    /// What connections may take.
    pub limits: Limits,
    /// What to log.
    pub log: String,
}

impl Config {
    /// Parses what was gathered.
    pub fn new(settings: &Settings) -> Result<Self, ConfigError> {
        let config = Self {
            addr: settings.parse("addr", address)?,
            data: settings.parse("data", folder)?,
            database: settings.parse("database", |text| match text {
                "" => database(&default_database(&settings.0["data"].0)),
                text => database(text),
            })?,
            open: settings.parse("open", switch)?,
            trust_proxy: settings.parse("trust-proxy", networks)?,
            gravatar: settings.parse("gravatar", switch)?,
            limits: Limits {
                connections: settings.parse("connections", number)?,
                per_address: settings.parse("connections-per-address", number)?,
                ..Limits::default()
            },
            log: settings.parse("log", filter)?,
        };
        if config.open && !config.addr.ip().is_loopback() {
            return Err(ConfigError::OpenToOthers(config.addr));
        }
        Ok(config)
    }
}

fn read(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|error| ConfigError::File {
        path: path.to_owned(),
        problem: error.to_string(),
    })
}

/// A TOML value as the text a flag would have; `None` for a table, a date, or a list of anything but text.
fn as_text(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(yes) => Some(yes.to_string()),
        toml::Value::Array(items) => items
            .iter()
            .map(toml::Value::as_str)
            .collect::<Option<Vec<_>>>()
            .map(|items| items.join(",")),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
