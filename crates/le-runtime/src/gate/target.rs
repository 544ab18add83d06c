//! What a request writes, and whether a stamp has a place in it.

use http::request::Parts;
use http::{Method, header};

use super::error::Unstampable;

/// How an object is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Whole, to be created or to replace another.
    Whole,
    /// As a patch that looks like the object.
    Patch,
    /// As a list of operations.
    JsonPatch,
}

/// Groups whose objects are questions. They are answered and not stored, and most of them are refused with an annotation.
const QUESTIONS: [&str; 2] = ["authentication.k8s.io", "authorization.k8s.io"];

/// Says how the object is sent that is to be stamped; `None` where the request carries none.
pub(super) fn form(request: &Parts) -> Result<Option<Form>, Unstampable> {
    if !matches!(request.method, Method::POST | Method::PUT | Method::PATCH) || !carries_object(request)? {
        return Ok(None);
    }
    let content_type =
        request.headers.get(header::CONTENT_TYPE).map_or(&b"application/json"[..], |t| t.as_bytes());
    let content_type = String::from_utf8_lossy(content_type);
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match (request.method == Method::PATCH, essence.as_str()) {
        (false, "application/json") => Ok(Some(Form::Whole)),
        (
            true,
            "application/merge-patch+json"
            | "application/strategic-merge-patch+json"
            | "application/apply-patch+yaml",
        ) => Ok(Some(Form::Patch)),
        (true, "application/json-patch+json") => Ok(Some(Form::JsonPatch)),
        _ => Err(Unstampable::ContentType(content_type.into_owned())),
    }
}

/// Tells whether the body has the metadata of the object that the path names: it has where the path names a resource or its
/// status. In the other subresources, such as `scale` or `eviction`, metadata goes nowhere.
fn carries_object(request: &Parts) -> Result<bool, Unstampable> {
    let segments: Vec<&str> = request.uri.path().split('/').filter(|segment| !segment.is_empty()).collect();
    let resource = match segments.as_slice() {
        ["apis", group, ..] if QUESTIONS.contains(group) => return Ok(false),
        ["api", _, resource @ ..] | ["apis", _, _, resource @ ..] => resource,
        _ => return Err(Unstampable::Path),
    };
    match resource {
        [] => Err(Unstampable::Path),
        // The two subresources that namespaces themselves have; whatever else follows a namespace lies in it.
        ["namespaces", _, subresource @ ("status" | "finalize")] => Ok(*subresource == "status"),
        ["namespaces", _, _, rest @ ..] | [_, rest @ ..] => Ok(matches!(rest, [] | [_] | [_, "status"])),
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn form_of(method: Method, path: &str, content_type: Option<&str>) -> Result<Option<Form>, String> {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        form(&request.body(()).unwrap().into_parts().0).map_err(|error| error.to_string())
    }

    #[test]
    fn objects_and_their_status_carry_a_stamp_and_other_subresources_do_not() {
        for (path, carries) in [
            ("/api/v1/namespaces/ns/configmaps", true),
            ("/api/v1/namespaces/ns/configmaps/name?fieldManager=x", true),
            ("/api/v1/namespaces/ns/pods/name/status", true),
            ("/api/v1/namespaces/ns/pods/name/eviction", false),
            ("/api/v1/namespaces/ns/pods/name/binding", false),
            ("/api/v1/namespaces/ns/pods/name/proxy/some/status", false),
            ("/api/v1/namespaces/ns/serviceaccounts/name/token", false),
            ("/api/v1/namespaces", true),
            ("/api/v1/namespaces/ns", true),
            ("/api/v1/namespaces/ns/status", true),
            ("/api/v1/namespaces/ns/finalize", false),
            ("/api/v1/nodes/name", true),
            ("/api/v1/nodes/name/status", true),
            ("/apis/acme.example/v1/widgets", true),
            ("/apis/acme.example/v1/namespaces/ns/widgets/status", true),
            ("/apis/acme.example/v1/namespaces/ns/widgets/name/scale", false),
            ("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", false),
            ("/apis/authorization.k8s.io/v1/namespaces/ns/localsubjectaccessreviews", false),
            ("/apis/authentication.k8s.io/v1/tokenreviews", false),
        ] {
            assert_eq!(form_of(Method::PUT, path, None), Ok(carries.then_some(Form::Whole)), "{path}");
        }
    }

    #[test]
    fn a_path_that_is_not_understood_is_no_excuse_for_a_write_without_a_stamp() {
        for path in
            ["/", "/api", "/api/v1", "/apis/g/v1", "/version", "/clusters/c/api/v1/namespaces/ns/pods"]
        {
            assert!(form_of(Method::POST, path, None).unwrap_err().contains("names no resource"), "{path}");
            assert_eq!(form_of(Method::DELETE, path, None), Ok(None), "{path}");
        }
    }

    #[test]
    fn the_content_type_says_how_the_object_is_sent() {
        let path = "/api/v1/nodes/name";
        for (method, content_type, expected) in [
            (Method::POST, Some("application/json"), Ok(Some(Form::Whole))),
            (Method::PUT, Some("Application/JSON; charset=utf-8"), Ok(Some(Form::Whole))),
            (Method::PUT, Some("application/vnd.kubernetes.protobuf"), Err("content type")),
            (Method::PUT, Some("application/yaml"), Err("content type")),
            (Method::PUT, Some("application/merge-patch+json"), Err("content type")),
            (Method::PATCH, Some("application/merge-patch+json"), Ok(Some(Form::Patch))),
            (Method::PATCH, Some("application/strategic-merge-patch+json"), Ok(Some(Form::Patch))),
            (Method::PATCH, Some("application/apply-patch+yaml"), Ok(Some(Form::Patch))),
            (Method::PATCH, Some("application/apply-patch+cbor"), Err("content type")),
            (Method::PATCH, Some("application/json-patch+json"), Ok(Some(Form::JsonPatch))),
            (Method::PATCH, None, Err("content type")),
            (Method::DELETE, Some("application/json"), Ok(None)),
            (Method::GET, None, Ok(None)),
        ] {
            let form = form_of(method.clone(), path, content_type);
            match expected {
                Ok(expected) => assert_eq!(form, Ok(expected), "{method} {content_type:?}"),
                Err(words) => assert!(form.unwrap_err().contains(words), "{method} {content_type:?}"),
            }
        }
    }
}
