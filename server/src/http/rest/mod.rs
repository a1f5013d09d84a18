//! The HTTP API under `/api`: a file a feature, each a thin shell around its service.

pub mod rooms;

use super::Routes;

/// Every route of the API.
pub fn routes(routes: Routes) -> Routes {
    rooms::routes(routes)
}
