//! The description as a page: an operation a section, with its parameters, bodies and answers.

use std::fmt::{self, Write as _};

use serde_json::Value;

/// In the order in which they are shown.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// The whole page.
pub(super) fn html(api: &Value) -> String {
    let mut page = String::from(
        "<!doctype html><html lang=en><meta charset=utf-8>\
         <meta name=viewport content='width=device-width,initial-scale=1'><meta name=color-scheme content='light dark'>\
         <link rel=stylesheet href='/api-docs.css'><title>API · Flotilla</title><main>",
    );
    // A string takes all that is written to it.
    let _written = write_page(&mut page, api);
    page.push_str("</main></html>");
    page
}

fn write_page(page: &mut String, api: &Value) -> fmt::Result {
    let info = &api["info"];
    write!(
        page,
        "<h1>{} API</h1><p>{}</p>",
        Text(&info["title"]),
        Text(&info["description"])
    )?;
    write!(
        page,
        "<p>Version {}. For programs: <a href='/api/openapi.json'>openapi.json</a>.</p>",
        Text(&info["version"])
    )?;
    for (path, item) in members(&api["paths"]) {
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                write_operation(page, method, path, operation)?;
            }
        }
    }
    page.push_str("<h2>Types</h2>");
    for (name, schema) in members(&api["components"]["schemas"]) {
        write!(
            page,
            "<section id='{name}'><h3>{name}</h3><p>{}</p>",
            Text(&schema["description"])
        )?;
        write_fields(page, schema)?;
        page.push_str("</section>");
    }
    Ok(())
}

fn write_operation(page: &mut String, method: &str, path: &str, operation: &Value) -> fmt::Result {
    write!(
        page,
        "<section><h2><code>{} {path}</code></h2>",
        method.to_uppercase()
    )?;
    write!(
        page,
        "<p>{}. {}</p>",
        Text(&operation["summary"]),
        Text(&operation["description"])
    )?;
    let parameters = operation["parameters"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    if !parameters.is_empty() {
        page.push_str("<table><caption>Parameters</caption>");
        for one in parameters {
            write!(
                page,
                "<tr><th scope=row><code>{}</code><td>{}",
                Text(&one["name"]),
                Text(&one["in"])
            )?;
            write!(
                page,
                "<td>{}<td>{}",
                Type(&one["schema"]),
                Text(&one["description"])
            )?;
        }
        page.push_str("</table>");
    }
    for (kind, content) in members(&operation["requestBody"]["content"]) {
        write!(page, "<p>Takes {kind}: {}</p>", Type(&content["schema"]))?;
    }
    for (status, answer) in members(&operation["responses"]) {
        write!(page, "<p>Answers {status}")?;
        for (_kind, content) in members(&answer["content"]) {
            write!(page, ": {}", Type(&content["schema"]))?;
        }
        page.push_str("</p>");
    }
    page.push_str("</section>");
    Ok(())
}

fn write_fields(page: &mut String, schema: &Value) -> fmt::Result {
    if schema.get("properties").is_none() {
        return write!(page, "<p>{}</p>", Type(schema));
    }
    page.push_str("<table>");
    for (name, field) in members(&schema["properties"]) {
        write!(
            page,
            "<tr><th scope=row><code>{name}</code><td>{}<td>{}",
            Type(field),
            Text(&field["description"])
        )?;
    }
    page.push_str("</table>");
    Ok(())
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// A string of the description, safe inside of an element.
struct Text<'v>(&'v Value);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.as_str().unwrap_or_default().chars() {
            match character {
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '&' => f.write_str("&amp;")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

/// A schema in a few words: `integer`, a link to a type, `list of …`.
struct Type<'v>(&'v Value);

impl fmt::Display for Type<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let schema = self.0;
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            return write!(f, "<a href='#{name}'>{name}</a>");
        }
        if let Some(items) = schema.get("items") {
            return write!(f, "list of {}", Type(items));
        }
        if let Some(values) = schema["enum"].as_array() {
            let values: Vec<_> = values.iter().map(Value::to_string).collect();
            return f.write_str(&values.join(" or "));
        }
        match &schema["type"] {
            Value::Array(types) => {
                let types: Vec<_> = types.iter().filter_map(Value::as_str).collect();
                f.write_str(&types.join(" or "))
            }
            one => write!(f, "{}", Text(one)),
        }
    }
}
