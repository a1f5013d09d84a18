//! Home: what is new, at a glance. Each tile leads to its page.

use backend::Error;
use leptos::prelude::*;

use crate::{i18n::words, page::Page, ssr::RequestContext, strings};

strings! {
    /// What the home page says.
    struct HomeWords {
        title: "Home" / "首页",
    }
}

/// The home page.
pub(crate) async fn page(_request: RequestContext) -> Result<Page, Error> {
    let words = words::<HomeWords>();
    Ok(Page::new(words.title, move || view! { <div class="home"></div> }).under("/"))
}
