//! The files of the site: what the build made (`/pkg`), and what lies in `public/` (icons, manifest, robots.txt).
//!
//! All are read once at the start, a few megabytes, and each has two addresses: its own, which is asked about every time
//! (`ETag`), and one with a hash of its content (`/pkg/flotilla.0123456789abcdef.js`), which never changes and is kept
//! for ever. Pages use the second. `make dist` lays `.br` and `.gz` beside each file; they are served as they are.
//!
//! While `cargo leptos watch` runs, files are read anew each time, and no hash is used.

use std::{
    collections::HashMap,
    fmt::Write as _,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::Response,
};
use leptos::config::LeptosOptions;
use sha2::{Digest as _, Sha256};

/// What the build calls its files (`output-name` in Cargo.toml).
const NAME: &str = "flotilla";

/// How long a browser may keep what never changes: a year, as RFC 9111 has for "for ever".
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Kept, but asked about each time.
const ASK: HeaderValue = HeaderValue::from_static("public, no-cache");

/// The files of the site. Cheap to clone.
#[derive(Clone, Default)]
pub struct Assets(Arc<Inner>);

#[derive(Default)]
struct Inner {
    /// By path on the site: `/pkg/flotilla.js`.
    files: HashMap<String, File>,
    /// From the path with a hash to the one without.
    hashed: HashMap<String, String>,
    /// Names this build.
    build: String,
    watch: Option<Watch>,
}

struct Watch {
    root: PathBuf,
    options: LeptosOptions,
}

#[derive(Clone, Default)]
struct File {
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
    hash: String,
}

impl Assets {
    /// The site inside the program, or else the one in `LEPTOS_SITE_ROOT` (`target/site` when that is not set). A folder
    /// that is not there is a site without files: pages still read.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn load() -> io::Result<Self> {
        let watched = std::env::var_os("LEPTOS_WATCH").is_some();
        #[cfg(feature = "embed")]
        if !watched {
            return Ok(Self::of(embedded::files()));
        }
        let root =
            std::env::var_os("LEPTOS_SITE_ROOT").map_or_else(|| PathBuf::from("target/site"), PathBuf::from);
        // Asked for its options only where cargo-leptos set them; else Leptos complains on stderr.
        let options = watched
            .then(|| leptos::config::get_configuration(None).ok())
            .flatten();
        match options.map(|found| found.leptos_options) {
            Some(options) => {
                let watch = Some(Watch { root, options });
                Ok(Self(Arc::new(Inner {
                    watch,
                    build: "watch".to_owned(),
                    ..Inner::default()
                })))
            }
            None => Ok(Self::of(read_all(&root)?)),
        }
    }

    /// Of files by path, where `.br` and `.gz` are variants of the file they lie beside.
    fn of(mut raw: HashMap<String, Bytes>) -> Self {
        let variants: Vec<_> = raw
            .keys()
            .filter(|path| path.ends_with(".br") || path.ends_with(".gz"))
            .cloned()
            .collect();
        let mut variants: HashMap<_, _> = variants
            .into_iter()
            .filter_map(|path| raw.remove_entry(&path))
            .collect();
        let mut inner = Inner::default();
        let mut whole = Sha256::new();
        let mut paths: Vec<_> = raw.into_iter().collect();
        paths.sort();
        for (path, plain) in paths {
            let hash = short(&Sha256::digest(&plain));
            whole.update(&hash);
            inner.hashed.insert(with_hash(&path, &hash), path.clone());
            let (brotli, gzip) = (
                variants.remove(&format!("{path}.br")),
                variants.remove(&format!("{path}.gz")),
            );
            inner.files.insert(
                path,
                File {
                    plain,
                    brotli,
                    gzip,
                    hash,
                },
            );
        }
        inner.build = short(&whole.finalize());
        Self(Arc::new(inner))
    }

    /// Whether there is no site: pages read, but have no style.
    pub fn is_empty(&self) -> bool {
        self.0.files.is_empty() && self.0.watch.is_none()
    }

    /// The address of a file that a page refers to: with its hash, when it is there.
    pub fn url(&self, path: &str) -> String {
        self.0
            .files
            .get(path)
            .map_or_else(|| path.to_owned(), |file| with_hash(path, &file.hash))
    }

    /// What the pages' head refers to.
    pub fn for_pages(&self) -> app::ssr::Assets {
        app::ssr::Assets {
            css: self.url(&format!("/pkg/{NAME}.css")),
            boot: self.url("/boot.js"),
            js: self.url(&format!("/pkg/{NAME}.js")),
            wasm: self.url(&format!("/pkg/{NAME}.wasm")),
            build: self.0.build.clone(),
        }
    }

    /// Set while `cargo leptos watch` runs: where its reloads come from.
    pub fn watch(&self) -> Option<LeptosOptions> {
        self.0.watch.as_ref().map(|watch| watch.options.clone())
    }

    /// The file at a path, and whether the path names its content.
    fn find(&self, path: &str) -> Option<(File, bool)> {
        if let Some(watch) = &self.0.watch {
            return Some((read_now(&watch.root, path)?, false));
        }
        let (plain, hashed) = match self.0.hashed.get(path) {
            Some(plain) => (plain.as_str(), true),
            None => (path, false),
        };
        self.0.files.get(plain).map(|file| (file.clone(), hashed))
    }
}

