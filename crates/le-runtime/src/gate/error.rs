//! Why a write was not sent, or not seen to its end.

use std::error::Error;

use http::Method;
use le_core::{BucketName, FencingToken, NotLeading};

/// The gate did not let a write through.
///
/// A gated client gives it as [`kube::Error::Service`]; [`GateError::of`] finds it there and inside of other errors.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GateError {
    /// The leadership was not valid when the write was handed in. Nothing was sent. Whoever gets this drops what it has in
    /// hand: the bucket's new leader does it again.
    #[error(
        "{method} {path} was not sent: bucket {bucket:?} is not led here any more; leave its keys to its new leader",
        bucket = source.bucket
    )]
    #[non_exhaustive]
    NotLeading {
        /// The method of the request.
        method: Method,
        /// The path of the request.
        path: String,
        /// Since when the bucket is not led.
        source: NotLeading,
    },

    /// The leadership was lost while the write was under way, and it was given up at that moment. The server may or may not
    /// have applied it, or may do so yet. Whoever gets this drops what it has in hand, as above.
    #[error(
        "{method} {path} was given up on its way, since bucket {bucket:?} was lost: the server may or may not have \
         applied it; leave its keys to its new leader",
        bucket = source.bucket
    )]
    #[non_exhaustive]
    LostMeanwhile {
        /// The method of the request.
        method: Method,
        /// The path of the request.
        path: String,
        /// Since when the bucket is not led.
        source: NotLeading,
    },

    /// The object that was to be written carries a fencing token that is greater than that of this leadership: it comes from a
    /// read after a newer leader's write. Nothing was sent, for it would have lowered the fence.
    #[error(
        "{method} {path} was not sent: the object carries fencing token {found}, and bucket {bucket:?} is led here under \
         {token}, so a newer leader has written it; leave it to that one"
    )]
    #[non_exhaustive]
    Superseded {
        /// The method of the request.
        method: Method,
        /// The path of the request.
        path: String,
        /// The bucket that is led here.
        bucket: BucketName,
        /// The token of this leadership.
        token: FencingToken,
        /// The token in the object.
        found: FencingToken,
    },

    /// The write was to be stamped with the fencing token, and cannot be. Nothing was sent. The program must write in another
    /// way, or with a client that does not stamp.
    #[error("{method} {path} was not sent, since no fencing token can be put on it: {why}")]
    #[non_exhaustive]
    CannotStamp {
        /// The method of the request.
        method: Method,
        /// The path of the request.
        path: String,
        /// What stands in the way.
        why: Unstampable,
    },
}

impl GateError {
    /// Finds the gate's error in another: in a [`kube::Error`], or wherever one is a source.
    ///
    /// ```
    /// use le_runtime::GateError;
    ///
    /// fn is_lost(error: &kube::Error) -> bool {
    ///     matches!(GateError::of(error), Some(GateError::NotLeading { .. } | GateError::LostMeanwhile { .. }))
    /// }
    /// ```
    pub fn of<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Self> {
        std::iter::successors(Some(error), |error| (**error).source()).find_map(|error| error.downcast_ref())
    }
}

/// What stands in the way of a stamp.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unstampable {
    /// The path is not one below `/api` or `/apis` that names a resource.
    #[error("the path names no resource of the API; put the stamp above whatever changes the path")]
    Path,

    /// It is a JSON patch, whose operations cannot add an annotation without knowing whether there are any.
    #[error("it is a JSON patch; send a merge patch or an apply patch")]
    JsonPatch,

    /// The body is neither JSON nor a patch that is written as JSON.
    #[error("its content type is {0:?}; send JSON")]
    ContentType(String),

    /// The body says that it is JSON, and is not.
    #[error("its body is no JSON ({0}); send JSON")]
    NotJson(serde_json::Error),

    /// A part of the body that should be an object is something else.
    #[error("{0} is no JSON object; send one")]
    NotAnObject(&'static str),

    /// A patch removes what the stamp would go into.
    #[error("the patch sets {0} to null; name the annotations that are to go, each with null")]
    Null(&'static str),

    /// The body is a list of objects.
    #[error("it is a list, {0:?}; send each object alone")]
    List(String),
}

/// A key that no annotation can have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key:?} cannot be the key of an annotation: {problem}; write it as \"name\" or \"prefix/name\"")]
pub struct StampKeyError {
    key: String,
    problem: &'static str,
}

impl StampKeyError {
    pub(super) fn new(key: &str, problem: &'static str) -> Self {
        Self { key: key.to_owned(), problem }
    }
}
