//! The whole document around a page.

use leptos::{hydration::AutoReload, prelude::*};

use super::{bar, overlay, rail};
use crate::{
    page::{Layout, Page},
    ssr::{RequestContext, Theme},
};

/// The whole document of a page whose `main` is rendered already.
pub(crate) fn document(request: &RequestContext, page: Page, main: String) -> String {
    let wakes = main.contains("<leptos-island");
    let layout = match page.layout {
        Layout::Page => "page",
        Layout::Fill => "fill",
        Layout::Narrow => "narrow",
    };
    let theme = (request.theme != Theme::System).then(|| request.theme.code());
    let caller = request.caller.person().map_or(0, |person| person.id).to_string();
    let title = [&page.title, " · Flotilla"].concat();
    let bar = bar::view(request, page.title, page.bar);
    let document = view! {
        <html lang=request.locale.tag() data-theme=theme data-build=request.site.assets.build.clone() data-caller=caller>
            <head>{head(request, title, wakes)}</head>
            <body>
                {overlay::skip_link()}
                {rail::view(request, page.under)}
                {bar}
                <main id="main" class=layout tabindex="-1" inner_html=main></main>
                {overlay::view(request)}
            </body>
        </html>
    };
    ["<!doctype html>", &document.to_html()].concat()
}

/// Style and boot.js always; what loads the WASM only where an island of the page will want it.
fn head(request: &RequestContext, title: String, wakes: bool) -> impl IntoView + use<> {
    let assets = request.site.assets.clone();
    let reload = request
        .site
        .watch
        .clone()
        .map(|options| view! { <AutoReload options/> });
    view! {
        <meta charset="utf-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
        <title>{title}</title>
        {theme_color("light", "#ffffff")}
        {theme_color("dark", "#0f1e27")}
        <link rel="stylesheet" href=assets.css/>
        <link rel="icon" href="/icon.svg" type="image/svg+xml"/>
        <link rel="apple-touch-icon" href="/icon-180.png"/>
        <link rel="manifest" href="/manifest.webmanifest"/>
        <script type="module" src=assets.boot data-js=assets.js.clone() data-wasm=assets.wasm.clone() id="boot"></script>
        {wakes.then(|| view! {
            <link rel="modulepreload" href=assets.js/>
            <link rel="preload" href=assets.wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
        })}
        {reload}
    }
}

/// The colour of a phone's own bars: the surface of tokens.css.
fn theme_color(scheme: &str, color: &'static str) -> impl IntoView + use<> {
    let media = ["(prefers-color-scheme: ", scheme, ")"].concat();
    leptos::html::meta()
        .name("theme-color")
        .content(color)
        .attr("media", media)
}
