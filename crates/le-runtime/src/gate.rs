//! The gate for writes: what is not led any more is not written any more.

mod client;
mod error;
mod json;
mod stamp;
mod target;

use std::fmt;
use std::task::{Context, Poll};

use futures::future::{BoxFuture, Either, MapErr};
use futures::{FutureExt, TryFutureExt};
use http::{HeaderMap, Method, Request, header};
use le_core::{Leadership, NotLeading};
use tower::{BoxError, Layer, Service};

pub use client::LeadershipExt;
pub use error::{GateError, StampKeyError, Unstampable};
pub use stamp::{FENCING_TOKEN_ANNOTATION, Stamp};

/// Puts a [`Gate`] in front of a service: a `tower` layer, for a stack of one's own. Over a ready [`kube::Client`],
/// [`LeadershipExt::client`] does it in one word.
///
/// In kube's own stack it belongs above whatever retries, which is where a layer that is added last is:
///
/// ```
/// use kube::client::{Body, ClientBuilder};
/// use kube::{Client, Config};
/// use le_core::Leadership;
/// use le_runtime::GateLayer;
/// use tower::{Service, ServiceBuilder};
///
/// fn client(leadership: Leadership, config: Config) -> kube::Result<Client> {
///     Ok(ClientBuilder::try_from(config)?.with_layer(&GateLayer::new(leadership)).build())
/// }
///
/// fn service<S: Service<http::Request<Body>>>(leadership: Leadership, inner: S) -> impl Service<http::Request<Body>>
/// where
///     S::Error: Into<tower::BoxError>,
///     S::Future: Send + 'static,
/// {
///     ServiceBuilder::new().layer(GateLayer::new(leadership)).service(inner)
/// }
/// ```
#[derive(Clone, Debug)]
pub struct GateLayer {
    leadership: Leadership,
}

impl GateLayer {
    /// Makes a layer whose gates let writes through for as long as this leadership is valid.
    pub fn new(leadership: Leadership) -> Self {
        Self { leadership }
    }
}

impl<S> Layer<S> for GateLayer {
    type Service = Gate<S>;

    fn layer(&self, inner: S) -> Gate<S> {
        Gate { inner, leadership: self.leadership.clone() }
    }
}

/// A service that hands on every read, and writes only while the leadership is valid.
///
/// - **Reads** are GET, HEAD and OPTIONS without an `Upgrade`: they pass untouched, and a watch goes on when leadership is lost.
/// - **Everything else** counts as a write: also an upgrade, for a shell in a pod can do anything; a dry run; and a review, such
///   as a `SubjectAccessReview`, which is a POST. The right is checked when the request is handed in, before the service
///   below hears of it. While the request is under way the right is checked before each step of it, and the request is
///   dropped at the moment at which the leadership is lost: a client that retries does not retry any more.
///
/// A request that has left cannot be called back: `docs/fencing.md` says what to do about that.
///
/// # Errors
///
/// [`GateError::NotLeading`] and [`GateError::LostMeanwhile`]; the errors of the service below come through as they are.
#[derive(Clone)]
pub struct Gate<S> {
    inner: S,
    leadership: Leadership,
}

impl<S, B> Service<Request<B>> for Gate<S>
where
    S: Service<Request<B>>,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Either<
        MapErr<S::Future, fn(S::Error) -> BoxError>,
        BoxFuture<'static, Result<S::Response, BoxError>>,
    >;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        if is_read(request.method(), request.headers()) {
            return Either::Left(self.inner.call(request).map_err(Into::into));
        }
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        if let Err(source) = self.leadership.ensure() {
            let refused = GateError::NotLeading { method, path, source };
            return Either::Right(async { Err(refused.into()) }.boxed());
        }
        let (leadership, sent) = (self.leadership.clone(), self.inner.call(request));
        let lost = |source: NotLeading| GateError::LostMeanwhile { method, path, source };
        Either::Right(
            async move { leadership.run_while(sent).await.map_err(lost)?.map_err(Into::into) }.boxed(),
        )
    }
}

impl<S> fmt::Debug for Gate<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate").field("leadership", &self.leadership).finish_non_exhaustive()
    }
}

fn is_read(method: &Method, headers: &HeaderMap) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) && !headers.contains_key(header::UPGRADE)
}
