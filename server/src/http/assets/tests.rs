use axum::http::Request;

use super::*;

fn assets() -> Assets {
    let files = [
        ("/pkg/a.js", "plain"),
        ("/pkg/a.js.br", "brotli"),
        ("/pkg/a.js.gz", "gzip"),
        ("/robots.txt", "all"),
    ];
    Assets::of(
        files
            .map(|(path, text)| (path.to_owned(), Bytes::from(text)))
            .into(),
    )
}

fn ask(path: &str, headers: &[(header::HeaderName, &str)]) -> Option<Response> {
    let mut request = Request::builder().uri(path);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    serve(&assets(), &request.body(()).unwrap().into_parts().0)
}

fn header<'r>(response: &'r Response, name: &header::HeaderName) -> &'r str {
    response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

#[test]
fn an_address_with_a_hash_is_kept_for_ever_and_one_without_is_asked_about() {
    let url = assets().url("/pkg/a.js");
    assert_eq!(url.len(), "/pkg/a.js".len() + 17, "{url}");
    assert_eq!(ask(&url, &[]).unwrap().headers()[header::CACHE_CONTROL], FOR_EVER);
    let plain = ask("/pkg/a.js", &[]).unwrap();
    assert_eq!(plain.headers()[header::CACHE_CONTROL], ASK);
    let again = ask(
        "/pkg/a.js",
        &[(header::IF_NONE_MATCH, header(&plain, &header::ETAG))],
    )
    .unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
}

#[test]
fn the_smallest_variant_that_the_client_takes_is_served() {
    for (accepted, encoding) in [
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("BR", "br"),
        ("identity", ""),
        ("", ""),
    ] {
        let response = ask("/pkg/a.js", &[(header::ACCEPT_ENCODING, accepted)]).unwrap();
        assert_eq!(
            header(&response, &header::CONTENT_ENCODING),
            encoding,
            "{accepted}"
        );
        assert_eq!(header(&response, &header::VARY), "Accept-Encoding");
        assert_eq!(
            header(&response, &header::CONTENT_TYPE),
            "text/javascript; charset=utf-8"
        );
    }
}

#[test]
fn what_is_not_there_is_not_served_and_variants_have_no_address() {
    for path in [
        "/",
        "/pkg",
        "/pkg/",
        "/pkg/b.js",
        "/pkg/a.js.br",
        "/pkg/a.0000000000000000.js",
        "/../robots.txt",
    ] {
        assert!(ask(path, &[]).is_none(), "{path}");
    }
    assert!(ask("/robots.txt", &[]).is_some());
}

#[test]
fn the_build_has_another_name_when_a_file_changes() {
    let other = Assets::of(HashMap::from([("/pkg/a.js".to_owned(), Bytes::from("other"))]));
    assert_ne!(assets().for_pages().build, other.for_pages().build);
}

#[test]
fn a_watched_folder_is_not_left() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("site")).unwrap();
    std::fs::write(folder.path().join("secret"), "x").unwrap();
    std::fs::write(folder.path().join("site/a.txt"), "x").unwrap();
    let root = folder.path().join("site");
    assert!(read_now(&root, "/a.txt").is_some());
    for path in ["/../secret", "/./../secret", "//etc/passwd", "/..", "/", "/b.txt"] {
        assert!(read_now(&root, path).is_none(), "{path}");
    }
}
