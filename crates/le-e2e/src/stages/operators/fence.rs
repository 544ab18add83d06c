//! The policy and the schema rule of `docs/fencing.md`, tried as the operator, row by row.

use anyhow::{Context as _, bail, ensure};
use kube::ResourceExt as _;
use kube::api::{Api, DeleteParams, DynamicObject, Patch, PatchParams, PostParams};
use le_core::{Bucket, FencingToken, Term};
use le_runtime::{LeadershipExt as _, Stamp};
use serde_json::json;

use super::super::Outcome;
use super::policy;
use super::widgets::{self, widget};
use crate::doc;
use crate::plane::{ADMIN, OPERATOR, Plane, rule};

/// The annotation that the token stands in.
const TOKEN: &str = le_runtime::FENCING_TOKEN_ANNOTATION;

/// A row of the table in the docs: what is sent, what is stored, and whether it is let in; and what is sent to try it, over what.
struct Row {
    sent: &'static str,
    stored: &'static str,
    outcome: &'static str,
    /// What is stored, what is sent, and what the refusal says.
    tries: &'static [(Option<&'static str>, Option<&'static str>, Option<&'static str>)],
}

const NO_NUMBER: Option<&str> = Some("the fencing token that was sent is no number of at most 18 digits");

const ROWS: [Row; 7] = [
    Row {
        sent: "an equal or a newer token",
        stored: "a token",
        outcome: "let in",
        tries: &[
            (Some("1042"), Some("1042"), None),
            (Some("1042"), Some("1043"), None),
            (Some("9"), Some("10"), None),
        ],
    },
    Row {
        sent: "an older token",
        stored: "a token",
        outcome: "refused, 403",
        tries: &[
            (Some("1042"), Some("999"), Some("fencing token 999 is older than the stored 1042")),
            (Some("10"), Some("9"), Some("fencing token 9 is older than the stored 10")),
        ],
    },
    Row {
        sent: "no token, in an object that replaces another",
        stored: "a token",
        outcome: "refused, 403",
        tries: &[(Some("1042"), None, Some("the fencing token is missing, and 1042 is stored"))],
    },
    Row {
        sent: "a token, or none",
        stored: "none",
        outcome: "let in",
        tries: &[(None, Some("7"), None), (None, None, None)],
    },
    Row {
        sent: "a token, or none, or the same again",
        stored: "something that is no number",
        outcome: "let in",
        tries: &[
            (Some("abc"), Some("7"), None),
            (Some("abc"), None, None),
            (Some("abc"), Some("abc"), None),
            (Some("1000000000000000000"), Some("7"), None),
        ],
    },
    Row {
        sent: "something else that is no number",
        stored: "anything",
        outcome: "refused, 403",
        tries: &[
            (Some("1042"), Some("abc"), NO_NUMBER),
            (Some("1042"), Some(""), Some("the fencing token is missing, and 1042 is stored")),
            (Some("1042"), Some("1000000000000000000"), NO_NUMBER),
            (Some("1042"), Some("-1"), NO_NUMBER),
            (None, Some("abc"), NO_NUMBER),
            (Some("abc"), Some("def"), NO_NUMBER),
        ],
    },
    Row { sent: "a new object", stored: "", outcome: "let in", tries: &[] },
];

/// Both sides of the table.
struct Fence {
    admin: Api<DynamicObject>,
    operator: Api<DynamicObject>,
}

