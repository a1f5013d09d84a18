//! The flags of whatever reads the configuration: one for each of [`SETTINGS`].

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, value_parser};

use super::Failure;
use crate::config::{Config, SETTINGS, Setting, Settings};

/// Which config file, and what was set on the command line.
#[derive(Clone, Debug, Default)]
pub(super) struct Flags {
    file: Option<PathBuf>,
    values: Vec<(&'static str, String)>,
}

impl Flags {
    /// All values as text, from all sources.
    pub(super) fn settings(&self) -> Result<Settings, Failure> {
        let variables = std::env::vars_os();
        // A variable that is no text is none of ours.
        let variables =
            variables.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Settings::gather(self.file.as_deref(), variables, &self.values).map_err(Failure::setup)
    }

    /// The configuration in force.
    pub(super) fn config(&self) -> Result<Config, Failure> {
        Config::new(&self.settings()?).map_err(Failure::setup)
    }
}

impl FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let values = SETTINGS
            .iter()
            .filter_map(|setting| Some((setting.key, given(matches, setting)?)))
            .collect();
        Ok(Self {
            file: matches.get_one("config").cloned(),
            values,
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// A flag's value, of a switch as of the others.
fn given(matches: &ArgMatches, setting: &Setting) -> Option<String> {
    if setting.value.is_none() {
        return matches.get_flag(setting.key).then(|| "true".to_owned());
    }
    let values: Vec<_> = matches
        .get_many::<String>(setting.key)?
        .map(String::as_str)
        .collect();
    Some(values.join(","))
}

impl Args for Flags {
    fn augment_args(command: Command) -> Command {
        let file = Arg::new("config")
            .long("config")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help("A TOML file with any of these settings [env: FLOTILLA_CONFIG]");
        SETTINGS.iter().fold(command.arg(file), |command, setting| {
            let default = if setting.default.is_empty() || setting.value.is_none() {
                String::new()
            } else {
                format!(" [default: {}]", setting.default)
            };
            let help = format!("{}{default} [env: {}]", setting.help, setting.variable());
            let flag = Arg::new(setting.key).long(setting.key).help(help);
            command.arg(match setting.value {
                // A list may be given in several flags.
                Some(name) if name.ends_with('…') => flag.value_name(name).action(ArgAction::Append),
                Some(name) => flag.value_name(name),
                None => flag.action(ArgAction::SetTrue),
            })
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}
