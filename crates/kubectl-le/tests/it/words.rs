//! Help, completions and the manual page.

use crate::bench::run;

#[tokio::test]
async fn help_tells_the_exit_codes_and_what_is_absent() {
    let said = run(&["--help"], "").await;
    assert_eq!(said.code, 0);
    for words in [
        "Exit codes: 0 done; 1",
        "3 a bucket has no live holder",
        "no command that takes a Lease away",
        "kubectl le",
    ] {
        assert!(said.out.contains(words), "{}", said.out);
    }
    for command in
        [&["status"][..], &["owner"], &["config", "check"], &["config", "convert"], &["rbac"], &["gc"]]
    {
        let said = run(&[command, &["--help"]].concat(), "").await;
        assert!(said.out.contains("Exit codes: 0 done; 1"), "{}", said.out);
        for option in ["--namespace", "--context", "--kubeconfig", "--output"] {
            assert!(said.out.contains(option), "{command:?} has no {option}");
        }
    }
    for command in ["release", "steal"] {
        let refused = run(&[command, "00-of-03"], "").await;
        assert!(refused.code == 2 && refused.err.contains("unrecognized subcommand"), "{refused:?}");
    }
}

#[tokio::test]
async fn shells_and_man_get_what_they_read() {
    for shell in ["bash", "zsh", "fish"] {
        let said = run(&["completions", shell], "").await;
        assert!(said.code == 0 && said.out.contains("kubectl-le") && said.out.contains("observe"), "{shell}");
    }
    let said = run(&["man"], "").await;
    assert!(
        said.code == 0 && said.out.contains(".TH kubectl-le 1") && said.out.contains("status"),
        "{said:?}"
    );
}