pub(super) async fn run(plane: &Plane, outcome: &mut Outcome) -> anyhow::Result<()> {
    let document = doc::read(policy::DOCUMENT)?;
    widgets::install(plane, &document).await?;
    let admin = plane.client(ADMIN).await?;
    policy::install(&admin, &policy::text(&document)?).await?;
    let all = ["get", "list", "watch", "create", "update", "patch", "delete"];
    let rules = [
        rule("acme.example", &["widgets"], &all),
        rule("acme.example", &["widgets/status"], &["update", "patch"]),
    ];
    plane.grant(super::crew::NAMESPACE, OPERATOR, &rules).await?;
    let client = plane.client(OPERATOR).await?;
    let fence = Fence { admin: widgets::api(admin), operator: widgets::api(client.clone()) };

    fence.store(Some("1042")).await?;
    let dry = PatchParams::default().dry_run();
    let older = Patch::Merge(json!({ "metadata": { "annotations": { TOKEN: "999" } } }));
    policy::until_in_force(|| fence.operator.patch("one", &dry, &older)).await?;

    outcome.check("the table in the docs has the rows that are tried, and no others", same_rows(&document));
    for row in &ROWS {
        for (stored, sent, refusal) in row.tries {
            let tried = fence.replaced(*stored, *sent, *refusal).await;
            let what = format!("{}, over {}: {}", row.sent, row.stored, row.outcome);
            outcome.check(&format!("{what} ({sent:?} over {stored:?})"), tried);
        }
    }
    for token in [None, Some("7"), Some("abc")] {
        outcome.check(&format!("a new object is let in, with {token:?}"), fence.created(token).await);
    }
    outcome.check("the refusal is the one that the docs show", fence.shown(&document).await);
    outcome.check("an apply patch is held to it", fence.applied().await);
    outcome.check("a merge patch without the annotation is let in, as the docs say", fence.merged().await);
    outcome.check("others are not held to it", fence.others().await);
    outcome.check("a deletion is let in, as the docs say", fence.deleted().await);
    outcome.check("the stamp does not arrive with the status, as the docs say", fence.status().await);
    outcome
        .check("the rule in the schema holds the status to its token, for everybody", fence.schema().await);
    outcome.check(
        "what an older leader writes through the gate is refused, and a newer one's not",
        fence.gate(&client).await,
    );
    Ok(())
}

fn same_rows(document: &str) -> anyhow::Result<()> {
    let shown = doc::table(document, 3);
    let tried = ROWS.map(|row| (row.sent.to_owned(), row.stored.to_owned(), row.outcome));
    ensure!(shown.len() == tried.len(), "{} rows are shown, and {} are tried", shown.len(), tried.len());
    for (shown, (sent, stored, outcome)) in shown.iter().zip(tried) {
        ensure!(
            shown[0] == sent && shown[1] == stored && shown[2].starts_with(outcome),
            "the docs show {shown:?}, and tried is {sent:?} over {stored:?}: {outcome}"
        );
    }
    Ok(())
}

impl Fence {
    /// Puts the Widget `one` there anew, with this token.
    async fn store(&self, token: Option<&str>) -> anyhow::Result<DynamicObject> {
        let _ = self.admin.delete("one", &DeleteParams::default()).await;
        let object = serde_json::from_value(widget("one", token))?;
        self.admin.create(&PostParams::default(), &object).await.context("cannot make a Widget")
    }

    /// Sends the whole object with another token.
    async fn replaced(
        &self,
        stored: Option<&str>,
        sent: Option<&str>,
        refusal: Option<&str>,
    ) -> anyhow::Result<()> {
        let mut object = self.store(stored).await?;
        object.metadata.annotations = sent.map(|sent| [(TOKEN.to_owned(), sent.to_owned())].into());
        object.data["spec"]["copies"] = json!(2);
        let result = self.operator.replace("one", &PostParams::default(), &object).await;
        expect(result, refusal, sent)?;
        let now = self.admin.get("one").await?;
        let (copies, changed) = (&now.data["spec"]["copies"], refusal.is_none());
        ensure!(*copies == json!(if changed { 2 } else { 1 }), "copies are {copies} afterwards");
        Ok(())
    }

    async fn created(&self, token: Option<&str>) -> anyhow::Result<()> {
        let _ = self.admin.delete("new", &DeleteParams::default()).await;
        let object = serde_json::from_value(widget("new", token))?;
        expect(self.operator.create(&PostParams::default(), &object).await, None, token)
    }

    /// What `kubectl annotate` sends, and what the docs show of the answer, whose lines are cut to fit.
    async fn shown(&self, document: &str) -> anyhow::Result<()> {
        let blocks = doc::blocks(document).into_iter();
        let mut consoles = blocks.filter(|block| block.language == "console");
        let console = consoles.next().context("nothing is shown")?.text.replace('\n', " ");
        self.store(Some("1042")).await?;
        let older = json!({ "metadata": { "annotations": { TOKEN: "999" } } });
        match self.operator.patch("one", &PatchParams::default(), &Patch::Merge(older)).await {
            Err(kube::Error::Api(status)) => {
                let said = format!("Error from server ({}): {}", status.reason, status.message);
                ensure!(console.contains(&said), "the server says {said:?}, and the docs show {console:?}");
                Ok(())
            }
            other => bail!("{other:?}"),
        }
    }

