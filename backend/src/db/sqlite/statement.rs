//! Statements on an SQLite connection, and what its errors mean.

use rusqlite::{
    Connection, Row as SqliteRow, Statement,
    ffi::{self, ErrorCode},
    types::{ToSqlOutput, ValueRef},
};

use crate::db::{
    error::Error,
    row::{FromRow, Row, Source, check_columns},
    value::Value,
};

pub(in crate::db) fn query<T: FromRow>(
    conn: &Connection,
    sql: &str,
    params: &[Value<'_>],
) -> Result<Vec<T>, Error> {
    let mut statement = conn.prepare_cached(sql).map_err(error)?;
    check_columns::<T>(statement.column_count())?;
    bind(&mut statement, params)?;
    let mut rows = statement.raw_query();
    let mut all = Vec::new();
    while let Some(row) = rows.next().map_err(error)? {
        all.push(Row::read(Source::Sqlite(row))?);
    }
    Ok(all)
}

pub(in crate::db) fn execute(conn: &Connection, sql: &str, params: &[Value<'_>]) -> Result<u64, Error> {
    let mut statement = conn.prepare_cached(sql).map_err(error)?;
    bind(&mut statement, params)?;
    if statement.column_count() == 0 {
        return Ok(statement.raw_execute().map_err(error)? as u64);
    }
    let mut rows = statement.raw_query();
    let mut count = 0;
    while rows.next().map_err(error)?.is_some() {
        count += 1;
    }
    Ok(count)
}

/// `BEGIN`, `SAVEPOINT` and their like.
pub(in crate::db) fn control(conn: &Connection, sql: &'static str) -> Result<(), Error> {
    conn.prepare_cached(sql)
        .and_then(|mut statement| statement.raw_execute())
        .map_err(error)?;
    Ok(())
}

pub(in crate::db) fn column<'r>(row: &'r SqliteRow<'_>, column: usize) -> Result<Value<'r>, Error> {
    Ok(match row.get_ref(column).map_err(error)? {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(integer) => Value::Int(integer),
        ValueRef::Real(real) => Value::Real(real),
        ValueRef::Text(text) => Value::Text(
            std::str::from_utf8(text).map_err(|_| Error::Sql("text that is not UTF-8".to_owned()))?,
        ),
        ValueRef::Blob(bytes) => Value::Blob(bytes),
    })
}

/// Binds `$n` to the n-th value. To SQLite `$2` is a name, numbered by where it first stands, so its name is read back.
fn bind(statement: &mut Statement<'_>, params: &[Value<'_>]) -> Result<(), Error> {
    let wanted = statement.parameter_count();
    if wanted != params.len() {
        return Err(Error::Job(format!(
            "{} parameters for {wanted} placeholders",
            params.len()
        )));
    }
    for index in 1..=wanted {
        let number = statement
            .parameter_name(index)
            .and_then(|name| name.strip_prefix('$')?.parse::<usize>().ok());
        let Some(param) = number.and_then(|number| params.get(number.checked_sub(1)?)) else {
            return Err(Error::Job(format!(
                "placeholder {index} is not one of $1 to ${wanted}"
            )));
        };
        statement
            .raw_bind_parameter(index, Bound(*param))
            .map_err(error)?;
    }
    Ok(())
}

struct Bound<'a>(Value<'a>);

impl rusqlite::ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Int(integer) => ValueRef::Integer(integer),
            Value::Real(real) => ValueRef::Real(real),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

pub(super) fn error(error: rusqlite::Error) -> Error {
    let rusqlite::Error::SqliteFailure(failure, text) = &error else {
        return Error::Sql(error.to_string());
    };
    let text = text.clone().unwrap_or_else(|| failure.to_string());
    match (failure.code, failure.extended_code) {
        (_, ffi::SQLITE_CONSTRAINT_UNIQUE) => Error::Unique(constraint(&text, "key")),
        (_, ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID) => {
            Error::Unique(constraint(&text, "pkey"))
        }
        (_, ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => Error::ForeignKey,
        (_, ffi::SQLITE_CONSTRAINT_CHECK | ffi::SQLITE_CONSTRAINT_NOTNULL) => Error::Check(text),
        (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => Error::Retry,
        (ErrorCode::DiskFull, _) => Error::Full,
        _ => Error::Sql(text),
    }
}

/// The name that PostgreSQL would give: from `UNIQUE constraint failed: users.name, users.org` (a table's columns) or
/// `UNIQUE constraint failed: index 'name'` (over an expression).
fn constraint(text: &str, kind: &str) -> String {
    let what = text.rsplit_once("failed: ").map_or(text, |(_, what)| what);
    if let Some(index) = what.strip_prefix("index '") {
        return index.trim_end_matches('\'').to_owned();
    }
    let mut columns = what.split(", ").filter_map(|column| column.split_once('.'));
    let Some((table, first)) = columns.next() else {
        return what.to_owned();
    };
    if kind == "pkey" {
        return format!("{table}_pkey");
    }
    let columns: Vec<&str> = std::iter::once(first)
        .chain(columns.map(|(_, column)| column))
        .collect();
    format!("{table}_{}_{kind}", columns.join("_"))
}
