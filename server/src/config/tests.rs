use super::*;

fn gather(
    file: &str,
    variables: &[(&str, &str)],
    flags: &[(&'static str, &str)],
) -> Result<Config, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flotilla.toml");
    std::fs::write(&path, file).unwrap();
    let variables = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let flags: Vec<_> = flags
        .iter()
        .map(|(key, value)| (*key, (*value).to_owned()))
        .collect();
    Config::new(&Settings::gather(Some(&path), variables, &flags)?)
}

#[test]
fn flags_win_over_the_environment_over_the_file_over_defaults() {
    let file = "addr = '127.0.0.1:2'";
    let variable = ("FLOTILLA_ADDR", "127.0.0.1:3");
    let flag = ("addr", "127.0.0.1:4");
    for (file, variables, flags, port) in [
        ("", &[][..], &[][..], 8080),
        (file, &[], &[], 2),
        ("", &[variable], &[], 3),
        (file, &[variable], &[], 3),
        ("", &[], &[flag], 4),
        (file, &[], &[flag], 4),
        ("", &[variable], &[flag], 4),
        (file, &[variable], &[flag], 4),
    ] {
        let config = gather(file, variables, flags).unwrap();
        assert_eq!(
            config.addr.port(),
            port,
            "file `{file}`, variables {variables:?}, flags {flags:?}"
        );
    }
}

#[test]
fn every_setting_is_read_from_the_file_and_from_its_variable() {
    for (key, file, variable) in [
        ("addr", "'127.0.0.1:1'", "127.0.0.1:1"),
        ("data", "'/d'", "/d"),
        ("database", "'sqlite:/d/x'", "sqlite:/d/x"),
        ("open", "true", "1"),
        ("trust-proxy", "['10.0.0.0/8', '::1']", "10.0.0.0/8, ::1"),
        ("gravatar", "true", "yes"),
        ("connections", "7", "7"),
        ("connections-per-address", "7", "7"),
        ("log", "'warn,server=debug'", "warn,server=debug"),
    ] {
        let setting = SETTINGS.iter().find(|s| s.key == key).unwrap();
        let from_file = gather(&format!("{key} = {file}"), &[], &[]).unwrap();
        let from_variable = gather("", &[(&setting.variable(), variable)], &[]).unwrap();
        let default = gather("", &[], &[]).unwrap();
        assert_eq!(format!("{from_file:?}"), format!("{from_variable:?}"), "{key}");
        assert_ne!(format!("{from_file:?}"), format!("{default:?}"), "{key}");
    }
    assert_eq!(SETTINGS.len(), 9, "a new setting belongs into this table");
}

#[test]
fn mistakes_are_one_line_that_names_the_place() {
    for (file, variables, flags, said) in [
        ("port = 1", &[][..], &[][..], "flotilla.toml: unknown key `port`"),
        (
            "",
            &[("FLOTILLA_ADR", "x")],
            &[],
            "environment: unknown variable `FLOTILLA_ADR`",
        ),
        (
            "",
            &[],
            &[("addr", "nowhere")],
            "addr (from flag): `nowhere` is not an address",
        ),
        (
            "",
            &[("FLOTILLA_OPEN", "maybe")],
            &[],
            "open (from FLOTILLA_OPEN): `maybe` is neither true nor false",
        ),
        ("connections = 0", &[], &[], "`0` is not a number above 0"),
        ("addr = {}", &[], &[], "a table is not what it takes"),
        ("addr =", &[], &[], "cannot read"),
        (
            "trust-proxy = ['10.0.0.0/99']",
            &[],
            &[],
            "`10.0.0.0/99` is not a network",
        ),
        (
            "",
            &[],
            &[("database", "mysql://root:hunter2@db/x")],
            "not a database URL",
        ),
        (
            "open = true",
            &[],
            &[("addr", "0.0.0.0:80")],
            "0.0.0.0:80 is not one",
        ),
        (
            "",
            &[("FLOTILLA_DATABASE_FILE", "/nowhere/at/all")],
            &[],
            "cannot read /nowhere/at/all",
        ),
    ] {
        let error = gather(file, variables, flags).unwrap_err().to_string();
        assert!(error.contains(said), "{error} does not say `{said}`");
        assert!(!error.contains('\n') && !error.contains("hunter2"), "{error}");
    }
}

#[test]
fn what_others_put_into_the_environment_is_left_alone() {
    let foreign = [
        ("FLOTILLA_PORT", "tcp://10.0.0.1:80"),
        ("FLOTILLA_SERVICE_HOST", "x"),
        ("HOME", "/root"),
    ];
    gather("", &foreign, &[]).unwrap();
}

#[test]
fn a_secret_may_lie_in_a_file_and_is_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("url");
    std::fs::write(&secret, "postgres://ada:hunter2@db/flotilla\n").unwrap();
    let variables = [("FLOTILLA_DATABASE_FILE".to_owned(), secret.display().to_string())];
    let settings = Settings::gather(None, variables, &[]).unwrap();
    Config::new(&settings).unwrap();
    let shown: Vec<_> = settings
        .shown()
        .map(|(key, value, source)| format!("{key}={value} {source}"))
        .collect();
    assert!(
        shown.contains(&"database=postgres://ada:***@db/flotilla FLOTILLA_DATABASE_FILE".to_owned()),
        "{shown:?}"
    );
}

#[test]
fn passwords_are_masked_wherever_a_url_may_hold_them() {
    for (url, shown) in [
        ("postgres://db/x", "postgres://db/x"),
        ("postgres://ada@db/x", "postgres://ada@db/x"),
        ("postgres://ada:pw@db:5432/x", "postgres://ada:***@db:5432/x"),
        ("postgres://ada:p@w:x@db/x", "postgres://ada:***@db/x"),
        (
            "postgres://db/x?user=ada&password=pw&a=b",
            "postgres://db/x?user=ada&password=***&a=b",
        ),
        ("sqlite:/data/a@b:c.db", "sqlite:/data/a@b:c.db"),
    ] {
        assert_eq!(mask(url), shown);
    }
}

#[test]
fn the_database_lies_in_the_data_folder_unless_told_otherwise() {
    let config = gather("data = '/srv/flotilla'", &[], &[]).unwrap();
    assert_eq!(config.database.to_string(), "sqlite:/srv/flotilla/flotilla.db");
}
