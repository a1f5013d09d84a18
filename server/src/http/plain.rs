//! The plain endpoints: for curl, tutorials and small scripts. Their errors are one line of text.

use super::Routes;

/// `/greeting`, for anybody.
pub fn routes(routes: Routes) -> Routes {
    routes.public("/greeting", axum::routing::get(async || "Hello, Navigator!"))
}
