//! Paths and methods that are not there.

use http::Method;
use serde_json::json;

use super::answer::same;
use super::{Bench, Done, claims};

claims!("paths":
    paths_that_are_not_there_are_404,
    methods_that_are_not_there_are_405,
    outside_of_all_groups_a_bare_line_says_so,
    inside_of_a_group_a_status_says_so,
    what_is_wrong_with_a_method_is_said_in_a_status,
);

async fn paths_that_are_not_there_are_404(bench: Bench) -> Done {
    for path in [
        "/foo".to_owned(),
        "/api/v1/foos".to_owned(),
        "/apis/foo.io/v1/foos".to_owned(),
        "/apis/coordination.k8s.io/v9/leases".to_owned(),
        "/apis/coordination.k8s.io/v1/leases/x".to_owned(),
        format!("{}/status", bench.lease("x")),
        format!("{}/foo", bench.lease("x")),
    ] {
        bench.get(&path).await?.code(404)?;
    }
    Ok(())
}

async fn methods_that_are_not_there_are_405(bench: Bench) -> Done {
    for (method, path) in [
        (Method::POST, "/apis/coordination.k8s.io/v1/leases".to_owned()),
        (Method::DELETE, "/apis/coordination.k8s.io/v1/leases".to_owned()),
        (Method::DELETE, "/api/v1/namespaces".to_owned()),
        (Method::PUT, bench.leases()),
        (Method::PATCH, bench.leases()),
        (Method::POST, bench.lease("x")),
        (Method::HEAD, bench.leases()),
    ] {
        let headers = [("content-type", "application/json")];
        bench.send(method, &path, &headers, "{}").await?.code(405)?;
    }
    Ok(())
}

async fn outside_of_all_groups_a_bare_line_says_so(bench: Bench) -> Done {
    for path in ["/foo", "/apis/foo.io/v1/foos", "/apis/foo.io"] {
        let answer = bench.get(path).await?;
        same(path, answer.code(404)?.text.as_str(), "404 page not found\n")?;
        same("the content type", answer.header("content-type"), "text/plain; charset=utf-8")?;
    }
    Ok(())
}

async fn inside_of_a_group_a_status_says_so(bench: Bench) -> Done {
    for path in ["/api/v1/foos", "/apis/coordination.k8s.io/v1/foos"] {
        let answer = bench.get(path).await?;
        let message = "the server could not find the requested resource";
        answer.refused(404, "NotFound", message)?.details(json!({}))?;
    }
    Ok(())
}

async fn what_is_wrong_with_a_method_is_said_in_a_status(bench: Bench) -> Done {
    let refused = bench.put(&bench.leases(), json!({})).await?;
    let message = "the server does not allow this method on the requested resource";
    refused.refused(405, "MethodNotAllowed", message)?.details(json!({}))?;
    Ok(())
}
