//! Errors, as people read them: from a service's [`Error`] to a status, to words at a field, to a page.
//!
//! The words are in the language of the request; the HTTP API asks for English. Internal text is logged here, where it
//! is handled, and never sent.

use axum::http::StatusCode;
use backend::{Error, Problem};
use leptos::{prelude::*, server_fn::error::ServerFnErrorErr};
use wire::error::Errors;

use crate::{
    failed::Failed,
    i18n::{Locale, Words, locale, words},
    page::{Layout, Page},
    ssr::RequestContext,
    strings,
    ui::{Empty, icon},
};

strings! {
    /// What goes wrong, in words.
    pub struct ErrorWords {
        empty: "must not be empty" / "不能为空",
        too_long[n]: "must be at most {n} character" | "must be at most {n} characters" / "最多 {n} 个字符",
        too_short[n]: "must be at least {n} character" | "must be at least {n} characters" / "至少 {n} 个字符",
        malformed: "is not valid" / "格式不正确",
        invisible: "must not hold invisible characters" / "不能含有不可见字符",
        wrong_password: "is not your password" / "与当前密码不符",
        at_most[n]: "may be at most {n}" | "may be at most {n}" / "最多 {n} 个",
        last_admin: "must leave at least one administrator" / "必须至少保留一位管理员",
        taken: "is taken" / "已被占用",
        unreadable: "could not be read" / "无法读取",
        unauthorized: "Sign in first" / "请先登录",
        forbidden: "You may not do that" / "你没有权限这样做",
        not_found: "Not found" / "找不到",
        too_many[n]: "Too many attempts. Try again in {n} second" | "Too many attempts. Try again in {n} seconds" / "尝试次数过多，请在 {n} 秒后重试",
        unavailable: "Not available just now. Try again in a moment" / "暂时不可用，请稍后再试",
        internal: "Something went wrong on our side" / "服务器出错了",
    }
}

strings! {
    /// The pages of what went wrong.
    struct PageWords {
        unauthorized: "Sign in" / "登录",
        unauthorized_why: "This page is for people of this workspace. Sign in to go on where you were." / "此页面仅供本工作区成员使用。登录后即可继续。",
        forbidden: "Not for you" / "没有权限",
        forbidden_why: "Your account may not open this page. An administrator can change that." / "你的账户无法打开此页面。管理员可以更改权限。",
        not_found: "Nothing here" / "这里什么也没有",
        not_found_why: "There is no such page, or it is not for you. The address may be old, or mistyped." / "没有这个页面，或者你无权查看。地址可能已过期或输入有误。",
        busy: "One moment" / "请稍候",
        busy_why: "The server is busy just now. Nothing is lost: try again in a few seconds." / "服务器正忙。没有任何内容丢失：请几秒后重试。",
        internal: "Something went wrong" / "出错了",
        internal_why: "That was our fault, not yours, and it has been written down. Try again; if it stays, tell whoever runs this server." / "这是我们的问题，已经记录下来。请重试；如果仍然如此，请联系服务器管理员。",
        home: "Go home" / "返回首页",
        retry: "Try again" / "重试",
        sign_in: "Sign in" / "登录",
    }
}

/// A problem with one field, in words.
pub fn problem(problem: Problem, locale: Locale) -> String {
    let words = ErrorWords::of(locale);
    match problem {
        Problem::Empty => words.empty.to_owned(),
        Problem::TooLong(most) => words.too_long(most as u64),
        Problem::TooShort(least) => words.too_short(least as u64),
        Problem::Malformed => words.malformed.to_owned(),
        Problem::Invisible => words.invisible.to_owned(),
        Problem::WrongPassword => words.wrong_password.to_owned(),
        Problem::TooMany(most) => words.at_most(most as u64),
        Problem::LastAdmin => words.last_admin.to_owned(),
    }
}

