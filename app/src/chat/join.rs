//! For strangers: an e-mail address and a name, and one is in.

use leptos::{ev, html, prelude::*, task::spawn_local};

use crate::{form, ui::toast};

/// Where the form is posted to: a server function of the accounts.
pub(super) const JOIN: &str = "/fn/accounts/join";

/// The Join form's fields lie in here. What is wrong is said at its field and, so that nobody misses it, in a toast.
#[island]
pub fn JoinForm(
    /// The fields and the button.
    children: Children,
) -> impl IntoView {
    let place = NodeRef::<html::Form>::new();
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let Some(form) = place.get_untracked() else { return };
        spawn_local(async move {
            match form::submit(&form).await {
                // The whole page is another one for whoever is signed in.
                Ok(_) => drop(window().location().reload()),
                Err(errors) => {
                    errors
                        .errors
                        .values()
                        .flatten()
                        .for_each(|words| toast::warn(words));
                    form::show(&form, &errors);
                }
            }
        });
    };
    view! { <form class="card join" method="post" action=JOIN node_ref=place on:submit=submit>{children()}</form> }
}
