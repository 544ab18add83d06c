//! That each kind of disorder is found.

use super::super::ledger::Write;
use super::*;

fn told(lines: &[(&str, &str)]) -> Book {
    let told = Told::default();
    for (worker, line) in lines {
        told.hear(worker, line);
    }
    told.book()
}

const A_LEADS: (&str, &str) = ("a", r#"{"t":1.0,"event":"lead","bucket":"x","token":5}"#);
const B_LEADS: (&str, &str) = ("b", r#"{"t":3.0,"event":"lead","bucket":"x","token":9}"#);
const A_BEGINS: (&str, &str) =
    ("a", r#"{"t":1.5,"event":"begin","key":"k","bucket":"x","token":5,"valid":true}"#);
const B_BEGINS: (&str, &str) =
    ("b", r#"{"t":3.5,"event":"begin","key":"k","bucket":"x","token":9,"valid":true}"#);

fn arrived(by: &str, token: u64, accepted: bool) -> Arrived {
    let write =
        Write { key: "k".to_owned(), bucket: "x".to_owned(), token, generation: 1, by: by.to_owned() };
    Arrived { write, accepted }
}

#[test]
fn two_with_one_object_are_found_and_one_after_the_other_are_not() {
    let until = |t: &str| ("a", format!(r#"{{"t":{t},"event":"end","key":"k","token":5,"done":true}}"#));
    let (ends, overlaps) = (until("3.4"), until("3.6"));
    let lines = [A_LEADS, A_BEGINS, B_LEADS, B_BEGINS];
    assert!(told(&[&lines[..], &[(ends.0, &ends.1)]].concat()).overlaps().is_empty());
    assert_eq!(told(&[&lines[..], &[(overlaps.0, &overlaps.1)]].concat()).overlaps().len(), 1);
}

#[test]
fn a_write_of_an_earlier_term_after_one_of_a_later_is_found_whatever_the_tokens_are() {
    let book = told(&[A_LEADS, B_LEADS]);
    assert!(book.stale(&[arrived("a", 5, true), arrived("b", 9, true), arrived("a", 5, false)]).is_empty());
    assert_eq!(book.stale(&[arrived("b", 9, true), arrived("a", 5, true)]).len(), 1);
    let smaller = r#"{"t":3.0,"event":"lead","bucket":"x","token":4}"#;
    let book = told(&[A_LEADS, ("b", smaller)]);
    assert_eq!(book.stale(&[arrived("b", 4, true), arrived("a", 5, true)]).len(), 1);
}

#[test]
fn a_write_under_a_term_that_nobody_told_of_is_found() {
    assert_eq!(told(&[A_LEADS]).stale(&[arrived("a", 6, true)]).len(), 1);
}

#[test]
fn whoever_was_told_to_stop_leads_no_more() {
    let told = Told::default();
    told.hear(A_LEADS.0, A_LEADS.1);
    assert_eq!(told.led_by("a"), 1);
    told.hear("a", r#"{"t":2.0,"event":"stop","bucket":"x"}"#);
    assert_eq!(told.led_by("a"), 0);
}