/// The status and the public body of an error. An internal one is logged here, once.
pub fn answer(error: Error, locale: Locale) -> (StatusCode, Errors) {
    let words = ErrorWords::of(locale);
    let request = |words: &str| Errors::one("request", words);
    match error {
        Error::Invalid(problems) => {
            let mut errors = Errors::default();
            for (field, why) in problems {
                errors
                    .errors
                    .entry(field.to_owned())
                    .or_default()
                    .push(problem(why, locale));
            }
            (StatusCode::UNPROCESSABLE_ENTITY, errors)
        }
        Error::Unauthorized => (StatusCode::UNAUTHORIZED, request(words.unauthorized)),
        Error::Forbidden => (StatusCode::FORBIDDEN, request(words.forbidden)),
        Error::NotFound => (StatusCode::NOT_FOUND, request(words.not_found)),
        Error::Taken(field) => (StatusCode::CONFLICT, Errors::one(field, words.taken)),
        Error::TooMany(wait) => (
            StatusCode::TOO_MANY_REQUESTS,
            request(&words.too_many(wait.as_secs().max(1))),
        ),
        Error::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, request(words.unavailable)),
        Error::Internal(text) => {
            tracing::error!(error = %text, "internal error");
            (StatusCode::INTERNAL_SERVER_ERROR, request(words.internal))
        }
    }
}

/// In how many seconds it is worth to come again.
pub fn retry_after(error: &Error) -> Option<u64> {
    match error {
        Error::TooMany(wait) | Error::Unavailable(wait) => Some(wait.as_secs().max(1)),
        _ => None,
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        let retry_after = retry_after(&error);
        let (status, errors) = answer(error, locale());
        Self {
            status: status.as_u16(),
            retry_after,
            errors,
        }
    }
}

/// The failure of a call that never reached its function, or whose answer could not be written.
pub(crate) fn of_server_fn(error: ServerFnErrorErr) -> Failed {
    match error {
        ServerFnErrorErr::Args(_)
        | ServerFnErrorErr::Deserialization(_)
        | ServerFnErrorErr::MissingArg(_) => {
            let errors = Errors::one("request", words::<ErrorWords>().unreadable);
            Failed {
                status: 400,
                retry_after: None,
                errors,
            }
        }
        other => Error::Internal(other.to_string()).into(),
    }
}

/// The page that stands for an error.
pub(crate) fn page(request: &RequestContext, error: Error) -> Page {
    let wait = retry_after(&error);
    let (status, _) = answer(error, request.locale);
    page_of_status(status).retry_after(wait)
}

/// The page that stands for a status.
pub(crate) fn page_of_status(status: StatusCode) -> Page {
    let words = words::<PageWords>();
    let (title, why) = match status {
        StatusCode::UNAUTHORIZED => (words.unauthorized, words.unauthorized_why),
        StatusCode::FORBIDDEN => (words.forbidden, words.forbidden_why),
        StatusCode::NOT_FOUND => (words.not_found, words.not_found_why),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => (words.busy, words.busy_why),
        _ => (words.internal, words.internal_why),
    };
    Page::new(title, move || {
        let request = crate::ssr::request();
        let (href, act) = match status {
            StatusCode::UNAUTHORIZED => (sign_in_href(&request), words.sign_in),
            StatusCode::NOT_FOUND | StatusCode::FORBIDDEN => ("/".to_owned(), words.home),
            _ => (request.uri.to_string(), words.retry),
        };
        view! { <Empty icon=icon::ANCHOR title=title why=why href=href act=act/> }
    })
    .status(status)
    .layout(Layout::Narrow)
}

/// The sign-in page, with the way back to where the request was going.
pub(crate) fn sign_in_href(request: &RequestContext) -> String {
    let back = request.uri.path_and_query().map_or("/", |path| path.as_str());
    let next: String = form_urlencoded::byte_serialize(back.as_bytes()).collect();
    if back == "/" {
        "/login".to_owned()
    } else {
        format!("/login?next={next}")
    }
}