/// Answers with a file, if there is one at the path.
pub(super) fn serve(assets: &Assets, parts: &Parts) -> Option<Response> {
    if !matches!(parts.method, Method::GET | Method::HEAD) {
        return None;
    }
    let path = parts.uri.path();
    let (file, hashed) = assets.find(path)?;
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, if hashed { FOR_EVER } else { ASK });
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    // Weak: the same content in another encoding is not the same bytes.
    let tag = format!("W/\"{}\"", file.hash);
    let known = parts
        .headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    let known = known.is_some_and(|known| known.split(',').any(|one| one.trim() == tag));
    headers.insert(header::ETAG, HeaderValue::from_str(&tag).ok()?);
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return Some(response);
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(path)));
    let (bytes, encoding) = file.for_client(&parts.headers);
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    *response.body_mut() = Body::from(bytes);
    Some(response)
}

impl File {
    /// The smallest variant that the client takes.
    fn for_client(self, headers: &HeaderMap) -> (Bytes, Option<&'static str>) {
        match (self.brotli, self.gzip) {
            (Some(brotli), _) if takes(headers, "br") => (brotli, Some("br")),
            (_, Some(gzip)) if takes(headers, "gzip") => (gzip, Some("gzip")),
            _ => (self.plain, None),
        }
    }
}

/// Whether `Accept-Encoding` has this coding, and not with the quality 0.
fn takes(headers: &HeaderMap, coding: &str) -> bool {
    let lines = headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|one| {
        let (name, quality) = one.split_once(';').unwrap_or((one, ""));
        let quality = quality
            .trim()
            .strip_prefix("q=")
            .map_or(1.0, |value| value.parse::<f32>().unwrap_or(0.0));
        name.trim().eq_ignore_ascii_case(coding) && quality > 0.0
    })
}

/// `/pkg/flotilla.js` with a hash is `/pkg/flotilla.0123456789abcdef.js`.
fn with_hash(path: &str, hash: &str) -> String {
    match path.rsplit_once('.').filter(|(_, end)| !end.contains('/')) {
        Some((start, end)) => format!("{start}.{hash}.{end}"),
        None => format!("{path}.{hash}"),
    }
}

/// 64 bits: no accident makes two of some dozen files alike.
fn short(digest: &[u8]) -> String {
    digest
        .iter()
        .take(8)
        .fold(String::with_capacity(16), |mut text, byte| {
            // A string takes all that is written to it.
            let _written = write!(text, "{byte:02x}");
            text
        })
}

fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, end)| end) {
        Some("css") => "text/css; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("ico") => "image/x-icon",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("webmanifest") => "application/manifest+json",
        Some("webp") => "image/webp",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

fn read_all(root: &Path) -> io::Result<HashMap<String, Bytes>> {
    let mut files = HashMap::new();
    let mut folders = vec![(root.to_owned(), String::new())];
    while let Some((folder, under)) = folders.pop() {
        let entries = match std::fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && under.is_empty() => {
                return Ok(files);
            }
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let path = format!("{under}/{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                folders.push((entry.path(), path));
            } else {
                files.insert(path, std::fs::read(entry.path())?.into());
            }
        }
    }
    Ok(files)
}

/// For `cargo leptos watch` only: a path that leaves the folder is not read.
fn read_now(root: &Path, path: &str) -> Option<File> {
    let inside = path
        .split('/')
        .skip(1)
        .all(|part| !part.is_empty() && part != ".." && !part.contains('\\'));
    let plain: Bytes = inside.then(|| std::fs::read(root.join(&path[1..])).ok())??.into();
    let hash = short(&Sha256::digest(&plain));
    Some(File {
        plain,
        hash,
        ..File::default()
    })
}

#[cfg(feature = "embed")]
mod embedded {
    //! The site inside the program. `make dist` builds it first.

    use std::{borrow::Cow, collections::HashMap};

    use axum::body::Bytes;
    use rust_embed::RustEmbed;

    #[derive(RustEmbed)]
    #[folder = "../target/site/"]
    struct Site;

    pub(super) fn files() -> HashMap<String, Bytes> {
        let file = |path: Cow<'static, str>| {
            let bytes = match Site::get(&path)?.data {
                Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                Cow::Owned(bytes) => Bytes::from(bytes),
            };
            Some((format!("/{path}"), bytes))
        };
        Site::iter().filter_map(file).collect()
    }
}

#[cfg(test)]
mod tests;
