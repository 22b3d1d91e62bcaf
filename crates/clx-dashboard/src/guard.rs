//! Who may change something, and what pages may do. Principal functions: [`may_change`], [`harden`].

use clx_serve::{Reply, Request, form_values};

use crate::problem::Problem;
use crate::route::Route;
use crate::token::Token;

/// Pages load and run what this server has, and talk to nobody else.
const OWN_ONLY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                        img-src 'self' data:; form-action 'self'; base-uri 'none'; \
                        frame-ancestors 'none'";

/// Built pages are shown as they are, with their own styles; their scripts and forms could act in the
/// name of the dashboard, so there are none.
const SHOWN_ONLY: &str = "sandbox allow-same-origin allow-popups; default-src 'none'; \
                          style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                          font-src 'self' data:; media-src 'self' data:; base-uri 'none'; \
                          form-action 'none'; frame-ancestors 'none'";

/// Fails unless a request comes from a form of a page of this process.
pub(crate) fn may_change(request: &Request, token: &Token) -> Result<(), Problem> {
    // `Host` is one of ours, or the request would not be here.
    let own = request.header("host").map(|host| format!("http://{host}"));
    let comes_from = request.header("origin");
    if comes_from.is_some() && comes_from != own.as_deref() {
        return Err(Problem::forbidden(
            "this was asked by a page of another site",
            "open the dashboard itself and try it there",
        ));
    }
    let body = std::str::from_utf8(request.body()).unwrap_or_default();
    let given = form_values(body).into_iter().find(|(name, _)| name == "token");
    if !given.is_some_and(|(_, given)| token.is(&given)) {
        return Err(Problem::forbidden(
            "the token of this page is missing or of an earlier `clx serve`",
            "reload the page and try again",
        ));
    }
    Ok(())
}

/// Adds the headers that keep pages from doing or suffering what they should not.
pub(crate) fn harden(reply: Reply, route: &Route) -> Reply {
    let policy = if matches!(route, Route::Tree) { SHOWN_ONLY } else { OWN_ONLY };
    reply
        .with_header("content-security-policy", policy)
        .with_header("referrer-policy", "same-origin")
        .with_header("x-frame-options", "DENY")
}
