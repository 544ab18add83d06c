//! The words for how a Lease stands.

use le_cli::{LeaseState, LeaseView};
use serde_json::{Value, json};

fn lease(spec: Value) -> LeaseView {
    let lease = json!({ "metadata": { "namespace": "acme", "name": "c.q.00-of-01" }, "spec": spec });
    LeaseView::read(&serde_json::from_value(lease).unwrap())
}

fn held() -> Value {
    json!({ "holderIdentity": "pod-1_x", "leaseDurationSeconds": 15, "renewTime": "2026-01-11T00:00:00.000000Z" })
}

#[test]
fn each_state_comes_of_what_it_says_and_what_is_odd_hides_the_others() {
    let state = |spec, run_out, gone| LeaseState::of(&lease(spec), run_out, gone);
    assert_eq!(state(held(), false, false), LeaseState::Held);
    assert_eq!(state(held(), false, true), LeaseState::Gone);
    assert_eq!(
        state(held(), true, true),
        LeaseState::Expired,
        "it can be taken, whatever became of its holder"
    );
    assert_eq!(state(json!({ "holderIdentity": "" }), true, true), LeaseState::Free);
    let odd = json!({ "holderIdentity": "pod-1_x", "leaseDurationSeconds": -5 });
    assert_eq!(state(odd.clone(), true, true), LeaseState::Malformed);
    assert_eq!(LeaseState::beneath(&lease(odd), false, false), LeaseState::Held);
}

#[test]
fn the_operations_page_explains_exactly_these_words() {
    let page = include_str!("../../../../docs/operations.md");
    let rows = page.lines().skip_while(|line| !line.starts_with("| state |")).skip(2);
    let mut shown: Vec<&str> =
        rows.map_while(|row| row.strip_prefix("| `")).map(|row| row.split('`').next().unwrap()).collect();
    let mut known: Vec<&str> = LeaseState::ALL.iter().map(|state| state.as_str()).collect();
    known.sort_unstable();
    shown.sort_unstable();
    assert_eq!(shown, known);
    for state in LeaseState::ALL {
        assert_eq!(serde_json::to_value(state).unwrap(), state.to_string());
    }
}
