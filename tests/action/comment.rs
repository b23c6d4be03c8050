//! The step that comments on the pull request.

use super::runner::Job;
use super::server::{GitHub, State, comment};
use super::support::{Desk, Run};

const REPORT: &str = "<!-- dbt-steward: shop -->\n### dbt-steward: 1 error\n\nA \"quote\", a \\ and größe — 100 %\n";
const BOT: &str = "github-actions[bot]";

/// A job for pull request 7 that has a report with findings.
fn job(github: &GitHub) -> Option<Job> {
    let mut job = Job::on(Desk::new())?;
    job.desk.write("report.md", REPORT).write("event.json", r#"{"action": "opened", "pull_request": {"number": 7}}"#);
    let event = job.desk.path("event.json").display().to_string();
    let report = job.desk.path("report.md").display().to_string();
    job.set("GITHUB_EVENT_PATH", event).set("GITHUB_API_URL", github.url.as_str()).set("COMMENT_FILE", report);
    job.set("HAS_FINDINGS", "true").set("INPUT_TOKEN", "sesame");
    Some(job)
}

/// A step that succeeded, and what it printed.
fn said(run: Run) -> String {
    assert_eq!(run.code, Some(0), "{run:?}");
    run.stdout
}

#[test]
fn the_first_run_comments_and_the_next_ones_write_over_it() {
    let github = GitHub::start(State::default());
    let Some(mut job) = job(&github) else { return };
    assert_eq!(said(job.step("action/comment.sh")), "commented on pull request 7\n");
    assert_eq!(github.state().comments, [comment(1, BOT, "Bot", REPORT)]);

    let clean = "<!-- dbt-steward: shop -->\n### dbt-steward: no findings\n";
    job.desk.write("report.md", clean);
    assert_eq!(
        said(job.set("HAS_FINDINGS", "false").step("action/comment.sh")),
        "updated comment 1 on pull request 7\n"
    );
    let state = github.state();
    assert_eq!(state.comments, [comment(1, BOT, "Bot", clean)]);
    let wanted = ["GET /user", LIST, POST, "GET /user", LIST, "PATCH /repos/acme/warehouse/issues/comments/1"];
    assert_eq!(state.requests, wanted);
    assert_eq!(state.tokens, ["Bearer sesame"; 6]);
}

const LIST: &str = "GET /repos/acme/warehouse/issues/7/comments?per_page=100&page=1";
const POST: &str = "POST /repos/acme/warehouse/issues/7/comments";

#[test]
fn an_answer_that_gets_lost_does_not_make_two_comments() {
    let github = GitHub::start(State { lost_answers: 1, ..State::default() });
    let Some(job) = job(&github) else { return };
    assert_eq!(said(job.step("action/comment.sh")), "commented on pull request 7\n");
    let state = github.state();
    assert_eq!(state.comments, [comment(1, BOT, "Bot", REPORT)]);
    assert_eq!(state.requests, ["GET /user", LIST, POST, "GET /user", LIST]);
}

#[test]
fn a_comment_that_gets_lost_is_written_once_more() {
    let github = GitHub::start(State { lost_comments: 1, ..State::default() });
    let Some(job) = job(&github) else { return };
    assert_eq!(said(job.step("action/comment.sh")), "commented on pull request 7\n");
    assert_eq!(github.state().comments, [comment(1, BOT, "Bot", REPORT)]);
    assert_eq!(github.state().requests, ["GET /user", LIST, POST, "GET /user", LIST, POST]);
    drop(job);

    let github = GitHub::start(State { lost_comments: 9, ..State::default() });
    let Some(job) = self::job(&github) else { return };
    let wanted = "::notice title=dbt-steward::could not comment on the pull request: GitHub answered 502\n";
    assert_eq!(said(job.step("action/comment.sh")), wanted);
    assert_eq!(github.state().requests.iter().filter(|request| *request == POST).count(), 2);
}

#[test]
fn a_clean_pull_request_gets_no_comment() {
    let github = GitHub::start(State::default());
    let Some(mut job) = job(&github) else { return };
    assert_eq!(said(job.set("HAS_FINDINGS", "false").step("action/comment.sh")), "nothing to say on pull request 7\n");
    assert_eq!(github.state().comments.len(), 0);
}

#[test]
fn comments_of_others_and_of_other_projects_stay_as_they_are() {
    let others = vec![
        comment(1, "mallory", "User", REPORT),
        comment(2, BOT, "Bot", "<!-- dbt-steward: gym -->\n### dbt-steward: 2 errors\n"),
        comment(3, BOT, "Bot", &format!("> {REPORT}")),
    ];
    let github = GitHub::start(State { comments: others.clone(), ..State::default() });
    let Some(job) = job(&github) else { return };
    assert_eq!(said(job.step("action/comment.sh")), "commented on pull request 7\n");
    assert_eq!(github.state().comments[..3], others);
    assert_eq!(github.state().comments[3], comment(4, BOT, "Bot", REPORT));
}

#[test]
fn the_token_of_a_person_finds_the_comments_of_that_person() {
    let earlier =
        vec![comment(1, BOT, "Bot", REPORT), comment(2, "steward", "User", "<!-- dbt-steward: shop -->\nold\n")];
    let github = GitHub::start(State { person: Some("steward"), comments: earlier, ..State::default() });
    let Some(job) = job(&github) else { return };
    assert_eq!(said(job.step("action/comment.sh")), "updated comment 2 on pull request 7\n");
    assert_eq!(github.state().comments[1], comment(2, "steward", "User", REPORT));
}

#[test]
fn the_comment_is_found_behind_hundreds_of_others() {
    let mut comments: Vec<_> = (1..=230).map(|id| comment(id, "ann", "User", "nice")).collect();
    comments.push(comment(231, BOT, "Bot", "<!-- dbt-steward: shop -->\nold\n"));
    let github = GitHub::start(State { comments, ..State::default() });
    let Some(job) = job(&github) else { return };
    assert_eq!(said(job.step("action/comment.sh")), "updated comment 231 on pull request 7\n");
}

#[test]
fn a_fork_s_token_is_a_notice_and_no_failure() {
    let github = GitHub::start(State { is_read_only: true, ..State::default() });
    let Some(job) = job(&github) else { return };
    let wanted = "::notice title=dbt-steward::not allowed to comment on the pull request (403): give the job \
                  `permissions: pull-requests: write`; a pull request from a fork never has that\n";
    assert_eq!(said(job.step("action/comment.sh")), wanted);
    assert_eq!(github.state().comments.len(), 0);
}

#[test]
fn a_github_that_does_not_work_is_a_notice_and_no_failure() {
    let github = GitHub::start(State { broken: Some(418), ..State::default() });
    let Some(mut job) = job(&github) else { return };
    let wanted = "::notice title=dbt-steward::could not read the comments of the pull request: GitHub answered 418\n";
    assert_eq!(said(job.step("action/comment.sh")), wanted);
    // Nobody listens there.
    let run = job.set("GITHUB_API_URL", "http://127.0.0.1:1").step("action/comment.sh");
    let wanted = "::notice title=dbt-steward::could not read the comments of the pull request: GitHub did not answer\n";
    assert_eq!(said(run), wanted);
}

#[test]
fn without_pull_request_or_token_nothing_is_sent() {
    let github = GitHub::start(State::default());
    let Some(mut job) = job(&github) else { return };
    let wanted = "::notice title=dbt-steward::no comment, because there is no token\n";
    assert_eq!(said(job.set("INPUT_TOKEN", "").step("action/comment.sh")), wanted);
    job.desk.write("event.json", r#"{"ref": "refs/heads/main"}"#);
    let wanted = "::notice title=dbt-steward::no comment, because this run is not for a pull request\n";
    assert_eq!(said(job.step("action/comment.sh")), wanted);
    assert_eq!(github.state().requests.len(), 0);
}