    async fn applied(&self) -> anyhow::Result<()> {
        self.store(Some("1042")).await?;
        let older = Some("fencing token 999 is older than the stored 1042");
        let oldest = Some("fencing token 1042 is older than the stored 2000");
        let params = PatchParams::apply("operator").force();
        for (token, refusal) in [("999", older), ("1042", None), ("2000", None), ("1042", oldest)] {
            let patch = Patch::Apply(widget("one", Some(token)));
            expect(self.operator.patch("one", &params, &patch).await, refusal, Some(token))?;
        }
        Ok(())
    }

    async fn merged(&self) -> anyhow::Result<()> {
        self.store(Some("1042")).await?;
        let patch = Patch::Merge(json!({ "spec": { "copies": 3 } }));
        expect(self.operator.patch("one", &PatchParams::default(), &patch).await, None, Some("1042"))
    }

    async fn others(&self) -> anyhow::Result<()> {
        for token in [Some("1"), Some("abc"), None] {
            let mut object = self.store(Some("1042")).await?;
            object.metadata.annotations = token.map(|token| [(TOKEN.to_owned(), token.to_owned())].into());
            expect(self.admin.replace("one", &PostParams::default(), &object).await, None, token)?;
        }
        Ok(())
    }

    async fn deleted(&self) -> anyhow::Result<()> {
        self.store(Some("1042")).await?;
        self.operator.delete("one", &DeleteParams::default()).await?;
        Ok(())
    }

    async fn status(&self) -> anyhow::Result<()> {
        let mut object = self.store(Some("1042")).await?;
        object.annotations_mut().insert(TOKEN.to_owned(), "999".to_owned());
        object.data["status"] = json!({ "token": 5 });
        let stored = self.operator.replace_status("one", &PostParams::default(), &object).await?;
        ensure!(stored.annotations()[TOKEN] == "1042", "the annotation is {:?}", stored.annotations());
        ensure!(stored.data["status"]["token"] == 5, "the status is {}", stored.data["status"]);
        Ok(())
    }

    async fn schema(&self) -> anyhow::Result<()> {
        self.store(Some("1042")).await?;
        let older = "written under an older fencing token than the stored one";
        for (api, who) in [(&self.operator, "the operator"), (&self.admin, "another")] {
            for (patch, refused) in [
                (json!({ "status": { "token": 10 } }), false),
                (json!({ "status": { "token": 10 } }), false),
                (json!({ "status": { "token": 9 } }), true),
                (json!({ "status": { "token": null } }), true),
            ] {
                let result = api.patch_status("one", &PatchParams::default(), &Patch::Merge(&patch)).await;
                match result {
                    Ok(_) if !refused => {}
                    Err(kube::Error::Api(status)) if refused && status.code == 422 => {
                        ensure!(status.message.contains(older), "the server says {:?}", status.message);
                    }
                    other => bail!("{who} sent {patch}, and got {other:?}"),
                }
            }
        }
        Ok(())
    }

    /// The right is held for as long as this takes: what is refused here left before its leader lost it.
    async fn gate(&self, client: &kube::Client) -> anyhow::Result<()> {
        self.store(None).await?;
        let patch = Patch::Merge(json!({ "spec": { "copies": 4 } }));
        for (token, refusal) in [
            (1042, None),
            (2000, None),
            (1042, Some("fencing token 1042 is older than the stored 2000")),
            (2000, None),
        ] {
            let term = Term::standing(Bucket::whole("all"), FencingToken::new(token));
            let stamped = widgets::api(term.leadership().client_with(client, Stamp::new()));
            let result = stamped.patch("one", &PatchParams::default(), &patch).await;
            expect(result, refusal, Some(&token.to_string()))?;
        }
        Ok(())
    }
}

/// Makes sure that a write was refused with these words, or let in with this token.
fn expect(
    result: kube::Result<DynamicObject>,
    refusal: Option<&str>,
    token: Option<&str>,
) -> anyhow::Result<()> {
    match (result, refusal) {
        (Ok(object), None) => {
            let stored = object.annotations().get(TOKEN).map(String::as_str);
            ensure!(stored == token, "sent was {token:?}, and stored is {stored:?}");
            Ok(())
        }
        (Err(kube::Error::Api(status)), Some(refusal)) => {
            ensure!(status.code == 403, "it is refused with {}: {}", status.code, status.message);
            ensure!(status.message.ends_with(refusal), "it is refused in other words: {}", status.message);
            Ok(())
        }
        (result, refusal) => bail!("expected was {refusal:?}, and the server says {result:?}"),
    }
}
